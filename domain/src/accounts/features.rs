//! What an account has been given.

use serde::{Deserialize, Serialize};

/// Something that the operator switches on or off for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Feature {
    /// OAuth 1 consumers and tokens.
    #[serde(rename = "api-tokens")]
    ApiTokens,
}

impl Feature {
    /// All there are.
    pub const ALL: &[Self] = &[Self::ApiTokens];

    /// The word for it in the database and on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ApiTokens => "api-tokens",
        }
    }

    /// The words for it on a page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ApiTokens => "API tokens",
        }
    }

    /// The feature that `code` names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|feature| feature.code() == code)
    }
}
