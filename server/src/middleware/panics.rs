//! A handler that panics takes its own request down, and nothing else.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;

/// Marks the answer to a request that failed with nothing to say, for [`arrival`](crate::middleware::request_context()), which knows the
/// request's id, to put an error page in its place.
#[derive(Debug, Clone, Copy)]
pub struct Panicked;

/// Catches panics. What the panic said is for the log, where the panic hook has put it.
#[must_use]
pub fn catch_panics() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(mark as fn(_) -> _)
}

fn mark(_: Box<dyn Any + Send>) -> Response {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Panicked);
    response
}
