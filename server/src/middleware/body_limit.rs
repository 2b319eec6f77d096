//! How much a form may hold.

use super::RequestId;
use crate::connections::{BodyError, body_error};
use crate::error_page;
use app::failure::Failure;
use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

/// The most bytes in a form's body: a public key of 8 KiB and everything around it, several times over.
pub const MAX_FORM: usize = 64 * 1024;

/// Reads the body, and refuses one of more than [`MAX_FORM`] bytes, whether or not it says so beforehand, and one that takes
/// too long.
pub async fn limit_body(Extension(id): Extension<RequestId>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match to_bytes(body, MAX_FORM).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(error) => {
            let (status, failure) = match body_error(&error) {
                Some(BodyError::TimedOut) => (
                    StatusCode::REQUEST_TIMEOUT,
                    Failure::Conflict("The form took too long to arrive. Send it again.".to_owned()),
                ),
                Some(BodyError::NoMemory) => (StatusCode::SERVICE_UNAVAILABLE, Failure::Unavailable),
                None => (
                    StatusCode::PAYLOAD_TOO_LARGE,
                    Failure::Conflict(format!("The form holds more than {} KiB.", MAX_FORM / 1024)),
                ),
            };
            error_page::refuse(&parts.headers, status, &failure, &id)
        }
    }
}
