//! New secrets that are shown once.

use crate::ids::OneTimeSecretId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of credential that a one-time secret belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OneTimeSecretKind {
    /// A consumer key and consumer secret.
    #[serde(rename = "consumer")]
    Consumer,
    /// A token and token secret.
    #[serde(rename = "token")]
    Token,
    /// A client ID and client secret of an OAuth 2 app.
    #[serde(rename = "oauth-app")]
    OauthApp,
}

impl OneTimeSecretKind {
    /// Returns the code in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Token => "token",
            Self::OauthApp => "oauth-app",
        }
    }

    /// Returns the labels of the public and the secret part, as the guide has them.
    #[must_use]
    pub fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Consumer => ("Consumer key", "Consumer secret"),
            Self::Token => ("Token", "Token secret"),
            Self::OauthApp => ("Client ID", "Client secret"),
        }
    }
}

/// Holds both parts of a new credential, which is shown until the user clicks OK.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeSecret {
    /// The id by which the user acknowledges it.
    pub id: OneTimeSecretId,
    /// The kind of credential.
    pub kind: OneTimeSecretKind,
    /// The name of the consumer, token or app.
    pub name: String,
    /// The public part.
    pub key: String,
    /// The secret part.
    pub secret: String,
}

impl fmt::Debug for OneTimeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneTimeSecret")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("name", &self.name)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
