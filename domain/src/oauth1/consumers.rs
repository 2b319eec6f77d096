//! OAuth 1 consumers: the applications that tokens are issued to.

use crate::fields::{self, FieldErrors};
use crate::ids::ConsumerId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The maximum length of an RSA public key in PEM form, in bytes.
const MAX_PEM_BYTES: usize = 8192;

/// Describes a consumer, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consumer {
    /// The id.
    pub id: ConsumerId,
    /// The name, unique in the account.
    pub name: String,
    /// The consumer key, which is public.
    pub key: String,
    /// The RSA public key (PEM) that verifies its RSA-SHA1 signatures.
    pub rsa_public_key: Option<String>,
    /// Whether it may use the OAuth 1.0 flow without verifier, which is vulnerable to session fixation (2009-1).
    pub legacy_flow: bool,
    /// The number of its active tokens.
    pub tokens: i64,
    /// The name of the user who created it; `None` for the command line.
    pub created_by: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Describes a consumer as an option of the `Consumer` field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerOption {
    /// The id.
    pub id: ConsumerId,
    /// The name.
    pub name: String,
}

/// Holds the input for a new or renamed consumer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerForm {
    /// The name.
    pub name: String,
}

impl ConsumerForm {
    /// Validates and normalizes the input.
    ///
    /// # Errors
    /// Returns a validation error for an invalid name.
    pub fn validate(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = fields::validate_name("name", &self.name, &mut errors);
        errors.into_result(Self { name })
    }
}

/// Holds the signing settings of a consumer: its RSA public key, and whether the legacy flow is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerSigning {
    /// The RSA public key in PEM form (`BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`); empty for none.
    pub rsa_public_key: String,
    /// Whether it may use the OAuth 1.0 flow without verifier.
    pub legacy_flow: bool,
}

impl ConsumerSigning {
    /// Validates and normalizes the input. Only the server parses the key itself.
    ///
    /// # Errors
    /// Returns a validation error for a key that is not a public key in PEM form.
    pub fn validate(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let key = self.rsa_public_key.trim().replace("\r\n", "\n");
        let is_pem = ["PUBLIC KEY", "RSA PUBLIC KEY"].iter().any(|label| {
            key.starts_with(&format!("-----BEGIN {label}-----")) && key.ends_with(&format!("-----END {label}-----"))
        });
        if key.contains("PRIVATE KEY") {
            errors.add(
                "rsa_public_key",
                "This is a private key. Paste the public key instead, and keep the private key secret.",
            );
        } else if !key.is_empty() && (!is_pem || key.len() > MAX_PEM_BYTES) {
            errors.add(
                "rsa_public_key",
                "Paste a public key in PEM format, from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----.",
            );
        }
        errors.into_result(Self {
            rsa_public_key: key,
            legacy_flow: self.legacy_flow,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validate_key(text: &str) -> Result<ConsumerSigning, FieldErrors> {
        ConsumerSigning {
            rsa_public_key: text.to_owned(),
            legacy_flow: false,
        }
        .validate()
    }

    #[test]
    fn text_that_is_not_a_public_key_is_rejected() {
        assert!(validate_key("").is_ok());
        assert!(validate_key(" -----BEGIN PUBLIC KEY-----\r\nAAAA\r\n-----END PUBLIC KEY-----\n").is_ok());
        assert!(validate_key("AAAA").is_err());
        let private = validate_key("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----").unwrap_err();
        assert!(
            private
                .get("rsa_public_key")
                .unwrap()
                .starts_with("This is a private key")
        );
    }
}
