//! What machines are told when something does not happen: `application/problem+json` (RFC 9457), mapped once.
//!
//! `type` is one of the words of [`Kind`], which clients may compare; `title` says the same to a person, and `detail`
//! what is particular to the request. A client that knows OAuth finds what the OAuth Problem Reporting extension has
//! in `oauth_problem` and in the challenge.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::fields::FieldErrors;
use domain::oauth1::Refusal;
use domain::oauth2::scopes::Scope;
use portal::oauth1::Denied;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// After how many seconds it is worth while to try again what the portal could not do for reasons of its own.
pub const RETRY_SECONDS: u64 = app::error::RETRY_SECONDS;

/// The realm of the challenges.
pub const REALM: &str = "Gatehouse";

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $word:literal, $title:literal;)*) => {
        /// The kinds of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// The value of `type`.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The value of `title`.
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
    /// Something of the request cannot be read.
    Malformed = BAD_REQUEST, "malformed-request", "The request cannot be read";
    /// Values that are not what they must be; `errors` names them.
    Invalid = BAD_REQUEST, "invalid", "Some values are not valid";
    /// An OAuth 1 request that was not let in; `oauth_problem` says why.
    OAuth = UNAUTHORIZED, "oauth-refused", "The OAuth credentials were not accepted";
    /// An access token that does not hold.
    InvalidToken = UNAUTHORIZED, "invalid-token", "The access token was not accepted";
    /// An API key that does not work, or none.
    InvalidApiKey = UNAUTHORIZED, "invalid-api-key", "The API key was not accepted";
    /// An access token that is not good for this
    InsufficientScope = FORBIDDEN, "insufficient-scope", "The access token is not good for this";
    /// Only a person can do this.
    SignedOut = UNAUTHORIZED, "signed-out", "Nobody is signed in";
    /// The user lacks a right, which `right` names.
    Forbidden = FORBIDDEN, "forbidden", "The user may not do this";
    /// The account lacks a feature, which `feature` names.
    Disabled = FORBIDDEN, "feature-disabled", "The account does not have this feature";
    /// The account does not take log records.
    RemoteLoggingDisabled = FORBIDDEN, "remote-logging-disabled", "Remote logging is switched off";
    /// The account has no such thing.
    NotFound = NOT_FOUND, "not-found", "There is no such thing";
    /// Nothing answers at this path.
    UnknownRoute = NOT_FOUND, "unknown-route", "Nothing answers at this path";
    /// The path answers, but not to this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method-not-allowed", "The method is not allowed here";
    /// The thing is no longer as the client thinks.
    Conflict = CONFLICT, "conflict", "The thing has changed meanwhile";
    /// The body did not come.
    Timeout = REQUEST_TIMEOUT, "request-timeout", "The request took too long to arrive";
    /// The body is longer than the route takes.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large";
    /// The body's media type is not one that the route takes.
    MediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The media type of the body is not supported";
    /// A key that stands for another request.
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The idempotency key was used before";
    /// More requests than the limit allows.
    TooMany = TOO_MANY_REQUESTS, "too-many-requests", "Too many requests";
    /// HTTP has it, and this server does not.
    NotImplemented = NOT_IMPLEMENTED, "not-implemented", "The server does not support this";
    /// A fault of ours.
    Internal = INTERNAL_SERVER_ERROR, "internal", "The portal made a mistake";
    /// Something that the portal stands on does not answer.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "The portal cannot answer at present";
}

/// One problem, on its way to the client.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    body: Body,
    /// Each becomes a `WWW-Authenticate` line of its own.
    challenges: Vec<String>,
    retry_after: Option<u64>,
}

/// Why something did not happen (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    right: Option<Right>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    feature: Option<Feature>,
    #[serde(flatten)]
    oauth: OAuth,
}

/// What is wrong with one value.
#[derive(Debug, Serialize, ToSchema)]
struct FieldProblem {
    field: String,
    detail: String,
}

