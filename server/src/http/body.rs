//! Reading a short body, with an end to patience.

use crate::http::problem::{Kind, Problem};
use crate::listener::{BodyError, body_error};
use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a body is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// It is longer than it may be.
    #[error("The body may have {0} KiB.")]
    TooLarge(usize),
    /// The client hung up, broke the rules of HTTP, or coded the body in another way than it says.
    #[error("The body broke off, or could not be decoded.")]
    BrokeOff,
    /// It did not come in time.
    #[error("The body may take half a minute.")]
    TooSlow,
    /// Too many bodies are being read for clients that have shown no valid credential.
    #[error("Too many requests are being read. Try again in a moment.")]
    NoMemory,
}

impl From<NotRead> for Problem {
    fn from(error: NotRead) -> Self {
        let kind = match error {
            NotRead::TooLarge(_) => Kind::BodyTooLarge,
            NotRead::BrokeOff => Kind::Malformed,
            NotRead::TooSlow => Kind::Timeout,
            NotRead::NoMemory => Kind::Unavailable,
        };
        Self::new(kind, error.to_string())
    }
}

/// Reads a body of at most `max` bytes, decoded if it came compressed.
///
/// # Errors
/// [`NotRead`].
pub async fn read(body: Body, max: usize) -> Result<Bytes, NotRead> {
    match timeout(PATIENCE, Limited::new(body, max).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if is_length_limit(error.as_ref()) => Err(NotRead::TooLarge(max / 1024)),
        Ok(Err(error)) => Err(match body_error(error.as_ref()) {
            Some(BodyError::TimedOut) => NotRead::TooSlow,
            Some(BodyError::NoMemory) => NotRead::NoMemory,
            None => NotRead::BrokeOff,
        }),
        Err(_) => Err(NotRead::TooSlow),
    }
}

/// Whether a body could not be read because it is too long, before or after it was decoded.
#[must_use]
pub fn is_length_limit(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_length_limit)
}
