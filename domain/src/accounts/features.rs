//! Features that can be switched on per account.

use serde::{Deserialize, Serialize};

/// A feature that the operator switches on or off for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Feature {
    /// OAuth 1 consumers and tokens.
    #[serde(rename = "api-tokens")]
    ApiTokens,
}

impl Feature {
    /// All features.
    pub const ALL: &[Self] = &[Self::ApiTokens];

    /// Returns the code in the database and on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ApiTokens => "api-tokens",
        }
    }

    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ApiTokens => "API tokens",
        }
    }

    /// Returns the feature with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|feature| feature.code() == code)
    }
}
