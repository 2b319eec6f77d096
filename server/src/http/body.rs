//! Reading of request bodies, with a size limit and a timeout.

use crate::http::body_error::{BodyError, body_error};
use crate::http::problem::{Kind, Problem};
use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// The maximum time to receive a body.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Describes why a body couldn't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadBodyError {
    /// The body exceeds the size limit, which is given in KiB.
    #[error("The request body exceeds {0} KiB.")]
    TooLarge(usize),
    /// The client closed the connection, violated HTTP, or sent a body that doesn't match its `Content-Encoding`.
    #[error("The request body was incomplete or couldn't be decoded.")]
    Incomplete,
    /// The body was not received in time.
    #[error("The request body timed out. Send it within 30 seconds.")]
    TimedOut,
    /// Too many bodies are being read for clients without a valid credential.
    #[error("The server is handling too many requests. Try again in a moment.")]
    NoMemory,
}

impl From<ReadBodyError> for Problem {
    fn from(error: ReadBodyError) -> Self {
        let kind = match error {
            ReadBodyError::TooLarge(_) => Kind::BodyTooLarge,
            ReadBodyError::Incomplete => Kind::Malformed,
            ReadBodyError::TimedOut => Kind::Timeout,
            ReadBodyError::NoMemory => Kind::Unavailable,
        };
        Self::new(kind, error.to_string())
    }
}

/// Reads a body of at most `max_bytes`, after decompression.
///
/// # Errors
/// Returns a [`ReadBodyError`] if the body is too large, incomplete or late.
pub async fn read(body: Body, max_bytes: usize) -> Result<Bytes, ReadBodyError> {
    match timeout(READ_TIMEOUT, Limited::new(body, max_bytes).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if is_length_limit(error.as_ref()) => Err(ReadBodyError::TooLarge(max_bytes / 1024)),
        Ok(Err(error)) => Err(match body_error(error.as_ref()) {
            Some(BodyError::TimedOut) => ReadBodyError::TimedOut,
            Some(BodyError::NoMemory) => ReadBodyError::NoMemory,
            None => ReadBodyError::Incomplete,
        }),
        Err(_) => Err(ReadBodyError::TimedOut),
    }
}

/// Returns whether the error means that a body exceeds its limit, before or after decompression.
#[must_use]
pub fn is_length_limit(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_length_limit)
}
