//! The data of a page: loaded by the server for the first page, and by the browser after that.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
mod server;

use crate::error::AppError;
#[cfg(not(feature = "ssr"))]
use crate::page_data::browser as side;
#[cfg(feature = "ssr")]
use crate::page_data::server as side;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

/// The bounds of data that the server sends to the browser.
pub trait PageValue: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static> PageValue for T {}

/// Data that is loaded, and loaded again whenever its source changes. Await it in a view, like a leptos `Resource`. The
/// server adds it to the document, so that the browser doesn't request it for the first page.
pub struct PageData<T: PageValue> {
    #[cfg(feature = "ssr")]
    resource: Resource<Result<T, AppError>, side::DocumentCodec>,
    #[cfg(not(feature = "ssr"))]
    resource: Resource<side::Loaded, side::DocumentCodec>,
    value: PhantomData<fn() -> T>,
}

impl<T: PageValue> Clone for PageData<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: PageValue> Copy for PageData<T> {}

impl<T: PageValue> PageData<T> {
    /// Loads data with `load`, now and whenever the value of `source` changes.
    pub fn new<S, F>(
        source: impl Fn() -> S + Send + Sync + 'static,
        load: impl Fn(S) -> F + Send + Sync + 'static,
    ) -> Self
    where
        S: PartialEq + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, AppError>> + Send + 'static,
    {
        Self {
            resource: side::resource(source, load),
            value: PhantomData,
        }
    }

    /// Waits for the data like `await`, without cloning it on the server.
    pub async fn by_ref(self) -> impl Deref<Target = Result<T, AppError>> {
        side::value_ref(self.resource.by_ref().await)
    }

    /// Returns the data, once it is loaded.
    pub fn get(&self) -> Option<Result<T, AppError>> {
        self.resource.get().map(side::value)
    }
}

impl<T: PageValue> IntoFuture for PageData<T> {
    type Output = Result<T, AppError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let loaded = self.resource.into_future();
        Box::pin(async move { side::value(loaded.await) })
    }
}
