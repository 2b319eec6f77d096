//! Turns panics of handlers into error responses.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;

/// Marks a response without content for a failed request. [`request_context`](crate::middleware::request_context()),
/// which knows the request ID, replaces it by an error page.
#[derive(Debug, Clone, Copy)]
pub struct NeedsErrorPage;

/// Returns the layer that catches panics. The panic hook has already logged the panic.
#[must_use]
pub fn catch_panics() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(error_response as fn(_) -> _)
}

fn error_response(_: Box<dyn Any + Send>) -> Response {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(NeedsErrorPage);
    response
}
