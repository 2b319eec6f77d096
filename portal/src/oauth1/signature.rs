//! Checking a signature (RFC 5849 §3.4), in constant time.

use crate::crypto::rsa;
use crate::crypto::secret::Secret;
use crate::infra::error::{Error, Result};
use crate::oauth1::{Policy, is_allowed};
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
        if method == SignatureMethod::RsaSha1 && self.rsa.is_none() {
            return Err(Problem::SignatureMethodRejected.into());
        }
        let signature = decode_signature(&request.signature);
        let fits = |base_string: &str| match method {
            SignatureMethod::HmacSha1 => hmac::verify(&self.sha1, base_string.as_bytes(), &signature).is_ok(),
            SignatureMethod::HmacSha256 => hmac::verify(&self.sha256, base_string.as_bytes(), &signature).is_ok(),
            SignatureMethod::RsaSha1 => {
                let key = self.rsa.as_ref();
                key.is_some_and(|key| key.verify(base_string.as_bytes(), &signature))
            }
            SignatureMethod::Plaintext => {
                let expected = self.plaintext.expose().as_bytes();
                verify_slices_are_equal(expected, request.signature.as_bytes()).is_ok()
            }
        };
        let base_string = request.base_string(&policy.origin);
        if fits(&base_string) {
            return Ok(());
        }
        // The other readings of a request are tried only where it has them: at most four computations in all.
        let others = policy.origins_for(request.host).enumerate();
        for (index, origin) in others {
            let as_sent = || (index > 0).then(|| request.base_string(origin));
            let without_empty = || request.base_string_without_empty(origin);
            if as_sent().is_some_and(|other| fits(&other)) || without_empty().is_some_and(|other| fits(&other)) {
                return Ok(());
            }
        }
        let refusal = Refusal::signature(base_string);
        if request.host.is_some_and(|host| !policy.origin.is_at(host)) {
            return Err(refusal.naming_public_url(&policy.origin));
        }
        Err(refusal)
    }
}

/// Decodes a signature from Base64. Text that does not decode gives no bytes, a wrong signature like any other.
///
/// RFC 5849 §3.4.2 and §3.4.3 encode by RFC 2045 §6.8, where line breaks may stand between any two characters and are
/// ignored: `openssl base64` and `Base64.encodeToString(.., DEFAULT)` of Android write them. Blanks around them are
/// ignored too; any other character outside the alphabet makes the signature a wrong one.
fn decode_signature(text: &str) -> Vec<u8> {
    let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' ' | b'\t');
    let decoded = if text.as_bytes().iter().any(is_break) {
        let unbroken: Vec<u8> = text.bytes().filter(|byte| !is_break(byte)).collect();
        STANDARD.decode(unbroken)
    } else {
        STANDARD.decode(text)
    };
    decoded.unwrap_or_default()
}
