//! Problem responses, `application/problem+json` (RFC 9457).
//!
//! `type` is the code of a [`Kind`], which clients may compare; `title` describes it to people, and `detail` describes
//! the problem of the request. The members of the OAuth Problem Reporting extension are in the body and in the
//! challenge.

mod errors;
mod responses;

pub(crate) use crate::http::problem::responses::{AuthenticatedErrors, PublicErrors};

use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::coded_enum::CodedEnum;
use domain::fields::FieldErrors;
use domain::oauth2::scopes::Scope;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// The `Retry-After` of 503 responses, in seconds.
pub const RETRY_SECONDS: u64 = app::error::RETRY_SECONDS;

/// The realm in `WWW-Authenticate` challenges.
pub const REALM: &str = "Gatehouse";

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $code:literal, $title:literal;)*) => {
        /// Lists the kinds of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Returns the value of `type`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the value of `title`.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
        }
    };
}

kinds! {
    /// The request couldn't be parsed.
    Malformed = BAD_REQUEST, "malformed-request", "Malformed request";
    /// Some values are invalid; `errors` lists them.
    Invalid = BAD_REQUEST, "invalid", "Invalid values";
    /// An OAuth 1 request was rejected; `oauth_problem` has the reason.
    OAuth = UNAUTHORIZED, "oauth-refused", "Invalid OAuth credentials";
    /// The access token is invalid.
    InvalidToken = UNAUTHORIZED, "invalid-token", "Invalid access token";
    /// The API key is missing or invalid.
    InvalidApiKey = UNAUTHORIZED, "invalid-api-key", "Invalid API key";
    /// The access token lacks a required scope.
    InsufficientScope = FORBIDDEN, "insufficient-scope", "Insufficient scope";
    /// The request needs a signed-in user.
    SignedOut = UNAUTHORIZED, "signed-out", "Not signed in";
    /// The user lacks a right; `right` names it.
    Forbidden = FORBIDDEN, "forbidden", "Forbidden";
    /// A feature is not enabled for the account; `feature` names it.
    Disabled = FORBIDDEN, "feature-disabled", "Feature not enabled";
    /// Remote logging is off for the account.
    RemoteLoggingDisabled = FORBIDDEN, "remote-logging-disabled", "Remote logging is off";
    /// The resource doesn't exist in the account.
    NotFound = NOT_FOUND, "not-found", "Resource not found";
    /// No endpoint exists at the path.
    UnknownRoute = NOT_FOUND, "unknown-route", "Endpoint not found";
    /// The endpoint doesn't support the method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed";
    /// The request conflicts with the current state of the resource.
    Conflict = CONFLICT, "conflict", "Conflict";
    /// The request body was not received in time.
    Timeout = REQUEST_TIMEOUT, "request-timeout", "Request timeout";
    /// The request body exceeds the limit of the endpoint.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body-too-large", "Request body too large";
    /// The endpoint doesn't support the media type of the request body.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Unsupported media type";
    /// The idempotency key was used with a different request.
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Idempotency key already used";
    /// The request exceeds a rate limit.
    TooManyRequests = TOO_MANY_REQUESTS, "too-many-requests", "Too many requests";
    /// The server doesn't support the functionality.
    NotImplemented = NOT_IMPLEMENTED, "not-implemented", "Not implemented";
    /// An internal error occurred.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Internal server error";
    /// The server is overloaded, or a dependency such as the database doesn't respond.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "Service unavailable";
}

/// Represents a problem response.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    body: Body,
    /// Each is sent in a separate `WWW-Authenticate` header.
    challenges: Vec<String>,
    retry_after: Option<u64>,
}

/// Describes a problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    right: Option<Right>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    feature: Option<Feature>,
    #[serde(flatten)]
    oauth: OAuthMembers,
}

/// Describes a problem with one value.
#[derive(Debug, Serialize, ToSchema)]
struct FieldError {
    field: String,
    detail: String,
}

/// Holds the members of the OAuth Problem Reporting extension, and the base string.
#[derive(Debug, Default, Serialize, ToSchema)]
struct OAuthMembers {
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_problem: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    oauth_parameters_absent: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    oauth_parameters_rejected: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_acceptable_timestamps: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_acceptable_versions: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_base_string: Option<String>,
}

impl Problem {
    /// Creates a problem with a description of what is wrong with the request.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        let status = kind.status();
        Self(Box::new(Inner {
            status,
            body: Body {
                kind: kind.code(),
                title: kind.title(),
                status: status.as_u16(),
                detail: detail.into(),
                errors: Vec::new(),
                right: None,
                feature: None,
                oauth: OAuthMembers::default(),
            },
            challenges: Vec::new(),
            retry_after: None,
        }))
    }

    /// Creates a problem about an invalid parameter, header or field.
    #[must_use]
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        FieldErrors::single(field, message).into()
    }

    /// Creates a problem about a response that can't be serialized, and logs the reason.
    #[must_use]
    pub fn unserializable(error: &serde_json::Error) -> Self {
        tracing::error!(%error, "failed to serialize a response");
        Self::new(Kind::Internal, "Couldn't serialize the response.")
    }

    /// Creates a problem about an exceeded rate limit, with the number of seconds until a retry.
    #[must_use]
    pub fn too_many_requests(retry_after: u64) -> Self {
        let mut problem = Self::new(
            Kind::TooManyRequests,
            format!("Too many requests. Try again in {retry_after} s."),
        );
        problem.0.retry_after = Some(retry_after);
        problem
    }

    /// Creates a problem about a missing or invalid API key. The challenge has an error code only if a key was sent
    /// (RFC 6750 §3).
    #[must_use]
    pub fn invalid_api_key(was_sent: bool) -> Self {
        let detail = "Send the account's API key in the Authorization (Bearer) or X-Api-Key header. \
                      Find it on the Integration page.";
        let mut problem = Self::new(Kind::InvalidApiKey, detail);
        let error = if was_sent { ", error=\"invalid_token\"" } else { "" };
        problem.0.challenges = vec![format!("{}{error}", bearer_challenge())];
        problem
    }

    /// Adds a Bearer challenge for a request without a credential. It has no error code (RFC 6750 §3).
    #[must_use]
    pub fn with_bearer_challenge(mut self) -> Self {
        self.0.challenges.push(bearer_challenge());
        self
    }

    /// Adds the scopes to the challenge. Any of them is sufficient (RFC 6750 §3).
    #[must_use]
    pub fn with_scopes(mut self, scopes: &[Scope]) -> Self {
        let codes: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
        if let Some(challenge) = self.0.challenges.last_mut() {
            challenge.push_str(&format!(", scope=\"{}\"", codes.join(" ")));
        }
        self
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
}

fn bearer_challenge() -> String {
    format!("Bearer realm=\"{REALM}\"")
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Inner {
            status,
            body,
            challenges,
            retry_after,
        } = *self.0;
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for challenge in challenges {
            // Separate headers, so that clients that support one scheme need not parse a list.
            if let Ok(challenge) = HeaderValue::try_from(challenge) {
                headers.append(WWW_AUTHENTICATE, challenge);
            }
        }
        let retry_after = retry_after.or((status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_SECONDS));
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[cfg(test)]
mod tests;
