//! Errors of commands and how they are printed.

use crate::config::ConfigError;
use crate::startup::serve::ServeError;
use serde_json::{Value, json};
use std::io::Write;

/// Describes why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Portal(#[from] portal::Error),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("{0}")]
    Input(String),
    /// What is wrong with an audit log.
    #[error("the audit log was tampered with:\n  {}", .0.join("\n  "))]
    AuditLog(Vec<String>),
}

impl CliError {
    /// Prints the error to standard error, as JSON when `as_json` is set.
    pub fn print(&self, as_json: bool) {
        let line = if as_json {
            self.json().to_string()
        } else {
            format!("error: {self}")
        };
        // If standard error can't be written, the exit code still reports the failure.
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    fn json(&self) -> Value {
        let mut value = json!({ "error": self.code(), "detail": self.to_string() });
        if let Self::Portal(portal::Error::Invalid(errors)) = self {
            let errors = errors
                .0
                .iter()
                .map(|error| json!({ "field": error.field, "detail": error.message }));
            value["errors"] = errors.collect();
        }
        if let Self::AuditLog(problems) = self {
            value["problems"] = json!(problems);
        }
        value
    }

    /// Returns a stable code for scripts; the codes match the problem types of the APIs.
    fn code(&self) -> &'static str {
        use portal::Error;
        match self {
            Self::Config(_) => "invalid-setting",
            Self::Input(_) => "invalid",
            Self::AuditLog(_) => "audit-log",
            Self::Portal(error) | Self::Serve(ServeError::Portal(error)) => match error {
                Error::SignedOut => "signed-out",
                Error::Forbidden(_) => "forbidden",
                Error::Disabled(_) => "feature-disabled",
                Error::NotFound(_) => "not-found",
                Error::Invalid(_) => "invalid",
                Error::Conflict(_) | Error::Limit(_) => "conflict",
                Error::TooManyAttempts { .. } => "too-many-requests",
                Error::Unavailable { .. } => "unavailable",
                Error::Internal(_) => "internal",
            },
            Self::Serve(_) => "unavailable",
        }
    }
}
