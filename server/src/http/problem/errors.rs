//! The conversion of errors into problems.

use crate::http::problem::{FieldError, Kind, OAuthMembers, Problem, REALM, bearer_challenge};
use axum::http::StatusCode;
use domain::fields::FieldErrors;
use domain::oauth1::Oauth1Error;
use portal::oauth1::RequestError;

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Self {
        let mut problem = Self::new(Kind::Invalid, errors.to_string());
        let errors = errors.0.into_iter();
        problem.0.body.errors = errors
            .map(|error| FieldError {
                field: error.field,
                detail: error.message,
            })
            .collect();
        problem
    }
}

impl From<Oauth1Error> for Problem {
    fn from(error: Oauth1Error) -> Self {
        let mut problem = Self::new(Kind::OAuth, error.advice().to_owned());
        if let Ok(status) = StatusCode::from_u16(error.status()) {
            problem.0.status = status;
            problem.0.body.status = status.as_u16();
        }
        problem.0.body.oauth = OAuthMembers {
            oauth_problem: Some(error.problem().as_str()),
            oauth_parameters_absent: error.parameters_absent().to_vec(),
            oauth_parameters_rejected: error.parameters_rejected().to_vec(),
            oauth_acceptable_timestamps: error.acceptable_timestamps().map(|(from, to)| format!("{from}-{to}")),
            oauth_acceptable_versions: error.acceptable_versions(),
            oauth_base_string: error.base_string().map(str::to_owned),
        };
        problem.0.challenges = vec![error.challenge(REALM)];
        problem
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Rejected(error) => error.into(),
            RequestError::Portal(error) => error.into(),
        }
    }
}

/// Follows RFC 6750 §3.
impl From<portal::oauth2::RequestError> for Problem {
    fn from(error: portal::oauth2::RequestError) -> Self {
        use domain::oauth2::ErrorCode;
        let error = match error {
            portal::oauth2::RequestError::Rejected(error) => error,
            portal::oauth2::RequestError::Portal(error) => return error.into(),
        };
        let kind = match error.code {
            ErrorCode::InsufficientScope => Kind::InsufficientScope,
            _ => Kind::InvalidToken,
        };
        let challenge = format!(
            "{}, error=\"{}\", error_description=\"{}\"",
            bearer_challenge(),
            error.code.code(),
            error.description
        );
        let mut problem = Self::new(kind, error.description);
        problem.0.challenges = vec![challenge];
        problem
    }
}

impl From<portal::Error> for Problem {
    fn from(error: portal::Error) -> Self {
        use portal::Error;
        match error {
            Error::SignedOut => Self::new(Kind::SignedOut, "Sign in to continue.").with_bearer_challenge(),
            Error::Forbidden(right) => {
                let mut problem = Self::new(
                    Kind::Forbidden,
                    format!("You need the {} right to do this.", right.label()),
                );
                problem.0.body.right = Some(right);
                problem
            }
            Error::Disabled(feature) => {
                let detail = format!("{} is not enabled for this account.", feature.label());
                let mut problem = Self::new(Kind::Disabled, detail);
                problem.0.body.feature = Some(feature);
                problem
            }
            Error::NotFound(what) => Self::new(Kind::NotFound, format!("The {what} doesn't exist in this account.")),
            Error::Invalid(errors) => errors.into(),
            Error::Conflict(detail) | Error::Limit(detail) => Self::new(Kind::Conflict, detail),
            Error::TooManyAttempts { retry_after } => Self::too_many_requests(retry_after),
            Error::Unavailable { .. } => {
                // The request ID is logged with the span.
                tracing::error!(%error, "request failed: service unavailable");
                Self::new(
                    Kind::Unavailable,
                    "The portal is temporarily unavailable. Try again in a moment.",
                )
            }
            Error::Internal(_) => {
                tracing::error!(%error, "request failed");
                Self::new(
                    Kind::Internal,
                    "An internal error occurred. Find it in the server log by the request ID in X-Request-Id.",
                )
            }
        }
    }
}
