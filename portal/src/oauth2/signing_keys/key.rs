//! Implements a signing key: generating, loading, signing and verifying.

use crate::crypto::secret::{self, Secret};
use crate::infra::error::{Error, Result};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::oauth2::oauth_apps::SigningAlgorithm;
use domain::time::Timestamp;
use std::fmt;

/// The size of new RSA keys; RFC 7518 §3.3 requires at least 2048 bits.
const RSA_KEY_SIZE: rsa::KeySize = rsa::KeySize::Rsa2048;

/// Holds a published key with its private key. It signs and verifies with its own algorithm only.
pub(crate) struct SigningKey {
    pub kid: String,
    pub algorithm: SigningAlgorithm,
    pub parameters: KeyParameters,
    pub created_at: Timestamp,
    pub signs_from: Timestamp,
    private: PrivateKey,
    verifier: ParsedPublicKey,
}

enum PrivateKey {
    Es256(EcdsaKeyPair),
    Rs256(rsa::KeyPair),
}

/// Holds the public key's parameters as in a JWK, in base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyParameters {
    /// RFC 7518 §6.2.1.
    Ec {
        /// The x coordinate on P-256.
        x: String,
        /// The y coordinate.
        y: String,
    },
    /// RFC 7518 §6.3.1.
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
}

/// Holds a newly generated key.
pub(crate) struct NewKey {
    pub kid: String,
    pub algorithm: SigningAlgorithm,
    /// PKCS #8 in base64.
    pub private: Secret,
    pub public: Vec<u8>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Holds a key's row with its private key decrypted.
pub(crate) struct StoredKey {
    pub kid: String,
    pub algorithm: SigningAlgorithm,
    pub private: Secret,
    pub public: Vec<u8>,
    pub created_at: Timestamp,
    pub signs_from: Timestamp,
}

impl SigningKey {
    /// Loads a key.
    ///
    /// # Errors
    /// [`Error::Internal`] if the key can't be parsed, or its private and public keys don't match.
    pub(crate) fn load(stored: StoredKey) -> Result<Self> {
        let pkcs8 = STANDARD.decode(stored.private.expose()).map_err(Error::internal)?;
        let private = PrivateKey::from_pkcs8(stored.algorithm, &pkcs8)?;
        // The published key must be the one that signs, whatever the database contains.
        if private.public() != stored.public {
            return Err(Error::internal("a signing key doesn't match its public key"));
        }
        Ok(Self {
            kid: stored.kid,
            algorithm: stored.algorithm,
            parameters: private.parameters(),
            created_at: stored.created_at,
            signs_from: stored.signs_from,
            verifier: private.verifier()?,
            private,
        })
    }

    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let failed = |_| Error::internal("failed to sign a token");
        match &self.private {
            PrivateKey::Es256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
            PrivateKey::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
        }
    }

    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.verify_sig(message, signature).is_ok()
    }
}

impl PrivateKey {
    fn from_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self> {
        match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(Self::Es256)
            }
            SigningAlgorithm::Rs256 => rsa::KeyPair::from_pkcs8(pkcs8).map(Self::Rs256),
        }
        .map_err(|_| Error::internal("failed to parse a signing key"))
    }

    /// Returns the public key as stored in the database: the two coordinates concatenated, or PKCS #1.
    fn public(&self) -> &[u8] {
        match self {
            // Without the first byte, which marks an uncompressed point (SEC 1 §2.3.3).
            Self::Es256(pair) => &pair.public_key().as_ref()[1..],
            Self::Rs256(pair) => pair.public_key().as_ref(),
        }
    }

    fn parameters(&self) -> KeyParameters {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Es256(_) => {
                let (x, y) = self.public().split_at(self.public().len() / 2);
                KeyParameters::Ec {
                    x: encode(x),
                    y: encode(y),
                }
            }
            Self::Rs256(pair) => KeyParameters::Rsa {
                n: encode(pair.public_key().modulus().big_endian_without_leading_zero()),
                e: encode(pair.public_key().exponent().big_endian_without_leading_zero()),
            },
        }
    }

    fn verifier(&self) -> Result<ParsedPublicKey> {
        match self {
            Self::Es256(pair) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref()),
            Self::Rs256(pair) => ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref()),
        }
        .map_err(|_| Error::internal("failed to parse a signing key"))
    }
}

