//! What the browser learns of the portal's errors.

use crate::context::{request_context, site};
use crate::error::AppError;
use portal::Error;

/// Logs the errors whose details only the log may contain.
impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        match error {
            Error::SignedOut => Self::SignedOut,
            Error::Forbidden(right) => Self::Forbidden(right),
            Error::Disabled(feature) => {
                let contact = site().map(|site| site.contact.to_string()).unwrap_or_default();
                Self::Disabled { feature, contact }
            }
            Error::NotFound(what) => Self::NotFound(what.to_owned()),
            Error::Invalid(errors) => Self::Invalid(errors),
            Error::Conflict(message) | Error::Limit(message) => Self::Conflict(message),
            Error::TooManyAttempts { retry_after } => Self::TooManyAttempts { retry_after },
            error @ Error::Unavailable { .. } => {
                tracing::error!(%error, "portal unavailable");
                Self::Unavailable
            }
            error @ Error::Internal(_) => {
                let request_id = request_context().map(|context| context.request_id).unwrap_or_default();
                tracing::error!(%error, request_id, "internal error");
                Self::Internal { request_id }
            }
        }
    }
}
