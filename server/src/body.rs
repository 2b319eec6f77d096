//! Reading a short body, with an end to patience.

use crate::connections::{BodyError, body_error};
use crate::problem::{Kind, Problem};
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::StatusCode;
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
    /// The client hung up or broke the rules of HTTP.
    #[error("The body broke off.")]
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

/// Reads a body of at most `max` bytes.
///
/// # Errors
/// [`NotRead`].
pub async fn read(body: Body, max: usize) -> Result<Bytes, NotRead> {
    let mut request = Request::new(body);
    DefaultBodyLimit::max(max).apply(&mut request);
    match timeout(PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(NotRead::TooLarge(max / 1024)),
        Ok(Err(rejection)) => Err(match body_error(&rejection) {
            Some(BodyError::TimedOut) => NotRead::TooSlow,
            Some(BodyError::NoMemory) => NotRead::NoMemory,
            None => NotRead::BrokeOff,
        }),
        Err(_) => Err(NotRead::TooSlow),
    }
}
