//! The error that server functions return to the browser.

use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::fields::FieldErrors;
use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::{Bytes, Decodes, Encodes};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The value of `Retry-After` in seconds when the portal is temporarily unavailable.
#[cfg(feature = "ssr")]
pub const RETRY_SECONDS: u64 = 1;

/// Describes why a server function failed, without the details that only the log may contain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// No user is signed in, or the session has ended.
    SignedOut,
    /// The user lacks this right.
    Forbidden(Right),
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
            Self::Forbidden(_) | Self::Disabled { .. } => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::Connection => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the value of `Retry-After` in seconds, if the error has one.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyAttempts { retry_after } => Some(*retry_after),
            Self::Unavailable | Self::Connection => Some(RETRY_SECONDS),
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
            Self::Forbidden(right) => write!(f, "You need the {} right to do this.", right.label()),
            Self::Disabled { feature, contact } => {
                write!(f, "{} is not enabled for this account. Ask {contact}.", feature.label())
            }
            Self::NotFound(what) => write!(f, "This {what} doesn’t exist or was deleted."),
            Self::Invalid(errors) => write!(f, "{errors}"),
            Self::Conflict(message) => f.write_str(message),
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
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Invalid(FieldErrors::single(
                "form",
                "Some form data is missing. Reload the page and try again.",
            )),
            _ => Self::Connection,
        }
    }

    /// Encodes the error. On the server, every error that a server function returns is encoded here, so this also sets the
    /// status of the response.
    fn ser(&self) -> Bytes {
        #[cfg(feature = "ssr")]
        crate::context::set_status_for_script(self.status(), self.retry_after());
        JsonEncoding::encode(self).unwrap_or_default()
    }

    /// Decodes the error. In the browser, every error of a server function is decoded here, so this also reports an ended
    /// session to the page.
    fn de(data: Bytes) -> Self {
        let error = JsonEncoding::decode(data).unwrap_or(Self::Connection);
        #[cfg(feature = "hydrate")]
        if error == Self::SignedOut {
            crate::session::handle_session_ended();
        }
        error
    }
}

#[cfg(feature = "ssr")]
impl From<portal::Error> for AppError {
    fn from(error: portal::Error) -> Self {
        use portal::Error;
        match error {
            Error::SignedOut => Self::SignedOut,
            Error::Forbidden(right) => Self::Forbidden(right),
            Error::Disabled(feature) => {
                let contact = crate::context::site()
                    .map(|site| site.contact.to_string())
                    .unwrap_or_default();
                Self::Disabled { feature, contact }
            }
            Error::NotFound(what) => Self::NotFound(what.to_owned()),
            Error::Invalid(errors) => Self::Invalid(errors),
            Error::Conflict(message) => Self::Conflict(message),
            Error::TooManyAttempts { retry_after } => Self::TooManyAttempts { retry_after },
            error @ Error::Unavailable { .. } => {
                tracing::error!(%error, "portal unavailable");
                Self::Unavailable
            }
            error @ Error::Internal(_) => {
                let request_id = crate::context::request_context()
                    .map(|context| context.request_id)
                    .unwrap_or_default();
                tracing::error!(%error, request_id, "internal error");
                Self::Internal { request_id }
            }
        }
    }
}
