//! An app's token settings: refresh token rotation, the signing algorithm of access tokens, and introspection of other apps'
//! tokens.

use crate::fields::FieldErrors;
use crate::oauth2::oauth_apps::Grant;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The idle timeout of a refresh token, in days. Each use restarts it.
pub const REFRESH_TOKEN_IDLE_DAYS: u32 = 30;

/// The maximum lifetime of a refresh token, in days.
pub const REFRESH_TOKEN_LIFETIME_DAYS: u32 = 365;

/// The algorithm that signs an app's access tokens (RFC 7518 §3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// ECDSA with P-256 and SHA-256.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, which every resource server has to support (RFC 9068 §2.1).
    #[serde(rename = "RS256")]
    Rs256,
}

/// The error for an unknown [`SigningAlgorithm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing algorithm is ES256 or RS256")]
pub struct ParseSigningAlgorithmError;

impl SigningAlgorithm {
    /// All algorithms, in display order.
    pub const ALL: &[Self] = &[Self::Es256, Self::Rs256];

    /// Returns the value of `alg` in a token's header.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }

    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Es256 => "ES256 (ECDSA, short tokens)",
            Self::Rs256 => "RS256 (RSA, verified by every resource server)",
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for SigningAlgorithm {
    type Err = ParseSigningAlgorithmError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|algorithm| algorithm.code() == text)
            .ok_or(ParseSigningAlgorithmError)
    }
}

/// Holds an app's token settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSettings {
    /// Whether each refresh issues a new refresh token and invalidates the old one (RFC 9700 §4.14.2).
    pub rotate_refresh_tokens: bool,
    /// The algorithm that signs its access tokens.
    pub signing_algorithm: SigningAlgorithm,
    /// Whether it may introspect access tokens of the account's other apps, as a resource server does (RFC 7662).
    pub allow_introspection: bool,
}

impl TokenSettings {
    /// Returns the default settings of a new app.
    #[must_use]
    pub fn new(grant: Grant, signing_algorithm: SigningAlgorithm) -> Self {
        Self {
            rotate_refresh_tokens: grant == Grant::Public,
            signing_algorithm,
            allow_introspection: false,
        }
    }
}

/// Holds the input of the token settings form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSettingsForm {
    /// `Rotate refresh tokens`; only for confidential clients with refresh tokens.
    pub rotate_refresh_tokens: bool,
    /// `Signing algorithm`: a [`SigningAlgorithm`]'s code.
    pub signing_algorithm: String,
    /// `Allow introspection of other apps’ tokens`.
    pub allow_introspection: bool,
}

impl TokenSettingsForm {
    /// Validates the form for an app of this grant type. A public client's refresh tokens are always rotated (RFC 9700
    /// §2.2.2), and client credentials get none.
    ///
    /// # Errors
    /// Returns a validation error for each invalid field.
    pub fn validate(&self, grant: Grant) -> Result<TokenSettings, FieldErrors> {
        let mut errors = FieldErrors::default();
        let signing_algorithm = self
            .signing_algorithm
            .parse()
            .unwrap_or_else(|ParseSigningAlgorithmError| {
                errors.add("signing_algorithm", "Select ES256 or RS256.");
                SigningAlgorithm::default()
            });
        if self.allow_introspection && !grant.has_secret() {
            errors.add(
                "allow_introspection",
                "A public client has no secret, so it cannot introspect tokens.",
            );
        }
        errors.into_result(TokenSettings {
            rotate_refresh_tokens: match grant {
                Grant::Public => true,
                Grant::AuthorizationCode => self.rotate_refresh_tokens,
                Grant::ClientCredentials => false,
            },
            signing_algorithm,
            allow_introspection: self.allow_introspection,
        })
    }
}

impl From<SigningAlgorithm> for TokenSettingsForm {
    /// Returns the form of a new app with default settings except for the algorithm.
    fn from(signing_algorithm: SigningAlgorithm) -> Self {
        Self {
            signing_algorithm: signing_algorithm.code().to_owned(),
            ..Self::default()
        }
    }
}

impl From<TokenSettings> for TokenSettingsForm {
    fn from(settings: TokenSettings) -> Self {
        Self {
            rotate_refresh_tokens: settings.rotate_refresh_tokens,
            signing_algorithm: settings.signing_algorithm.code().to_owned(),
            allow_introspection: settings.allow_introspection,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refresh_token_rotation_depends_on_the_grant() {
        for (grant, asked, rotates) in [
            (Grant::Public, false, true),
            (Grant::Public, true, true),
            (Grant::AuthorizationCode, false, false),
            (Grant::AuthorizationCode, true, true),
            (Grant::ClientCredentials, false, false),
            (Grant::ClientCredentials, true, false),
        ] {
            let form = TokenSettingsForm {
                rotate_refresh_tokens: asked,
                signing_algorithm: "RS256".to_owned(),
                allow_introspection: false,
            };
            let settings = form.validate(grant).unwrap();
            assert_eq!(settings.rotate_refresh_tokens, rotates, "{grant:?} {asked}");
            assert_eq!(settings.signing_algorithm, SigningAlgorithm::Rs256);
            assert_eq!(TokenSettingsForm::from(settings).validate(grant), Ok(settings));
        }
    }

    #[test]
    fn public_client_cannot_be_allowed_introspection() {
        let form = TokenSettingsForm {
            allow_introspection: true,
            signing_algorithm: "ES256".to_owned(),
            ..TokenSettingsForm::default()
        };
        assert!(
            form.validate(Grant::Public)
                .unwrap_err()
                .get("allow_introspection")
                .is_some()
        );
        for grant in [Grant::AuthorizationCode, Grant::ClientCredentials] {
            assert!(form.validate(grant).unwrap().allow_introspection);
        }
    }

    #[test]
    fn unknown_signing_algorithm_is_rejected() {
        for word in ["", "none", "HS256", "es256", "RS512", " RS256"] {
            let form = TokenSettingsForm {
                signing_algorithm: word.to_owned(),
                ..TokenSettingsForm::default()
            };
            let errors = form.validate(Grant::AuthorizationCode).unwrap_err();
            assert_eq!(
                errors.get("signing_algorithm"),
                Some("Select ES256 or RS256."),
                "{word}"
            );
        }
    }
}
