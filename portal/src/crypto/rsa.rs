//! RSA public keys, for RSA-SHA1 (RFC 5849 §3.4.3).

use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RsaParameters};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How long a key may be.
const BITS: std::ops::RangeInclusive<u32> = 2048..=8192;

/// A key that signatures are checked with.
#[derive(Debug, Clone)]
pub(crate) struct PublicKey(ParsedPublicKey);

/// Why a text is not a key to check with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAKey {
    #[error("Paste a public key in PEM form, from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----.")]
    Pem,
    #[error("Use an RSA key of 2048 to 8192 bits.")]
    Rsa,
}

impl PublicKey {
    /// Reads PEM, holding either an X.509 SubjectPublicKeyInfo or a PKCS #1 RSAPublicKey.
    pub fn from_pem(pem: &str) -> Result<Self, NotAKey> {
        let lines: Vec<&str> = pem.trim().lines().map(str::trim).collect();
        let [_begin, body @ .., _end] = lines.as_slice() else {
            return Err(NotAKey::Pem);
        };
        let der = STANDARD.decode(body.concat()).map_err(|_| NotAKey::Pem)?;
        // The parser alone would take a key of any size, and refuse its signatures later.
        let key = rsa::PublicKey::from_der(&der).map_err(|_| NotAKey::Rsa)?;
        let bits = RsaParameters::public_modulus_len(key.as_ref()).map_err(|_| NotAKey::Rsa)?;
        if !BITS.contains(&bits) {
            return Err(NotAKey::Rsa);
        }
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, der)
            .map(Self)
            .map_err(|_| NotAKey::Rsa)
    }

    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}
