//! OAuth 1 consumers: the programs that tokens are issued to.

use crate::fields::{self, FieldErrors};
use crate::ids::ConsumerId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A consumer without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consumer {
    /// The id.
    pub id: ConsumerId,
    /// The name, one of a kind in the account.
    pub name: String,
    /// The consumer key, which is public.
    pub key: String,
    /// The RSA public key (PEM) with which its RSA-SHA1 signatures are checked.
    pub rsa_public_key: Option<String>,
    /// Whether it may use OAuth 1.0 without verifier, which a session fixation attack can abuse (2009-1).
    pub legacy_flow: bool,
    /// How many of its tokens work.
    pub tokens: i64,
    /// Who made it; nobody when it was made on the command line.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One line of the `Consumer` list in the token dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerChoice {
    /// The id.
    pub id: ConsumerId,
    /// The name.
    pub name: String,
}

/// A consumer to make.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewConsumer {
    /// The name.
    pub name: String,
}

impl NewConsumer {
    /// The input, tidied.
    ///
    /// # Errors
    /// A name that is empty or too long.
    pub fn checked(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = fields::name("name", &self.name, &mut errors);
        errors.or(Self { name })
    }
}

/// How a consumer's requests are checked, beyond its secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerSigning {
    /// The RSA public key, PEM (`BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`); empty for none.
    pub rsa_public_key: String,
    /// Whether it may use the flow without verifier.
    pub legacy_flow: bool,
}

impl ConsumerSigning {
    /// The input, tidied. Whether the key's numbers make sense is for the server to say.
    ///
    /// # Errors
    /// A key that is not PEM.
    pub fn checked(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let key = self.rsa_public_key.trim().replace("\r\n", "\n");
        let is_pem = ["PUBLIC KEY", "RSA PUBLIC KEY"].iter().any(|label| {
            key.starts_with(&format!("-----BEGIN {label}-----")) && key.ends_with(&format!("-----END {label}-----"))
        });
        if key.contains("PRIVATE KEY") {
            errors.add(
                "rsa_public_key",
                "This is a private key. Keep it where requests are signed, and paste the public key.",
            );
        } else if !key.is_empty() && (!is_pem || key.len() > 8192) {
            errors.add(
                "rsa_public_key",
                "Paste a public key in PEM form, from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----.",
            );
        }
        errors.or(Self {
            rsa_public_key: key,
            legacy_flow: self.legacy_flow,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<ConsumerSigning, FieldErrors> {
        ConsumerSigning {
            rsa_public_key: text.to_owned(),
            legacy_flow: false,
        }
        .checked()
    }

    #[test]
    fn only_a_public_key_is_taken() {
        assert!(key("").is_ok());
        assert!(key(" -----BEGIN PUBLIC KEY-----\r\nAAAA\r\n-----END PUBLIC KEY-----\n").is_ok());
        assert!(key("AAAA").is_err());
        let private = key("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----").unwrap_err();
        assert!(
            private
                .of("rsa_public_key")
                .unwrap()
                .starts_with("This is a private key")
        );
    }
}
