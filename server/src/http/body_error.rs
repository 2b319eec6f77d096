//! Errors that end a request body early.

use std::error::Error;

/// Describes the limit that a request body has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The body paused for too long, or took too long in total.
    #[error("request body timed out")]
    TimedOut,
    /// The memory budget for requests without a valid credential is used up.
    #[error("too many request bodies in progress")]
    NoMemory,
}

/// Finds a [`BodyError`] among the causes of `error`.
#[must_use]
pub fn body_error(error: &(dyn Error + 'static)) -> Option<BodyError> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<BodyError>() {
            return Some(*found);
        }
        cause = error.source();
    }
    None
}
