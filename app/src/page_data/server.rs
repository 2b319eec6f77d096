//! The data of a page on the server.

use crate::codec::{CodecError, decode, encode, from_text, to_text};
use crate::error::AppError;
use crate::page_data::PageValue;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::ops::Deref;

/// Writes data into the document.
pub struct DocumentCodec;

impl<T: Serialize> Encoder<T> for DocumentCodec {
    type Error = CodecError;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, CodecError> {
        encode(value).map(|bytes| to_text(&bytes))
    }
}

impl<T: DeserializeOwned> Decoder<T> for DocumentCodec {
    type Error = CodecError;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, CodecError> {
        decode(&from_text(text)?)
    }
}

type Loaded<T> = Result<T, AppError>;

/// Creates the resource.
pub fn resource<T, S, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    load: impl Fn(S) -> F + Send + Sync + 'static,
) -> Resource<Loaded<T>, DocumentCodec>
where
    T: PageValue,
    S: PartialEq + Clone + Send + Sync + 'static,
    F: Future<Output = Loaded<T>> + Send + 'static,
{
    Resource::new_with_options(source, load, false)
}

/// Returns the value of what the resource holds.
pub fn value<T>(loaded: Loaded<T>) -> Loaded<T> {
    loaded
}

/// Returns a reference to the value of what the resource holds.
pub fn value_ref<T>(loaded: impl Deref<Target = Loaded<T>>) -> impl Deref<Target = Loaded<T>> {
    loaded
}
