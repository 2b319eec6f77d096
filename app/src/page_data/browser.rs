//! The data of a page in the browser. The resource has the same type for all data, because the browser downloads the code
//! of each type; values are decoded or cloned where they are awaited.

use crate::codec::{CodecError, decode, from_text};
use crate::error::AppError;
use crate::page_data::PageValue;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use std::any::Any;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Holds data of any type.
#[derive(Clone)]
pub enum Loaded {
    /// Data from the document, encoded.
    Document(Arc<[u8]>),
    /// The value that a request returned.
    Value(Arc<dyn Any + Send + Sync>),
}

/// Returns the value of what the resource holds.
pub fn value<T: PageValue>(loaded: Loaded) -> Result<T, AppError> {
    value_of(&loaded)
}

/// Returns the value of what the resource holds, as a reference like on the server.
pub fn value_ref<T: PageValue>(loaded: impl Deref<Target = Loaded>) -> impl Deref<Target = Result<T, AppError>> {
    Box::new(value_of(&loaded))
}

fn value_of<T: PageValue>(loaded: &Loaded) -> Result<T, AppError> {
    match loaded {
        // A document of another build doesn't load this code, since the files have other names.
        Loaded::Document(bytes) => decode(bytes).unwrap_or(Err(AppError::Connection)),
        Loaded::Value(value) => value.downcast_ref().cloned().unwrap_or(Err(AppError::Connection)),
    }
}

/// Reads data from the document.
pub struct DocumentCodec;

/// Never called: only the server writes documents.
impl Encoder<Loaded> for DocumentCodec {
    type Error = CodecError;
    type Encoded = String;

    fn encode(_: &Loaded) -> Result<String, CodecError> {
        Err(CodecError::Unsupported)
    }
}

impl Decoder<Loaded> for DocumentCodec {
    type Error = CodecError;
    type Encoded = str;

    fn decode(text: &str) -> Result<Loaded, CodecError> {
        from_text(text).map(|bytes| Loaded::Document(bytes.into()))
    }
}

type LoadedFuture = Pin<Box<dyn Future<Output = Loaded> + Send>>;

/// Creates the resource.
pub fn resource<T, S, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    load: impl Fn(S) -> F + Send + Sync + 'static,
) -> Resource<Loaded, DocumentCodec>
where
    T: PageValue,
    S: PartialEq + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let source = ArcMemo::new(move |_| source());
    let tracked = source.clone();
    let load = move || -> LoadedFuture {
        let value = load(source.get_untracked());
        Box::pin(async move { Loaded::Value(Arc::new(value.await)) })
    };
    // Reading the memo computes it. One that is only tracked changes when it is first computed, and the data of the document
    // would be requested again.
    erased_resource(Box::new(move || tracked.with(|_| ())), Box::new(load))
}

/// Creates the resource without the types of its source and its data. `track` subscribes to the source, and `load` requests the data.
fn erased_resource(
    track: Box<dyn Fn() + Send + Sync>,
    load: Box<dyn Fn() -> LoadedFuture + Send + Sync>,
) -> Resource<Loaded, DocumentCodec> {
    let runs = AtomicU32::new(0);
    let source = move || {
        track();
        runs.fetch_add(1, Ordering::Relaxed)
    };
    Resource::new_with_options(source, move |_| load(), false)
}
