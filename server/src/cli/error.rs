//! What went wrong, in one sentence.

use crate::config::InvalidConfig;
use crate::startup::serve::Stopped;
use serde_json::{Value, json};
use std::io::Write;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Config(#[from] InvalidConfig),
    #[error(transparent)]
    Portal(#[from] portal::Error),
    #[error(transparent)]
    Stopped(#[from] Stopped),
    #[error("{0}")]
    Input(String),
}

impl Trouble {
    /// Prints it on standard error.
    pub fn print(&self, as_json: bool) {
        let line = if as_json {
            self.json().to_string()
        } else {
            format!("error: {self}")
        };
        // Where nobody can be told, the exit code says it.
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    fn json(&self) -> Value {
        let mut value = json!({ "error": self.word(), "detail": self.to_string() });
        if let Self::Portal(portal::Error::Invalid(errors)) = self {
            let errors = errors
                .0
                .iter()
                .map(|error| json!({ "field": error.field, "detail": error.message }));
            value["errors"] = errors.collect();
        }
        value
    }

    /// The kind, for scripts to compare; the words are those of the machine APIs' problems.
    fn word(&self) -> &'static str {
        use portal::Error;
        match self {
            Self::Config(_) => "invalid-setting",
            Self::Input(_) => "invalid",
            Self::Portal(error) | Self::Stopped(Stopped::Portal(error)) => match error {
                Error::SignedOut => "signed-out",
                Error::Forbidden(_) => "forbidden",
                Error::Disabled(_) => "feature-disabled",
                Error::NotFound(_) => "not-found",
                Error::Invalid(_) => "invalid",
                Error::Conflict(_) => "conflict",
                Error::TooMany { .. } => "too-many-requests",
                Error::Unavailable { .. } => "unavailable",
                Error::Internal(_) => "internal",
            },
            Self::Stopped(_) => "unavailable",
        }
    }
}
