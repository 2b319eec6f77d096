//! Sets the status of failed server functions.

use app::context::accepts_html;
use app::error::AppError;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::Response;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

/// Sets the status and `Retry-After` of a failed server function, which Leptos answers with 500 and the error as the body.
/// A browser that submitted a form without script is redirected to a page in any case and keeps that response.
pub async fn set_function_status(request: Request, next: Next) -> Response {
    let is_script = !accepts_html(request.headers());
    let response = next.run(request).await;
    if !is_script {
        return response;
    }
    let (mut response, error) = read_error(response).await;
    if let Some(error) = error {
        *response.status_mut() = error.status();
        if let Some(seconds) = error.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
    }
    response
}

/// Returns the response of a server function, and its error if it has failed.
pub(crate) async fn read_error(response: Response) -> (Response, Option<AppError>) {
    if !response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    // An error is not streamed, so reading it doesn't fail.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let error = serde_json::from_slice(&bytes).ok();
    (Response::from_parts(parts, Body::from(bytes)), error)
}
