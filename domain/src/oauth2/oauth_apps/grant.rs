//! The grant types.

use serde::{Deserialize, Serialize};

/// The grant type by which an app gets access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grant {
    /// Client credentials, with the permissions of one user (RFC 6749 §4.4).
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// Authorization code of a confidential client, for each user who grants access (RFC 6749 §4.1).
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// Authorization code of a public client, such as a native app or a single-page application (RFC 6749 §2.1). Requires
    /// PKCE.
    #[serde(rename = "public")]
    Public,
}

impl Grant {
    /// All grant types, in display order.
    pub const ALL: &[Self] = &[Self::ClientCredentials, Self::AuthorizationCode, Self::Public];

    /// Returns the code in the database, in forms and on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::Public => "public",
        }
    }

    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ClientCredentials => "Client Credentials",
            Self::AuthorizationCode => "Authorization Code + Refresh Token",
            Self::Public => "Authorization Code + Refresh Token (public client)",
        }
    }

    /// Returns a description of its use.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::ClientCredentials => "Server-to-server, with the permissions of the user below.",
            Self::AuthorizationCode => {
                "A web application with a server, which acts on behalf of each user who grants access."
            }
            Self::Public => "A native app or a single-page application. It has no secret and uses PKCE.",
        }
    }

    /// Returns the grant type with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|grant| grant.code() == code)
    }

    /// Reports whether users are asked for consent and redirected to a redirect URI.
    #[must_use]
    pub fn requires_consent(self) -> bool {
        self != Self::ClientCredentials
    }

    /// Reports whether the app authenticates with a client secret.
    #[must_use]
    pub fn has_secret(self) -> bool {
        self != Self::Public
    }
}