impl KeyParameters {
    /// Returns the key's thumbprint (RFC 7638), which is its `kid`.
    fn thumbprint(&self) -> String {
        let members = match self {
            Self::Ec { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        };
        URL_SAFE_NO_PAD.encode(secret::digest(members.as_bytes()))
    }
}

impl NewKey {
    /// Generates a key on a blocking thread, because an RSA key takes a tenth of a second or more.
    pub async fn generate(algorithm: SigningAlgorithm) -> Result<Self> {
        tokio::task::spawn_blocking(move || Self::generate_blocking(algorithm))
            .await
            .map_err(Error::internal)?
    }

    fn generate_blocking(algorithm: SigningAlgorithm) -> Result<Self> {
        let failed = |_| Error::internal("failed to create a signing key");
        let private = match algorithm {
            SigningAlgorithm::Es256 => {
                let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
                Secret::new(STANDARD.encode(pkcs8.map_err(failed)?.as_ref()))
            }
            SigningAlgorithm::Rs256 => {
                let pair = rsa::KeyPair::generate(RSA_KEY_SIZE).map_err(failed)?;
                Secret::new(STANDARD.encode(pair.as_der().map_err(failed)?.as_ref()))
            }
        };
        let pkcs8 = STANDARD.decode(private.expose()).map_err(Error::internal)?;
        let pair = PrivateKey::from_pkcs8(algorithm, &pkcs8)?;
        Ok(Self {
            kid: pair.parameters().thumbprint(),
            algorithm,
            public: pair.public().to_vec(),
            private,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprint_of_rfc_7638_section_3_1() {
        let parameters = KeyParameters::Rsa {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV\
                4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7\
                d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF4\
                4-csFCur-kEgU8awapJzKnqDKgw"
                .to_owned(),
            e: "AQAB".to_owned(),
        };
        assert_eq!(parameters.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn new_key_verifies_its_own_signatures_only() {
        let keys: Vec<SigningKey> = SigningAlgorithm::ALL
            .iter()
            .map(|algorithm| {
                let new = NewKey::generate_blocking(*algorithm).unwrap();
                SigningKey::load(StoredKey {
                    kid: new.kid,
                    algorithm: *algorithm,
                    private: new.private,
                    public: new.public,
                    created_at: Timestamp(0),
                    signs_from: Timestamp(0),
                })
                .unwrap()
            })
            .collect();
        for (index, key) in keys.iter().enumerate() {
            let signature = key.sign(b"message").unwrap();
            assert!(key.verify(b"message", &signature));
            assert!(!key.verify(b"massage", &signature));
            assert!(!keys[1 - index].verify(b"message", &signature));
        }
        let KeyParameters::Rsa { n, e } = &keys[1].parameters else {
            panic!("{:?}", keys[1].parameters);
        };
        assert_eq!(
            (URL_SAFE_NO_PAD.decode(n).unwrap().len(), e.as_str()),
            (2048 / 8, "AQAB")
        );
    }

    #[test]
    fn mismatched_private_and_public_keys_are_rejected() {
        for algorithm in SigningAlgorithm::ALL {
            let (first, second) = (
                NewKey::generate_blocking(*algorithm).unwrap(),
                NewKey::generate_blocking(*algorithm).unwrap(),
            );
            let mixed = StoredKey {
                kid: first.kid,
                algorithm: *algorithm,
                private: first.private,
                public: second.public,
                created_at: Timestamp(0),
                signs_from: Timestamp(0),
            };
            assert!(SigningKey::load(mixed).is_err());
        }
    }
}
