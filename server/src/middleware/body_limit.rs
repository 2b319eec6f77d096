//! How much a form may hold.

use crate::http::body::is_length_limit;
use crate::http::error_page;
use crate::listener::{BodyError, body_error};
use crate::middleware::RequestId;
use app::context::Visitor;
use app::error::Failure;
use axum::Extension;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use domain::accounts::rights::Right;
use portal::integration::settings::file::MAX_FILE_BYTES;
use tokio::sync::Semaphore;

/// The most bytes in a form's body: a public key of 8 KiB and everything around it, several times over.
pub const MAX_FORM: usize = 64 * 1024;

/// The route that a settings file is sent to.
const SETTINGS_UPLOAD: &str = "/fn/integration/preview-file";

/// The most bytes in the body of a form with a settings file, each byte of which may be percent-encoded as three.
pub const MAX_SETTINGS_FORM: usize = 3 * MAX_FILE_BYTES + MAX_FORM;

/// How many forms of more than [`MAX_FORM`] bytes are read at the same time: each may take four times its length until it is
/// answered.
const MAX_LARGE_FORMS: usize = 2;

static LARGE_FORMS: Semaphore = Semaphore::const_new(MAX_LARGE_FORMS);

/// Reads the body, and refuses one of more than [`MAX_FORM`] bytes, whether or not it says so beforehand, and one that takes
/// too long. A settings file may take [`MAX_SETTINGS_FORM`] bytes, from whoever may apply it.
pub async fn limit_body(
    Extension(visitor): Extension<Visitor>,
    Extension(id): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let refuse = |status, failure: Failure| error_page::refuse(&parts.headers, status, &failure, &id);
    let is_small = body.size_hint().upper().is_some_and(|most| most <= MAX_FORM as u64);
    let is_large_upload = parts.uri.path() == SETTINGS_UPLOAD && !is_small;
    let (limit, permit) = match visitor.actor.as_deref().filter(|_| is_large_upload) {
        None => (MAX_FORM, None),
        Some(actor) => match (actor.may(Right::ManageIntegration), LARGE_FORMS.try_acquire()) {
            (Err(error), _) => {
                let failure = Failure::from(error);
                return refuse(failure.status(), failure);
            }
            (Ok(_), Err(_)) => return refuse(StatusCode::SERVICE_UNAVAILABLE, Failure::Unavailable),
            (Ok(_), Ok(permit)) => (MAX_SETTINGS_FORM, Some(permit)),
        },
    };
    let bytes = match to_bytes(body, limit).await {
        Ok(bytes) => bytes,
        Err(error) => {
            let (status, failure) = match body_error(&error) {
                Some(BodyError::TimedOut) => (
                    StatusCode::REQUEST_TIMEOUT,
                    Failure::Conflict("The form took too long to arrive. Send it again.".to_owned()),
                ),
                Some(BodyError::NoMemory) => (StatusCode::SERVICE_UNAVAILABLE, Failure::Unavailable),
                None if !is_length_limit(&error) => (
                    StatusCode::BAD_REQUEST,
                    Failure::Conflict("The form broke off, or could not be decoded. Send it again.".to_owned()),
                ),
                None => (
                    StatusCode::PAYLOAD_TOO_LARGE,
                    Failure::Conflict(format!("The form holds more than {} KiB.", limit / 1024)),
                ),
            };
            return refuse(status, failure);
        }
    };
    let mut request = Request::from_parts(parts, Body::from(bytes));
    // Server functions read the body by an extractor of axum, whose own limit is 2 MB.
    DefaultBodyLimit::max(limit).apply(&mut request);
    let response = next.run(request).await;
    drop(permit);
    response
}
