//! The connection test of the DAM: its steps and their results.

use crate::oauth2::scopes::Scope;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The kind of a test step, in the order of the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// The host of the portal URL resolves to allowed addresses.
    Name,
    /// One of the addresses completes a TLS handshake.
    Tls,
    /// The client ID and client secret obtain an access token.
    Token,
    /// The access token has a scope.
    Scope,
    /// The access token can read assets.
    Read,
}

impl StepKind {
    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "DNS lookup",
            Self::Tls => "Secure connection",
            Self::Token => "Access token",
            Self::Scope => "Scope",
            Self::Read => "Read assets",
        }
    }
}

/// The result of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The step succeeded.
    Passed,
    /// The step failed.
    Failed,
    /// The step was not run, since an earlier step failed or it does not apply.
    Skipped,
}

/// Describes a completed step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The kind of the step.
    pub kind: StepKind,
    /// The scope, for a step of [`StepKind::Scope`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The result.
    pub outcome: Outcome,
    /// A sentence that says what happened.
    pub detail: String,
    /// A sentence that says what to do; empty if the step succeeded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// The duration in milliseconds.
    pub millis: u64,
}

impl Step {
    /// Returns the title in the UI: `Scope asset:read`.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.scope {
            Some(scope) => format!("{} {scope}", self.kind.label()),
            None => self.kind.label().to_owned(),
        }
    }
}

/// Describes a completed connection test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// When the test was run.
    pub at: Timestamp,
    /// The name of the user who ran it; `None` for the command line.
    pub by: Option<String>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Report {
    /// Reports whether no step failed.
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.steps.iter().any(|step| step.outcome == Outcome::Failed)
    }
}

/// The scopes that the test checks for: the seven of the guide.
pub const TESTED_SCOPES: [Scope; 7] = Scope::CONNECTOR;
