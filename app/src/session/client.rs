//! The client that calls server functions from the browser.

use crate::codec::MEDIA_TYPE;
use crate::error::AppError;
use crate::session::page_session::{PAGE_USER_HEADER, SessionEvent, page_user, report};
use futures::{Sink, Stream};
use gloo_net::http::{Method, RequestBuilder, Response};
use leptos::prelude::FromServerFnError;
use leptos::server_fn::Bytes;
use leptos::server_fn::client::Client;
use leptos::server_fn::client::browser::BrowserClient;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos::server_fn::redirect::{REDIRECT_HEADER, call_redirect_hook};
use leptos::server_fn::request::browser::BrowserRequest;
use leptos::server_fn::response::ClientRes;
use leptos::server_fn::response::browser::BrowserResponse;
use send_wrapper::SendWrapper;
use std::future::Future;
use std::pin::Pin;
use web_sys::{AbortController, AbortSignal};

/// The status of a server function that finds no session.
const UNAUTHORIZED: u16 = 401;
/// The status of a change that a page loaded for another user requested.
const PRECONDITION_FAILED: u16 = 412;

/// The future of [`send`], boxed, so that each server function's own future is small.
type ResponseFuture = Pin<Box<dyn Future<Output = Result<Bytes, AppError>> + Send>>;

/// Sends a request to the server function at `path` and returns the body of the response. The arguments are encoded as a
/// form: the query of a `GET` request, otherwise the body. Follows redirects, and reports an ended or changed session to
/// the page. It has no type parameters, because the browser downloads the code of each instance.
pub(crate) fn send(method: Method, path: &str, arguments: String) -> ResponseFuture {
    let path = path.to_owned();
    Box::pin(SendWrapper::new(async move {
        let failed = |_: gloo_net::Error| AppError::Connection;
        let is_get = method == Method::GET;
        let abort = AbortOnDrop(AbortController::new().ok());
        let mut request = match is_get {
            true => RequestBuilder::new(&format!("{path}?{arguments}")),
            false => RequestBuilder::new(&path),
        }
        .method(method)
        .abort_signal(abort.signal().as_ref())
        .header("Accept", MEDIA_TYPE);
        if let Some(user) = page_user() {
            request = request.header(PAGE_USER_HEADER, &user.to_string());
        }
        let response = match is_get {
            true => request.send().await,
            false => {
                let request = request.header("Content-Type", "application/x-www-form-urlencoded");
                request.body(arguments).map_err(failed)?.send().await
            }
        }
        .map_err(failed)?;
        let body = receive(response).await;
        abort.disarm();
        body
    }))
}

/// Aborts a request whose response nobody waits for any more.
struct AbortOnDrop(Option<AbortController>);

impl AbortOnDrop {
    fn signal(&self) -> Option<AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }

    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

async fn receive(response: Response) -> Result<Bytes, AppError> {
    let headers = response.headers();
    // A reverse proxy may answer with the same status, but without the header.
    if let Some(event) = session_event(response.status())
        && headers.has(SERVER_FN_ERROR_HEADER)
    {
        report(event);
    }
    let is_error = (400..=599).contains(&response.status());
    let body = response.binary().await.map_err(|_| AppError::Connection)?;
    if is_error {
        return Err(AppError::de(body.into()));
    }
    if headers.has(REDIRECT_HEADER) {
        call_redirect_hook(&headers.get("Location").unwrap_or_default());
    }
    Ok(body.into())
}

/// Returns what the status of a server function's response says about the session.
fn session_event(status: u16) -> Option<SessionEvent> {
    match status {
        UNAUTHORIZED => Some(SessionEvent::Ended),
        PRECONDITION_FAILED => Some(SessionEvent::UserChanged),
        _ => None,
    }
}

/// The client of the server functions that stream their response. It sends the same headers as [`send`]. Every server function names it, so that no caller has to.
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
        // Whether the portal responded isn't known without the headers, whose parser is large code. So the page checks who
        // is signed in.
        if session_event(ClientRes::<E>::status(&response)).is_some() {
            report(SessionEvent::UserChanged);
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
