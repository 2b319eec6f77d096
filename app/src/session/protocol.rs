//! How the browser calls server functions: like the protocols of `server_fn`, except that the code that sends a request is
//! the same for all server functions. Only the code of their arguments and outputs is generated for each.

use crate::codec::{self, MEDIA_TYPE};
use crate::error::AppError;
use crate::session::client::{SessionClient, send};
use gloo_net::http::Method as FetchMethod;
use http::Method;
use leptos::server_fn::codec::{FromReq, GetUrl, JsonEncoding, PostUrl};
use leptos::server_fn::request::Req;
use leptos::server_fn::response::TryRes;
use leptos::server_fn::server::Server;
use leptos::server_fn::{Bytes, ContentType, Encodes, Protocol};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::future::Future;

/// Sends the arguments in the query of a `GET` request, for server functions that change nothing.
#[derive(Debug)]
pub struct GetRequest;

/// Sends the arguments as a form, which browsers without script submit too.
#[derive(Debug)]
pub struct PostRequest;

/// Decodes the body of a response.
///
/// # Errors
/// Returns [`AppError::Connection`] if it isn't of this type, because something else than the portal responded.
pub fn decode<T: DeserializeOwned>(body: Bytes) -> Result<T, AppError> {
    codec::decode(&body).map_err(|_| AppError::Connection)
}

fn encode(arguments: &impl Serialize) -> Result<String, AppError> {
    serde_qs::to_string(arguments).map_err(|_| AppError::Connection)
}

/// Returns the media type and the body of a response: in the encoding of pages if the client accepts it, otherwise JSON.
fn respond<T: Serialize>(accept: Option<&str>, output: &T) -> (&'static str, Option<Bytes>) {
    if accept.is_some_and(codec::is_accepted) {
        (MEDIA_TYPE, codec::encode(output).ok().map(Bytes::from))
    } else {
        (JsonEncoding::CONTENT_TYPE, JsonEncoding::encode(output).ok())
    }
}

macro_rules! protocol {
    ($protocol:ident, $method:ident, $encoding:ident) => {
        impl<I, O, S> Protocol<I, O, SessionClient, S, AppError> for $protocol
        where
            I: FromReq<$encoding, S::Request, AppError> + Serialize + Send,
            O: Serialize + DeserializeOwned + Send,
            S: Server<AppError>,
        {
            const METHOD: Method = Method::$method;

            async fn run_server<F, Fut>(request: S::Request, server_fn: F) -> Result<S::Response, AppError>
            where
                F: Fn(I) -> Fut + Send,
                Fut: Future<Output = Result<O, AppError>> + Send,
            {
                let accept = Req::<AppError>::accepts(&request).map(Cow::into_owned);
                let input = I::from_req(request).await?;
                let output = server_fn(input).await?;
                let (media_type, body) = respond(accept.as_deref(), &output);
                let body = body.ok_or(AppError::Unavailable)?;
                TryRes::<AppError>::try_from_bytes(media_type, body)
            }

            async fn run_client(path: &str, input: I) -> Result<O, AppError> {
                let arguments = encode(&input)?;
                drop(input);
                decode(send(FetchMethod::$method, path, arguments).await?)
            }
        }
    };
}

protocol!(GetRequest, GET, GetUrl);
protocol!(PostRequest, POST, PostUrl);
