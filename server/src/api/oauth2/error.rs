//! Error responses of the OAuth 2.0 endpoints (RFC 6749 §5.2).

use crate::http::problem::{REALM, RETRY_SECONDS};
use crate::http::rate_limit::{RateLimitExceeded, RateLimitStatus};
use axum::Json;
use axum::http::header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::oauth2::{ErrorCode, Oauth2Error};
use portal::oauth2::RequestError;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::{IntoResponses, ToSchema};

/// Represents an OAuth 2.0 error response.
#[derive(Debug)]
pub struct OauthErrorResponse(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: ErrorCode,
    description: Cow<'static, str>,
    retry_after: Option<u64>,
    rate_limit: Option<RateLimitStatus>,
}

/// Describes an OAuth 2.0 error (RFC 6749 §5.2).
#[derive(Serialize, ToSchema)]
#[schema(as = OauthError)]
pub(crate) struct Body<'a> {
    error: &'static str,
    error_description: &'a str,
}

/// Describes the error responses of OAuth 2.0 endpoints.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes responses in OpenAPI")]
pub(crate) enum OauthErrors {
    /// The request is invalid or was not granted
    #[response(status = 400)]
    BadRequest(#[to_schema] Body<'static>),
    /// Client authentication failed
    #[response(status = 401)]
    Unauthorized(#[to_schema] Body<'static>),
    /// The request body is too large
    #[response(status = 413)]
    BodyTooLarge(#[to_schema] Body<'static>),
    /// The request URI is too long
    #[response(status = 414)]
    UriTooLong(#[to_schema] Body<'static>),
    /// The request body is not a form
    #[response(status = 415)]
    UnsupportedMediaType(#[to_schema] Body<'static>),
    /// Too many requests
    #[response(status = 429)]
    TooManyRequests(#[to_schema] Body<'static>),
}

impl OauthErrorResponse {
    /// Creates an error with the given status.
    pub fn with_status(status: StatusCode, code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let Oauth2Error { code, description } = Oauth2Error::new(code, description);
        Self(Box::new(Inner {
            status,
            code,
            description,
            retry_after: None,
            rate_limit: None,
        }))
    }

    /// Adds the rate limit headers.
    pub fn with_rate_limit(mut self, rate_limit: RateLimitStatus) -> Self {
        self.0.rate_limit = Some(rate_limit);
        self
    }

    fn with_retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }
}

impl From<Oauth2Error> for OauthErrorResponse {
    fn from(Oauth2Error { code, description }: Oauth2Error) -> Self {
        let status = match code {
            ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::with_status(status, code, description)
    }
}

impl From<RequestError> for OauthErrorResponse {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Rejected(error) => error.into(),
            RequestError::Portal(error) => {
                // The request ID is logged with the span.
                tracing::error!(%error, "oauth2 request failed");
                if matches!(error, portal::Error::Unavailable { .. }) {
                    let status = StatusCode::SERVICE_UNAVAILABLE;
                    let description = "The server is temporarily unavailable. Try again in a moment.";
                    return Self::with_status(status, ErrorCode::TemporarilyUnavailable, description);
                }
                Self::with_status(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    ErrorCode::ServerError,
                    "An internal error occurred. Find it in the server log by the request ID in X-Request-Id.",
                )
            }
        }
    }
}

impl From<RateLimitExceeded> for OauthErrorResponse {
    fn from(exceeded: RateLimitExceeded) -> Self {
        let description = format!("Too many requests. Try again in {} s.", exceeded.retry_after);
        Self::with_status(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::TemporarilyUnavailable,
            description,
        )
        .with_retry_after(exceeded.retry_after)
        .with_rate_limit(exceeded.rate_limit)
    }
}

impl IntoResponse for OauthErrorResponse {
    fn into_response(self) -> Response {
        let Inner {
            status,
            code,
            description,
            retry_after,
            rate_limit,
        } = *self.0;
        let body = Body {
            error: code.code(),
            error_description: &description,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        set_no_store(headers);
        if code == ErrorCode::InvalidClient {
            let challenge = HeaderValue::try_from(format!("Basic realm=\"{REALM}\", charset=\"UTF-8\""));
            headers.extend(challenge.ok().map(|challenge| (WWW_AUTHENTICATE, challenge)));
        }
        let retry_after = retry_after.or((status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_SECONDS));
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(rate_limit) = rate_limit {
            rate_limit.insert_headers(headers);
        }
        response
    }
}

/// Forbids caching of the response (RFC 6749 §5.1).
pub fn set_no_store(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}
