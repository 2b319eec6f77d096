//! Buffers HTML pages before they are sent.

use crate::middleware::NeedsErrorPage;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Renders a page completely before the first byte is sent, so that an error or panic during rendering can still be
/// answered with an error page instead of an aborted connection. Pages wait for all their data anyway. Other responses
/// may be streamed.
pub async fn buffer_html(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let content_type = response.headers().get(CONTENT_TYPE);
    if !content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    let (parts, body) = response.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => Response::from_parts(parts, Body::from(bytes)),
        Err(error) => {
            tracing::error!(%error, "response body failed");
            let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
            response.extensions_mut().insert(NeedsErrorPage);
            response
        }
    }
}
