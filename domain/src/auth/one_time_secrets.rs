//! A new secret on its one showing.

use crate::ids::RevealId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RevealKind {
    /// A consumer: its key and secret.
    #[serde(rename = "consumer")]
    Consumer,
    /// A token: its token and token secret.
    #[serde(rename = "token")]
    Token,
    /// A secret of an OAuth 2 app: its client id and client secret.
    #[serde(rename = "oauth-app")]
    OauthApp,
}

impl RevealKind {
    /// The word for it in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Token => "token",
            Self::OauthApp => "oauth-app",
        }
    }

    /// The labels of the public and of the secret half, in the guide's words.
    #[must_use]
    pub fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Consumer => ("Consumer key", "Consumer secret"),
            Self::Token => ("Token", "Token secret"),
            Self::OauthApp => ("Client ID", "Client secret"),
        }
    }
}

/// Both halves of a new credential, to be shown until the person clicks OK.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    /// What to name when the person has clicked OK.
    pub id: RevealId,
    /// What was made.
    pub kind: RevealKind,
    /// The name of what was made.
    pub name: String,
    /// The public half.
    pub key: String,
    /// The secret half.
    pub secret: String,
}

impl fmt::Debug for Reveal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reveal")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("name", &self.name)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
