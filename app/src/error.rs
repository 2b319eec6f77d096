//! The error that server functions and middleware return to the browser.

use crate::codec::{self, PositionalEncoding};
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::fields::FieldErrors;
use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::Bytes;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The value of `Retry-After` in seconds when the portal is temporarily unavailable.
#[cfg(feature = "ssr")]
pub const RETRY_SECONDS: u64 = 1;

/// Describes why a request failed, without the details that only the log may contain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// No user is signed in, or the session has ended.
    SignedOut,
    /// The user lacks this right.
    Forbidden(Right),
    /// The page was loaded for another user than the one who is signed in.
    UserChanged,
    /// The feature is not enabled for the account.
    Disabled {
        /// The feature.
        feature: Feature,
        /// Who can enable it.
        contact: String,
    },
    /// The named kind of object doesn't exist.
    NotFound(String),
    /// Fields failed validation.
    Invalid(FieldErrors),
    /// The request conflicts with the current state of the resource.
    Conflict(String),
    /// The request came from a page of another site.
    CrossOrigin {
        /// The portal's public URL.
        public_url: String,
    },
    /// The request violates HTTP, as the message says.
    Malformed(String),
    /// The body exceeds its limit.
    TooLarge {
        /// The limit in bytes.
        max_bytes: usize,
    },
    /// The body was not received in time.
    TimedOut,
    /// The body ended early, or doesn't match its `Content-Encoding`.
    Incomplete,
    /// The body has a `Content-Encoding` that the server can't decode.
    UnsupportedContentCoding,
    /// The body has a `Transfer-Encoding` that the server can't decode.
    UnsupportedTransferCoding,
    /// The client has too many requests in progress.
    TooManyRequests,
    /// Too many attempts.
    TooManyAttempts {
        /// The number of seconds until the next attempt is accepted.
        retry_after: u64,
    },
    /// The portal is temporarily unavailable.
    Unavailable,
    /// An internal error, logged with this request ID.
    Internal {
        /// The request's ID.
        request_id: String,
    },
    /// No response arrived, or it couldn't be decoded.
    Connection,
}

impl AppError {
    /// Returns the validation error of one field.
    #[must_use]
    pub fn field_error(&self, name: &str) -> Option<String> {
        match self {
            Self::Invalid(errors) => errors.get(name).map(str::to_owned),
            _ => None,
        }
    }

    /// Returns the HTTP status of a response with this error.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn status(&self) -> http::StatusCode {
        use http::StatusCode;
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::UserChanged => StatusCode::PRECONDITION_FAILED,
            Self::Forbidden(_) | Self::Disabled { .. } | Self::CrossOrigin { .. } => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) | Self::Malformed(_) | Self::Incomplete => StatusCode::BAD_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedContentCoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UnsupportedTransferCoding => StatusCode::NOT_IMPLEMENTED,
            Self::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooManyRequests | Self::Unavailable | Self::Connection => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the value of `Retry-After` in seconds, if the error has one.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyAttempts { retry_after } => Some(*retry_after),
            Self::TooManyRequests | Self::Unavailable | Self::Connection => Some(RETRY_SECONDS),
            _ => None,
        }
    }

    /// Returns the error of the form as a whole: every message that none of its `fields` shows.
    #[must_use]
    pub fn form_error(&self, fields: &[&str]) -> Option<String> {
        match self {
            Self::Invalid(errors) => {
                let rest: Vec<&str> = errors
                    .0
                    .iter()
                    .filter(|error| !fields.contains(&error.field.as_str()))
                    .map(|error| error.message.as_str())
                    .collect();
                (!rest.is_empty()).then(|| rest.join(" "))
            }
            other => Some(other.to_string()),
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedOut => f.write_str("You are signed out. Sign in again."),
            Self::UserChanged => f.write_str("Another user is signed in now. Reload the page and try again."),
            Self::Forbidden(right) => write!(f, "You need the {} right to do this.", right.label()),
            Self::Disabled { feature, contact } => {
                write!(f, "{} is not enabled for this account. Ask {contact}.", feature.label())
            }
            Self::NotFound(what) => write!(f, "This {what} doesn’t exist or was deleted."),
            Self::Invalid(errors) => write!(f, "{errors}"),
            Self::Conflict(message) | Self::Malformed(message) => f.write_str(message),
            Self::CrossOrigin { public_url } => write!(
                f,
                "This request didn't come from a page of this portal. Open {public_url} and try again."
            ),
            Self::TooLarge { max_bytes } => write!(f, "The form exceeds {} KiB.", max_bytes / 1024),
            Self::TimedOut => f.write_str("The form took too long to send. Try again."),
            Self::Incomplete => f.write_str("The form was incomplete or couldn't be decoded. Try again."),
            Self::UnsupportedContentCoding => f.write_str(
                "Unsupported Content-Encoding. Use gzip or deflate, applied once, or send the body uncompressed.",
            ),
            Self::UnsupportedTransferCoding => f.write_str("Unsupported Transfer-Encoding. Use chunked."),
            Self::TooManyRequests => {
                f.write_str("Too many requests in progress from your address. Try again in a moment.")
            }
            Self::TooManyAttempts { retry_after } => {
                write!(f, "Too many attempts. Try again in {}.", format_seconds(*retry_after))
            }
            Self::Unavailable => f.write_str("The portal is temporarily unavailable. Try again in a minute."),
            Self::Internal { request_id } => {
                write!(
                    f,
                    "Something went wrong. No changes were made. Request ID: {request_id}."
                )
            }
            Self::Connection => f.write_str("The portal didn’t respond. Check your connection and try again."),
        }
    }
}

impl std::error::Error for AppError {}

fn format_seconds(seconds: u64) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=119 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

impl FromServerFnError for AppError {
    type Encoder = PositionalEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Invalid(FieldErrors::single(
                "form",
                "Some form data is missing. Reload the page and try again.",
            )),
            _ => Self::Connection,
        }
    }

    fn ser(&self) -> Bytes {
        codec::encode(self).unwrap_or_default().into()
    }

    fn de(data: Bytes) -> Self {
        codec::decode(&data).unwrap_or(Self::Connection)
    }
}
