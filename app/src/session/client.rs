//! The client that calls server functions from the browser.

use crate::session::page_session::{PAGE_USER_HEADER, SessionEvent, page_user, report};
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
/// The status of a change that a page loaded for another user requested.
const PRECONDITION_FAILED: u16 = 412;

/// Sends requests like [`BrowserClient`] with the user that the page was loaded for, and reports an ended or changed session
/// to the page. Every server function names it, so that no caller has to.
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
        if let Some(user) = page_user() {
            request.headers().set(PAGE_USER_HEADER, &user.to_string());
        }
        let response = <BrowserClient as Client<E, I, O>>::send(request).await?;
        let event = match ClientRes::<E>::status(&response) {
            UNAUTHORIZED => Some(SessionEvent::Ended),
            PRECONDITION_FAILED => Some(SessionEvent::UserChanged),
            _ => None,
        };
        // A reverse proxy may answer with the same status, but without the header.
        if let Some(event) = event
            && response.generate_headers().contains_key(SERVER_FN_ERROR_HEADER)
        {
            report(event);
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
