//! Checking a signature (RFC 5849 §3.4), in constant time.

use super::{Policy, is_allowed};
use crate::error::{Error, Result};
use crate::rsa;
use crate::secret::Secret;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::oauth1::{Problem, Refusal, SignatureMethod, SignedRequest, signing_key};

/// What a consumer's requests are checked with, alone or with one token.
pub(crate) struct Keys {
    plaintext: Secret,
    sha1: hmac::Key,
    sha256: hmac::Key,
    rsa: Option<rsa::PublicKey>,
}

impl Keys {
    /// Prepares the keys once for many requests.
    pub fn new(consumer_secret: &str, token_secret: &str, rsa_public_key: Option<&str>) -> Result<Self> {
        let plaintext = Secret::new(signing_key(consumer_secret, token_secret));
        let bytes = plaintext.expose().as_bytes();
        Ok(Self {
            sha1: hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, bytes),
            sha256: hmac::Key::new(HMAC_SHA256, bytes),
            rsa: rsa_public_key
                .map(rsa::PublicKey::from_pem)
                .transpose()
                .map_err(Error::internal)?,
            plaintext,
        })
    }

    /// Checks the request's signature.
    ///
    /// # Errors
    /// `signature_method_rejected` for PLAINTEXT without TLS and for RSA-SHA1 without a registered key,
    /// `signature_invalid` with the base string where the signature is not the one expected.
    pub fn check(&self, policy: &Policy, request: &SignedRequest<'_>) -> Result<(), Refusal> {
        let method = request.signature_method;
        if !is_allowed(policy, method) {
            return Err(Problem::SignatureMethodRejected.into());
        }
        let base_string = request.base_string(&policy.origin);
        // Base64 that does not decode is a wrong signature like any other.
        let signature = || STANDARD.decode(request.signature.as_bytes()).unwrap_or_default();
        let fits = match method {
            SignatureMethod::HmacSha1 => hmac::verify(&self.sha1, base_string.as_bytes(), &signature()).is_ok(),
            SignatureMethod::HmacSha256 => hmac::verify(&self.sha256, base_string.as_bytes(), &signature()).is_ok(),
            SignatureMethod::RsaSha1 => {
                let key = self.rsa.as_ref().ok_or(Problem::SignatureMethodRejected)?;
                key.verify(base_string.as_bytes(), &signature())
            }
            SignatureMethod::Plaintext => {
                let expected = self.plaintext.expose().as_bytes();
                verify_slices_are_equal(expected, request.signature.as_bytes()).is_ok()
            }
        };
        if fits {
            Ok(())
        } else {
            Err(Refusal::signature(base_string))
        }
    }
}
