//! Checks the host and the limits of a request before any handler runs.

use crate::http::paths::is_api_path;
use crate::http::problem::{Kind, Problem};
use crate::http::{RequestId, error_page};
use crate::listener::ClientConnection;
use crate::middleware::security::host::check_host;
use app::error::AppError;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};

/// Checks the host of a request and its client's limits.
///
/// # Errors
/// The response: 400 when the host is missing or invalid, 503 when the client has too many requests in progress.
pub fn check_request(request: &Request, id: &RequestId) -> Result<(), Box<Response>> {
    if let Err(error) = check_host(request) {
        let failure = AppError::Malformed(error.to_string());
        return Err(Box::new(reject(request, id, Kind::Malformed, &failure)));
    }
    let connection = request.extensions().get::<ClientConnection>();
    if connection.is_some_and(|connection| connection.check().is_err()) {
        let failure = AppError::TooManyRequests;
        return Err(Box::new(reject(request, id, Kind::Unavailable, &failure)));
    }
    Ok(())
}

/// Returns the error in the format of the route: problem details or error page.
fn reject(request: &Request, id: &RequestId, kind: Kind, failure: &AppError) -> Response {
    if is_api_path(request.uri().path()) {
        return Problem::new(kind, failure.to_string()).into_response();
    }
    error_page::render(request.headers(), failure, id)
}
