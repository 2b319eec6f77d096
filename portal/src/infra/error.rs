//! The one error of the portal. Pages and machine APIs each map it once.

use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::fields::FieldErrors;

/// Why an operation did not happen. Nothing has changed when one is returned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or their session has ended.
    #[error("sign in first")]
    SignedOut,
    /// The actor lacks this right.
    #[error("this needs the right {}", .0.label())]
    Forbidden(Right),
    /// The account lacks this feature.
    #[error("{} is not enabled for this account", .0.label())]
    Disabled(Feature),
    /// The account has no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Fields that do not hold what they must.
    #[error("{0}")]
    Invalid(#[from] FieldErrors),
    /// The thing is no longer as the actor thinks.
    #[error("{0}")]
    Conflict(String),
    /// Too many attempts.
    #[error("too many attempts; try again in {retry_after} s")]
    TooMany {
        /// Seconds until the next attempt is heard.
        retry_after: u64,
    },
    /// Something that the portal stands on does not answer or cannot be used.
    #[error("{message}: {source}")]
    Unavailable {
        /// What, in a sentence for the operator.
        message: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A fault of ours. The text is for the log, never for an answer.
    #[error("internal error: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// The result of an operation.
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

    /// A complaint about one field.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::one(field, message))
    }
}

/// Turns the breach of a unique constraint into a complaint that a person can act on.
pub(crate) fn taken(error: sqlx::Error, field: &str, message: &str) -> Error {
    match &error {
        sqlx::Error::Database(inner) if inner.is_unique_violation() => Error::field(field, message),
        _ => error.into(),
    }
}
