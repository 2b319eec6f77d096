//! The client that calls server functions from the browser.

use crate::session::ended::report_session_ended;
use futures::{Sink, Stream};
use leptos::prelude::FromServerFnError;
use leptos::server_fn::Bytes;
use leptos::server_fn::client::Client;
use leptos::server_fn::client::browser::BrowserClient;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos::server_fn::request::browser::BrowserRequest;
use leptos::server_fn::response::ClientRes;
use leptos::server_fn::response::browser::BrowserResponse;
use std::future::Future;

/// The status of a server function that finds no session.
const UNAUTHORIZED: u16 = 401;

/// Sends requests like [`BrowserClient`], and reports an ended session to the page when its response arrives. Every server
/// function names it, so that no caller has to.
#[derive(Debug, Clone, Copy)]
pub struct SessionClient;

impl<E, I, O> Client<E, I, O> for SessionClient
where
    E: FromServerFnError,
    I: FromServerFnError,
    O: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    async fn send(request: BrowserRequest) -> Result<BrowserResponse, E> {
        let response = <BrowserClient as Client<E, I, O>>::send(request).await?;
        // A reverse proxy may answer with the same status, but without the header.
        let is_unauthorized = ClientRes::<E>::status(&response) == UNAUTHORIZED;
        if is_unauthorized && response.generate_headers().contains_key(SERVER_FN_ERROR_HEADER) {
            report_session_ended();
        }
        Ok(response)
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl Sink<Bytes> + Send + 'static,
            ),
            E,
        >,
    > + Send {
        <BrowserClient as Client<E, I, O>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E, I, O>>::spawn(future);
    }
}
