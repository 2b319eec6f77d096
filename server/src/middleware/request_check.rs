//! What is looked at before any handler sees a request: its host, and whether there is room for it.

use crate::http::error_page;
use crate::http::problem::{Kind, Problem};
use crate::listener::ClientConnection;
use crate::middleware::RequestId;
use crate::middleware::host::check_host;
use crate::router::is_for_machines;
use app::error::Failure;
use axum::extract::Request;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// Checks a request.
///
/// # Errors
/// The answer: 400 where the host is missing or not valid, 503 where the client has as many requests under way as it may.
pub fn check_request(request: &Request, id: &RequestId) -> Result<(), Box<Response>> {
    if let Err(error) = check_host(request) {
        return Err(Box::new(refuse(
            request,
            id,
            (Kind::Malformed, StatusCode::BAD_REQUEST),
            error.to_string(),
        )));
    }
    let connection = request.extensions().get::<ClientConnection>();
    if connection.is_some_and(|connection| connection.check().is_err()) {
        let mut response = refuse(
            request,
            id,
            (Kind::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
            "Too many requests are under way from your address. Try again in a moment.".to_owned(),
        );
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        return Err(Box::new(response));
    }
    Ok(())
}

/// Makes the answer in the manner of the route.
fn refuse(request: &Request, id: &RequestId, (kind, status): (Kind, StatusCode), sentence: String) -> Response {
    if is_for_machines(request.uri().path()) {
        return Problem::new(kind, sentence).into_response();
    }
    error_page::refuse(request.headers(), status, &Failure::Conflict(sentence), id)
}
