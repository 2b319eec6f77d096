//! Whether the DAM can be reached, step by step.

use crate::oauth2::scopes::Scope;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What is tried, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// The portal URL's name leads to addresses that may be asked.
    Name,
    /// One of them answers, over TLS that holds.
    Tls,
    /// The client id and secret get a token.
    Token,
    /// The token has a scope.
    Scope,
    /// The token reads something.
    Read,
}

impl StepKind {
    /// The words for it on a page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name resolved",
            Self::Tls => "Secure connection",
            Self::Token => "Access token",
            Self::Scope => "Scope",
            Self::Read => "First read",
        }
    }
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It worked.
    Passed,
    /// It did not, and something can be done about it.
    Failed,
    /// It was not tried, as an earlier one did not work or it does not apply.
    Skipped,
}

/// One step that has been tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was tried.
    pub kind: StepKind,
    /// Which scope, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// How it went.
    pub outcome: Outcome,
    /// What happened, in a sentence.
    pub detail: String,
    /// What to do about it; empty where it worked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

impl Step {
    /// What it is called on a page: `Scope asset:read`.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.scope {
            Some(scope) => format!("{} {scope}", self.kind.label()),
            None => self.kind.label().to_owned(),
        }
    }
}

/// A whole test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// When it was made.
    pub at: Timestamp,
    /// Who made it; nobody when it was made on the command line.
    pub by: Option<String>,
    /// Its steps.
    pub steps: Vec<Step>,
}

impl Report {
    /// Whether every step worked that applied.
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.steps.iter().any(|step| step.outcome == Outcome::Failed)
    }
}

/// The scopes that the test looks for: the seven of the guide.
pub const SCOPES: [Scope; 7] = Scope::CONNECTOR;
