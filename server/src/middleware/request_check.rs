//! Checks the host and the limits of a request before any handler runs.

use crate::http::error_page;
use crate::http::problem::{Kind, Problem};
use crate::listener::ClientConnection;
use crate::middleware::RequestId;
use crate::middleware::host::check_host;
use crate::router::is_api_path;
use app::error::AppError;
use axum::extract::Request;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// Checks the host of a request and its client's limits.
///
/// # Errors
/// The response: 400 when the host is missing or invalid, 503 when the client has too many requests in progress.
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
            "Too many requests in progress from your address. Try again in a moment.".to_owned(),
        );
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        return Err(Box::new(response));
    }
    Ok(())
}

/// Returns the error in the format of the route: problem details or error page.
fn refuse(request: &Request, id: &RequestId, (kind, status): (Kind, StatusCode), message: String) -> Response {
    if is_api_path(request.uri().path()) {
        return Problem::new(kind, message).into_response();
    }
    error_page::render(request.headers(), status, &AppError::Conflict(message), id)
}
