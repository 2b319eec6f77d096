//! The error type of the portal. Pages and APIs each map it in one place.

use crate::database::{UniqueIndex, violates_unique};
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::fields::FieldErrors;

/// The error of a portal operation. An operation that returns one has changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No user is signed in, or the session has ended.
    #[error("sign in first")]
    SignedOut,
    /// The actor does not have this right.
    #[error("the {} right is required", .0.label())]
    Forbidden(Right),
    /// The feature is not enabled for the account.
    #[error("{} is not enabled for this account", .0.label())]
    Disabled(Feature),
    /// The account has no such resource.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The input has validation errors.
    #[error("{0}")]
    Invalid(#[from] FieldErrors),
    /// The operation conflicts with the current state of the resource.
    #[error("{0}")]
    Conflict(String),
    /// The resource can't have more of something. The message names the limit.
    #[error("{0}")]
    Limit(String),
    /// Too many attempts.
    #[error("too many attempts; try again in {retry_after} s")]
    TooManyAttempts {
        /// Seconds until the next attempt is allowed.
        retry_after: u64,
    },
    /// A dependency of the portal, such as the database, is unavailable.
    #[error("{message}: {source}")]
    Unavailable {
        /// The problem, for the operator.
        message: &'static str,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A bug. The text is for the log and must not appear in a response.
    #[error("internal error: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// The result of a portal operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn unavailable(
        message: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable {
            message,
            source: source.into(),
        }
    }

    pub(crate) fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// Returns a validation error for one field.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::single(field, message))
    }
}

/// Maps a violation of a unique index to a validation error for `field`.
pub(crate) fn on_unique_violation(error: sqlx::Error, index: &UniqueIndex, field: &str, message: &str) -> Error {
    if violates_unique(&error, index) {
        Error::field(field, message)
    } else {
        error.into()
    }
}