/// The members of the OAuth Problem Reporting extension, and the base string.
#[derive(Debug, Default, Serialize, ToSchema)]
struct OAuth {
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
    /// A problem of this kind, with a sentence about this request.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        let status = kind.status();
        Self(Box::new(Inner {
            status,
            body: Body {
                kind: kind.word(),
                title: kind.title(),
                status: status.as_u16(),
                detail: detail.into(),
                errors: Vec::new(),
                right: None,
                feature: None,
                oauth: OAuth::default(),
            },
            challenges: Vec::new(),
            retry_after: None,
        }))
    }

    /// A value of the query that is not what it must be.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        FieldErrors::one(field, message).into()
    }

    /// A limit that is reached, with the seconds until it is worth while to try again.
    #[must_use]
    pub fn too_many(retry_after: u64) -> Self {
        let mut problem = Self::new(Kind::TooMany, format!("Try again in {retry_after} s."));
        problem.0.retry_after = Some(retry_after);
        problem
    }

    /// An API key that does not work, or none. RFC 6750 §3 has an error code only where a key was sent.
    #[must_use]
    pub fn invalid_api_key(was_sent: bool) -> Self {
        let sentence =
            "Send the account's API key as Authorization: Bearer or as X-Api-Key; it is on the Integration page.";
        let mut problem = Self::new(Kind::InvalidApiKey, sentence);
        let error = if was_sent { ", error=\"invalid_token\"" } else { "" };
        problem.0.challenges = vec![format!("{}{error}", bearer_challenge())];
        problem
    }

    /// Adds the challenge of a resource that takes access tokens too, for a request without any credential: it has no
    /// error code (RFC 6750 §3).
    #[must_use]
    pub fn or_bearer_token(mut self) -> Self {
        self.0.challenges.push(bearer_challenge());
        self
    }

    /// Adds to the challenge which scopes open the resource, any of them (RFC 6750 §3).
    #[must_use]
    pub fn with_scopes(mut self, scopes: &[Scope]) -> Self {
        let codes: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
        if let Some(challenge) = self.0.challenges.last_mut() {
            challenge.push_str(&format!(", scope=\"{}\"", codes.join(" ")));
        }
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
}

fn bearer_challenge() -> String {
    format!("Bearer realm=\"{REALM}\"")
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Self {
        let mut problem = Self::new(Kind::Invalid, errors.to_string());
        let errors = errors.0.into_iter();
        problem.0.body.errors = errors
            .map(|error| FieldProblem {
                field: error.field,
                detail: error.message,
            })
            .collect();
        problem
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let mut problem = Self::new(Kind::OAuth, refusal.sentence().to_owned());
        if let Ok(status) = StatusCode::from_u16(refusal.status()) {
            problem.0.status = status;
            problem.0.body.status = status.as_u16();
        }
        problem.0.body.oauth = OAuth {
            oauth_problem: Some(refusal.problem().as_str()),
            oauth_parameters_absent: refusal.parameters_absent().to_vec(),
            oauth_parameters_rejected: refusal.parameters_rejected().to_vec(),
            oauth_acceptable_timestamps: refusal.acceptable_timestamps().map(|(from, to)| format!("{from}-{to}")),
            oauth_acceptable_versions: refusal.acceptable_versions(),
            oauth_base_string: refusal.base_string().map(str::to_owned),
        };
        problem.0.challenges = vec![refusal.challenge(REALM)];
        problem
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refused(refusal) => refusal.into(),
            Denied::Error(error) => error.into(),
        }
    }
}

/// RFC 6750 §3.
impl From<portal::oauth2::Denied> for Problem {
    fn from(denied: portal::oauth2::Denied) -> Self {
        use domain::oauth2::ErrorCode;
        let refusal = match denied {
            portal::oauth2::Denied::Refused(refusal) => refusal,
            portal::oauth2::Denied::Error(error) => return error.into(),
        };
        let kind = match refusal.code {
            ErrorCode::InsufficientScope => Kind::InsufficientScope,
            _ => Kind::InvalidToken,
        };
        let challenge = format!(
            "{}, error=\"{}\", error_description=\"{}\"",
            bearer_challenge(),
            refusal.code.code(),
            refusal.description
        );
        let mut problem = Self::new(kind, refusal.description);
        problem.0.challenges = vec![challenge];
        problem
    }
}

impl From<portal::Error> for Problem {
    fn from(error: portal::Error) -> Self {
        use portal::Error;
        match error {
            Error::SignedOut => Self::new(Kind::SignedOut, "Sign in first.").or_bearer_token(),
            Error::Forbidden(right) => {
                let mut problem = Self::new(Kind::Forbidden, format!("This needs the right {}.", right.label()));
                problem.0.body.right = Some(right);
                problem
            }
            Error::Disabled(feature) => {
                let detail = format!("{} is not enabled for this account.", feature.label());
                let mut problem = Self::new(Kind::Disabled, detail);
                problem.0.body.feature = Some(feature);
                problem
            }
            Error::NotFound(what) => Self::new(Kind::NotFound, format!("The account has no such {what}.")),
            Error::Invalid(errors) => errors.into(),
            Error::Conflict(detail) => Self::new(Kind::Conflict, detail),
            Error::TooMany { retry_after } => Self::too_many(retry_after),
            Error::Unavailable { .. } => {
                // The span that this is logged in carries the request id.
                tracing::error!(%error, "a request could not be answered");
                Self::new(Kind::Unavailable, "Try again in a moment.")
            }
            Error::Internal(_) => {
                tracing::error!(%error, "a request failed");
                Self::new(
                    Kind::Internal,
                    "What happened is in the portal's log, under the id in X-Request-Id.",
                )
            }
        }
    }
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
            // One line each: clients that know one scheme alone need not take a list apart.
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
