//! Why a server function did not do what it was asked to, as the browser learns it.

use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::fields::FieldErrors;
use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::{Bytes, Decodes, Encodes};
use serde::{Deserialize, Serialize};
use std::fmt;

/// After how many seconds it is worth while to try again what the portal could not do for reasons of its own.
#[cfg(feature = "ssr")]
pub const RETRY_SECONDS: u64 = 1;

/// The portal's errors, without what only the log may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// Nobody is signed in, or the session has ended.
    SignedOut,
    /// A right is missing.
    Forbidden(Right),
    /// The account lacks a feature; `contact` says whom to ask.
    Disabled {
        /// The feature.
        feature: Feature,
        /// Whom to ask.
        contact: String,
    },
    /// There is no such thing, in a word.
    NotFound(String),
    /// Fields that do not hold what they must.
    Invalid(FieldErrors),
    /// The thing is no longer as it was shown.
    Conflict(String),
    /// Too many attempts.
    TooMany {
        /// Seconds until the next attempt is heard.
        retry_after: u64,
    },
    /// The portal cannot do its work at present.
    Unavailable,
    /// A fault of the portal, under this id in its logs.
    Internal {
        /// The request's id.
        request_id: String,
    },
    /// The answer did not come, or was not understood.
    Connection,
}

impl Failure {
    /// What is wrong with one field of the form.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        match self {
            Self::Invalid(errors) => errors.of(name).map(str::to_owned),
            _ => None,
        }
    }

    /// The status of an answer that says so.
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
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::Connection => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// After how many seconds it is worth while to try again, where that is known.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::Unavailable | Self::Connection => Some(RETRY_SECONDS),
            _ => None,
        }
    }

    /// What is wrong with the form as a whole: everything that none of its `fields` shows.
    #[must_use]
    pub fn form(&self, fields: &[&str]) -> Option<String> {
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

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedOut => f.write_str("You are signed out. Sign in again."),
            Self::Forbidden(right) => write!(f, "You need the right {} for this.", right.label()),
            Self::Disabled { feature, contact } => {
                write!(f, "{} is not enabled for this account. Ask {contact}.", feature.label())
            }
            Self::NotFound(what) => write!(f, "There is no such {what}. It may have been deleted."),
            Self::Invalid(errors) => write!(f, "{errors}"),
            Self::Conflict(message) => f.write_str(message),
            Self::TooMany { retry_after } => {
                write!(f, "Too many attempts. Try again in {}.", readable(*retry_after))
            }
            Self::Unavailable => f.write_str("The portal cannot do this at the moment. Try again in a minute."),
            Self::Internal { request_id } => {
                write!(
                    f,
                    "Something went wrong on our side. Nothing was changed. Request {request_id}."
                )
            }
            Self::Connection => f.write_str("The portal did not answer. Check your connection and try again."),
        }
    }
}

impl std::error::Error for Failure {}

fn readable(seconds: u64) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=119 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Invalid(FieldErrors::one(
                "form",
                "The form was not complete. Reload the page and try again.",
            )),
            _ => Self::Connection,
        }
    }

    /// Every failure that a server function answers with comes through here on the server, so this is where the answer
    /// gets its status.
    fn ser(&self) -> Bytes {
        #[cfg(feature = "ssr")]
        crate::context::answer_script_with(self.status(), self.retry_after());
        JsonEncoding::encode(self).unwrap_or_default()
    }

    /// Every failure that a server function answers in the browser comes through here, so this is where the page learns
    /// that its session has ended.
    fn de(data: Bytes) -> Self {
        let failure = JsonEncoding::decode(data).unwrap_or(Self::Connection);
        #[cfg(feature = "hydrate")]
        if failure == Self::SignedOut {
            crate::session::ended();
        }
        failure
    }
}

#[cfg(feature = "ssr")]
impl From<portal::Error> for Failure {
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
            Error::TooMany { retry_after } => Self::TooMany { retry_after },
            error @ Error::Unavailable { .. } => {
                tracing::error!(%error, "a page could not be served");
                Self::Unavailable
            }
            error @ Error::Internal(_) => {
                let request_id = crate::context::visitor()
                    .map(|visitor| visitor.request_id)
                    .unwrap_or_default();
                tracing::error!(%error, request_id, "a page failed");
                Self::Internal { request_id }
            }
        }
    }
}
