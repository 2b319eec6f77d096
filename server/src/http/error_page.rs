//! The last resort: answers for people when no page can be made.

use crate::http::html::escape;
use crate::http::problem::{Kind, Problem};
use crate::middleware::RequestId;
use crate::router;
use app::error::Failure;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// Says that the portal is at fault, to whoever asked: a person, the app's script, or a program.
#[must_use]
pub fn internal(path: &str, headers: &HeaderMap, id: &RequestId) -> Response {
    if router::is_for_machines(path) {
        return Problem::new(
            Kind::Internal,
            "What happened is in the portal's log, under the id in X-Request-Id.",
        )
        .into_response();
    }
    refuse(
        headers,
        StatusCode::INTERNAL_SERVER_ERROR,
        &Failure::Internal {
            request_id: id.as_str().to_owned(),
        },
        id,
    )
}

/// Says why a page or a server function was not reached: a document for a person, and for the app's script the failure
/// as a server function would have answered it.
#[must_use]
pub fn refuse(headers: &HeaderMap, status: StatusCode, failure: &Failure, id: &RequestId) -> Response {
    let is_person = headers
        .get_all(ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    let (kind, body) = if is_person {
        ("text/html; charset=utf-8", document(status, failure, id))
    } else {
        ("application/json", serde_json::to_string(failure).unwrap_or_default())
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = failure.retry_after() {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    );
    response
}

fn document(status: StatusCode, failure: &Failure, id: &RequestId) -> String {
    let title = status.canonical_reason().unwrap_or("Error");
    let mut sentence = escape(&failure.to_string());
    if !sentence.contains(id.as_str()) {
        sentence.push_str(&format!(" Request {id}."));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · Gatehouse</title>\n</head>\n<body>\n\
         <main>\n<h1>{title}</h1>\n<p>{sentence}</p>\n\
         <p><a href=\"/\">Go to the portal</a></p>\n</main>\n</body>\n</html>\n"
    )
}
