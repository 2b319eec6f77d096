//! What a client is told when it gets nothing (RFC 6749 §5.2).

use crate::http::problem::{REALM, RETRY_SECONDS};
use crate::http::rate_limit::{Reached, Standing};
use axum::Json;
use axum::http::header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::oauth2::{ErrorCode, Refusal};
use portal::oauth2::Denied;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// A refusal on its way to the client.
#[derive(Debug)]
pub struct OauthError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: ErrorCode,
    description: Cow<'static, str>,
    retry_after: Option<u64>,
    standing: Option<Standing>,
}

/// Why a client got nothing (RFC 6749 §5.2).
#[derive(Serialize, ToSchema)]
#[schema(as = OauthError)]
pub(crate) struct Body<'a> {
    error: &'static str,
    error_description: &'a str,
}

impl OauthError {
    /// A refusal with another status than its code's.
    pub fn with_status(status: StatusCode, code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let Refusal { code, description } = Refusal::new(code, description);
        Self(Box::new(Inner {
            status,
            code,
            description,
            retry_after: None,
            standing: None,
        }))
    }

    /// The refusal, and where the client stands with its limit.
    pub fn with_standing(mut self, standing: Standing) -> Self {
        self.0.standing = Some(standing);
        self
    }

    fn with_retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }
}

impl From<Refusal> for OauthError {
    fn from(Refusal { code, description }: Refusal) -> Self {
        let status = match code {
            ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::with_status(status, code, description)
    }
}

impl From<Denied> for OauthError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refused(refusal) => refusal.into(),
            Denied::Error(error) => {
                // The span that this is logged in carries the request id.
                tracing::error!(%error, "a token could not be granted");
                if matches!(error, portal::Error::Unavailable { .. }) {
                    let status = StatusCode::SERVICE_UNAVAILABLE;
                    return Self::with_status(status, ErrorCode::TemporarilyUnavailable, "Try again in a moment.");
                }
                Self::with_status(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    ErrorCode::ServerError,
                    "What happened is in the portal's log, under the id in X-Request-Id.",
                )
            }
        }
    }
}

impl From<Reached> for OauthError {
    fn from(reached: Reached) -> Self {
        let sentence = format!("Too many requests. Try again in {} s.", reached.retry_after);
        Self::with_status(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::TemporarilyUnavailable,
            sentence,
        )
        .with_retry_after(reached.retry_after)
        .with_standing(reached.standing)
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let Inner {
            status,
            code,
            description,
            retry_after,
            standing,
        } = *self.0;
        let body = Body {
            error: code.code(),
            error_description: &description,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        never_stored(headers);
        if code == ErrorCode::InvalidClient {
            let challenge = HeaderValue::try_from(format!("Basic realm=\"{REALM}\", charset=\"UTF-8\""));
            headers.extend(challenge.ok().map(|challenge| (WWW_AUTHENTICATE, challenge)));
        }
        let retry_after = retry_after.or((status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_SECONDS));
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(standing) = standing {
            standing.describe(headers);
        }
        response
    }
}

/// RFC 6749 §5.1.
pub fn never_stored(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}
