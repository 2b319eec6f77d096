//! Why a body of a request was not read to its end.

use std::error::Error;

/// A limit that a body has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It paused, or took longer in all than it may.
    #[error("the body took too long")]
    TimedOut,
    /// There is no memory left for requests without a valid credential.
    #[error("too many bodies are being read")]
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
