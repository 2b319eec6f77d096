//! The problem responses of operations, as OpenAPI describes them.

use crate::http::problem;
use utoipa::IntoResponses;

/// Describes the error responses of operations that need a credential.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes responses in OpenAPI")]
pub(crate) enum AuthenticatedErrors {
    /// The request is malformed or contains invalid values
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(#[to_schema] problem::Body),
    /// The credential is missing or invalid
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(#[to_schema] problem::Body),
    /// The credential doesn't permit this request
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] problem::Body),
    /// The request body timed out
    #[response(status = 408, content_type = "application/problem+json")]
    TimedOut(#[to_schema] problem::Body),
    /// The request body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    BodyTooLarge(#[to_schema] problem::Body),
    /// The media type of the request body is not supported
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(#[to_schema] problem::Body),
    /// Too many requests
    #[response(status = 429, content_type = "application/problem+json")]
    TooManyRequests(#[to_schema] problem::Body),
}

/// Describes the error responses of operations that need no credential.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes responses in OpenAPI")]
pub(crate) enum PublicErrors {
    /// The request is malformed
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(#[to_schema] problem::Body),
    /// Too many requests
    #[response(status = 429, content_type = "application/problem+json")]
    TooManyRequests(#[to_schema] problem::Body),
}
