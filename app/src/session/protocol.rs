//! How the browser calls server functions: like the protocols of `server_fn`, except that the code that sends a request is
//! the same for all server functions. Only the code of their arguments and outputs is generated for each.

use crate::codec::{self, Positional};
use crate::error::AppError;
use crate::session::client::{SessionClient, send};
use gloo_net::http::Method as FetchMethod;
use http::Method;
use leptos::server_fn::codec::{GetUrl, PostUrl};
use leptos::server_fn::server::Server;
use leptos::server_fn::{Bytes, Http, Protocol};
use serde::Serialize;
use serde::de::DeserializeOwned;
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

macro_rules! protocol {
    ($protocol:ident, $method:ident, $encoding:ident) => {
        impl<I, O, S> Protocol<I, O, SessionClient, S, AppError> for $protocol
        where
            I: Serialize + Send,
            O: DeserializeOwned + Send,
            S: Server<AppError>,
            Http<$encoding, Positional>: Protocol<I, O, SessionClient, S, AppError>,
        {
            const METHOD: Method = Method::$method;

            fn run_server<F, Fut>(
                request: S::Request,
                server_fn: F,
            ) -> impl Future<Output = Result<S::Response, AppError>> + Send
            where
                F: Fn(I) -> Fut + Send,
                Fut: Future<Output = Result<O, AppError>> + Send,
            {
                <Http<$encoding, Positional> as Protocol<I, O, SessionClient, S, AppError>>::run_server(
                    request, server_fn,
                )
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
