//! Limits the size of form bodies.

use crate::http::body::is_length_limit;
use crate::http::body_error::{BodyError, body_error};
use crate::http::{RequestId, error_page};
use app::context::RequestContext;
use app::error::AppError;
use axum::Extension;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::Next;
use axum::response::Response;
use domain::accounts::rights::Right;
use portal::integration::settings::file::MAX_FILE_BYTES;
use tokio::sync::Semaphore;

/// The maximum size of a form body in bytes: several times a public key of 8 KiB and its form.
pub const MAX_FORM_BYTES: usize = 64 * 1024;

/// The route that settings files are uploaded to.
const SETTINGS_UPLOAD_PATH: &str = "/fn/integration/preview-file";

/// The maximum size in bytes of a form body with a settings file, in which each byte may be percent-encoded as three.
pub const MAX_SETTINGS_FORM_BYTES: usize = 3 * MAX_FILE_BYTES + MAX_FORM_BYTES;

/// How many forms larger than [`MAX_FORM_BYTES`] are processed at the same time. Each may use four times its length in
/// memory.
const MAX_LARGE_FORMS: usize = 2;

static LARGE_FORMS: Semaphore = Semaphore::const_new(MAX_LARGE_FORMS);

/// Reads the body, and rejects one larger than [`MAX_FORM_BYTES`], with or without `Content-Length`, and one that times
/// out. A settings file may have [`MAX_SETTINGS_FORM_BYTES`] if the user has the right to apply it.
pub async fn limit_body(
    Extension(context): Extension<RequestContext>,
    Extension(id): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let reject = |failure: AppError| error_page::render(&parts.headers, &failure, &id);
    let is_small = body
        .size_hint()
        .upper()
        .is_some_and(|bytes| bytes <= MAX_FORM_BYTES as u64);
    let is_large_upload = parts.uri.path() == SETTINGS_UPLOAD_PATH && !is_small;
    let (limit, permit) = match context.actor.as_deref().filter(|_| is_large_upload) {
        None => (MAX_FORM_BYTES, None),
        Some(actor) => match (actor.require_right(Right::ManageIntegration), LARGE_FORMS.try_acquire()) {
            (Err(error), _) => return reject(error.into()),
            (Ok(_), Err(_)) => return reject(AppError::Unavailable),
            (Ok(_), Ok(permit)) => (MAX_SETTINGS_FORM_BYTES, Some(permit)),
        },
    };
    let bytes = match to_bytes(body, limit).await {
        Ok(bytes) => bytes,
        Err(error) => {
            return reject(match body_error(&error) {
                Some(BodyError::TimedOut) => AppError::TimedOut,
                Some(BodyError::NoMemory) => AppError::Unavailable,
                None if is_length_limit(&error) => AppError::TooLarge { max_bytes: limit },
                None => AppError::Incomplete,
            });
        }
    };
    let mut request = Request::from_parts(parts, Body::from(bytes));
    // Server functions read the body with an axum extractor, whose default limit is 2 MB.
    DefaultBodyLimit::max(limit).apply(&mut request);
    let response = next.run(request).await;
    drop(permit);
    response
}
