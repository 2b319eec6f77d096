//! Sets the status of failed server functions.

use crate::http::error_page::is_page_script;
use app::codec;
use app::context::accepts_html;
use app::error::AppError;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::Response;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

/// Sets the status and `Retry-After` of a failed server function, which Leptos answers with 500 and the error as the body.
/// The script of a page gets the error as it is, and other clients get JSON. A browser that submitted a form without script is redirected to a page in any case and keeps that response.
pub async fn set_function_status(request: Request, next: Next) -> Response {
    let is_script = !accepts_html(request.headers());
    let is_page = is_page_script(request.headers());
    let response = next.run(request).await;
    if !is_script {
        return response;
    }
    let (mut response, error) = read_error(response).await;
    if let Some(error) = error {
        *response.status_mut() = error.status();
        let headers = response.headers_mut();
        if let Some(seconds) = error.retry_after() {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if !is_page {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.remove(CONTENT_LENGTH);
            *response.body_mut() = Body::from(serde_json::to_string(&error).unwrap_or_default());
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
    let error = codec::decode(&bytes).ok();
    (Response::from_parts(parts, Body::from(bytes)), error)
}
