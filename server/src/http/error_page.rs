//! Static error pages, for errors outside of the app's pages and server functions.

use crate::http::RequestId;
use crate::http::html::escape;
use crate::http::paths::is_api_path;
use crate::http::problem::{Kind, Problem};
use app::codec;
use app::error::AppError;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// Returns a response for an internal error, in the format of the endpoint: an error page, the app's error as JSON, or
/// a problem.
#[must_use]
pub fn internal_error(path: &str, headers: &HeaderMap, id: &RequestId) -> Response {
    if is_api_path(path) {
        return Problem::new(
            Kind::Internal,
            "An internal error occurred. Find it in the server log by the request ID in X-Request-Id.",
        )
        .into_response();
    }
    let error = AppError::Internal {
        request_id: id.as_str().to_owned(),
    };
    render(headers, &error, id)
}

/// Returns an error response as a server function returns it: a page if the client accepts HTML, the encoding of pages for
/// their script, and otherwise JSON.
#[must_use]
pub fn render(headers: &HeaderMap, error: &AppError, id: &RequestId) -> Response {
    let status = error.status();
    let accepts_html = headers
        .get_all(ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    let (media_type, body) = if accepts_html {
        ("text/html; charset=utf-8", document(status, error, id).into_bytes())
    } else if is_page_script(headers) {
        (codec::MEDIA_TYPE, codec::encode(error).unwrap_or_default())
    } else {
        ("application/json", serde_json::to_vec(error).unwrap_or_default())
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = error.retry_after() {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    );
    response
}

/// Returns whether the script of a page sent the request. It accepts the encoding of pages alone.
pub(crate) fn is_page_script(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(codec::is_accepted)
}

fn document(status: StatusCode, error: &AppError, id: &RequestId) -> String {
    let title = status.canonical_reason().unwrap_or("Error");
    let mut message = escape(&error.to_string());
    if !message.contains(id.as_str()) {
        message.push_str(&format!(" Request ID: {id}."));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · Gatehouse</title>\n</head>\n<body>\n\
         <main>\n<h1>{title}</h1>\n<p>{message}</p>\n\
         <p><a href=\"/\">Go to the dashboard</a></p>\n</main>\n</body>\n</html>\n"
    )
}
