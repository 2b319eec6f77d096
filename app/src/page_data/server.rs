//! The data of a page on the server.

use crate::codec::{CodecError, decode, encode, from_text, to_text};
use crate::error::AppError;
use crate::page_data::PageValue;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::{Future, IntoFuture};
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

type Output<T> = Result<T, AppError>;

/// The data on this side.
pub struct Data<T: PageValue>(Resource<Output<T>, DocumentCodec>);

impl<T: PageValue> Clone for Data<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: PageValue> Copy for Data<T> {}

impl<T: PageValue> Data<T> {
    pub fn new<S, F>(
        source: impl Fn() -> S + Send + Sync + 'static,
        load: impl Fn(S) -> F + Send + Sync + 'static,
    ) -> Self
    where
        S: PartialEq + Clone + Send + Sync + 'static,
        F: Future<Output = Output<T>> + Send + 'static,
    {
        Self(Resource::new_with_options(source, load, false))
    }

    pub async fn by_ref(self) -> impl Deref<Target = Output<T>> {
        self.0.by_ref().await
    }

    pub fn get(&self) -> Option<Output<T>> {
        self.0.get()
    }
}

impl<T: PageValue> IntoFuture for Data<T> {
    type Output = Output<T>;
    type IntoFuture = <Resource<Output<T>, DocumentCodec> as IntoFuture>::IntoFuture;

    fn into_future(self) -> Self::IntoFuture {
        self.0.into_future()
    }
}
