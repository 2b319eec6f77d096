//! RSA public keys, for RSA-SHA1 (RFC 5849 §3.4.3).

use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RsaParameters};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The allowed key sizes, in bits.
const KEY_BITS: std::ops::RangeInclusive<u32> = 2048..=8192;

/// An RSA public key that verifies signatures.
#[derive(Debug, Clone)]
pub(crate) struct PublicKey(ParsedPublicKey);

/// The error for an invalid public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PublicKeyError {
    #[error("Paste a public key in PEM format, from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----.")]
    Pem,
    #[error("Use an RSA key of 2048 to 8192 bits.")]
    Rsa,
}

impl PublicKey {
    /// Parses a key in PEM format, either an X.509 SubjectPublicKeyInfo or a PKCS #1 RSAPublicKey.
    pub fn from_pem(pem: &str) -> Result<Self, PublicKeyError> {
        let lines: Vec<&str> = pem.trim().lines().map(str::trim).collect();
        let [_begin, body @ .., _end] = lines.as_slice() else {
            return Err(PublicKeyError::Pem);
        };
        let der = STANDARD.decode(body.concat()).map_err(|_| PublicKeyError::Pem)?;
        // The parser accepts keys of any size, and would reject their signatures later.
        let key = rsa::PublicKey::from_der(&der).map_err(|_| PublicKeyError::Rsa)?;
        let bits = RsaParameters::public_modulus_len(key.as_ref()).map_err(|_| PublicKeyError::Rsa)?;
        if !KEY_BITS.contains(&bits) {
            return Err(PublicKeyError::Rsa);
        }
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, der)
            .map(Self)
            .map_err(|_| PublicKeyError::Rsa)
    }

    /// Returns whether `signature` is valid for `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}
