//! The data of a page in the browser. The resource has the same type for all data, because the browser downloads the code
//! of each type; values are decoded or cloned where they are awaited.

use crate::codec::{CodecError, decode, from_text};
use crate::error::AppError;
use crate::page_data::PageValue;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use std::any::Any;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Holds data of any type.
#[derive(Clone)]
enum Loaded {
    /// Data from the document, encoded.
    Document(Arc<[u8]>),
    /// The value that a request returned.
    Value(Arc<dyn Any + Send + Sync>),
}

impl Loaded {
    fn value<T: PageValue>(&self) -> Result<T, AppError> {
        match self {
            // A document of another build doesn't load this code, since the files have other names.
            Self::Document(bytes) => decode(bytes).unwrap_or(Err(AppError::Connection)),
            Self::Value(value) => value.downcast_ref().cloned().unwrap_or(Err(AppError::Connection)),
        }
    }
}

/// Reads data from the document.
struct DocumentCodec;

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

/// Creates the resource. `track` subscribes to the source, and `load` requests the data.
fn resource(
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

/// The data on this side.
pub struct Data<T> {
    resource: Resource<Loaded, DocumentCodec>,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Data<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Data<T> {}

impl<T: PageValue> Data<T> {
    pub fn new<S, F>(
        source: impl Fn() -> S + Send + Sync + 'static,
        load: impl Fn(S) -> F + Send + Sync + 'static,
    ) -> Self
    where
        S: PartialEq + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, AppError>> + Send + 'static,
    {
        let source = ArcMemo::new(move |_| source());
        let tracked = source.clone();
        let load = move || -> LoadedFuture {
            let value = load(source.get_untracked());
            Box::pin(async move { Loaded::Value(Arc::new(value.await)) })
        };
        Self {
            // Reading the memo computes it. One that is only tracked changes when it is first computed, and the data of the
            // document would be requested again.
            resource: resource(Box::new(move || tracked.with(|_| ())), Box::new(load)),
            value: PhantomData,
        }
    }

    pub async fn by_ref(self) -> impl Deref<Target = Result<T, AppError>> {
        Box::new(self.await)
    }

    pub fn get(&self) -> Option<Result<T, AppError>> {
        self.resource.get().map(|loaded| loaded.value())
    }
}

impl<T: PageValue> IntoFuture for Data<T> {
    type Output = Result<T, AppError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let loaded = self.resource.into_future();
        Box::pin(async move { loaded.await.value() })
    }
}
