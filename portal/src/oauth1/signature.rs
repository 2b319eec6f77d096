//! Verifies signatures (RFC 5849 §3.4) in constant time.

use crate::crypto::rsa;
use crate::crypto::secret::Secret;
use crate::infra::error::{Error, Result};
use crate::oauth1::{Policy, is_method_allowed};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::oauth1::{Oauth1Error, OauthProblem, SignatureMethod, SignedRequest, signing_key};

/// Holds the keys that verify a consumer's requests, with or without a token.
pub(crate) struct VerificationKeys {
    plaintext: Secret,
    sha1: hmac::Key,
    sha256: hmac::Key,
    rsa: Option<rsa::PublicKey>,
}

impl VerificationKeys {
    /// Prepares the keys for reuse across requests.
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

    /// Verifies the request's signature.
    ///
    /// # Errors
    /// `signature_method_rejected` for PLAINTEXT without TLS and for RSA-SHA1 without a registered key,
    /// `signature_invalid` with the expected base string if the signature doesn't match.
    pub fn verify(&self, policy: &Policy, request: &SignedRequest<'_>) -> Result<(), Oauth1Error> {
        let method = request.signature_method;
        if !is_method_allowed(policy, method) {
            return Err(OauthProblem::SignatureMethodRejected.into());
        }
        if method == SignatureMethod::RsaSha1 && self.rsa.is_none() {
            return Err(OauthProblem::SignatureMethodRejected.into());
        }
        let signature = decode_signature(&request.signature);
        let matches = |base_string: &str| match method {
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
        if matches(&base_string) {
            return Ok(());
        }
        // The alternative base strings of a request are tried only if it has any: at most four computations in total.
        let others = policy.origins_for(request.host).enumerate();
        for (index, origin) in others {
            let for_origin = || (index > 0).then(|| request.base_string(origin));
            let without_empty = || request.base_string_without_empty(origin);
            if for_origin().is_some_and(|other| matches(&other)) || without_empty().is_some_and(|other| matches(&other))
            {
                return Ok(());
            }
        }
        let error = Oauth1Error::invalid_signature(base_string);
        if request.host.is_some_and(|host| !policy.origin.matches_host(host)) {
            return Err(error.with_public_url(&policy.origin));
        }
        Err(error)
    }
}

/// Decodes a signature from Base64. Text that can't be decoded returns no bytes, which never match.
///
/// RFC 5849 §3.4.2 and §3.4.3 encode by RFC 2045 §6.8, where line breaks may appear between any two characters and are
/// ignored: `openssl base64` and `Base64.encodeToString(.., DEFAULT)` of Android write them. Spaces and tabs are
/// ignored too; any other character outside the alphabet makes the signature invalid.
fn decode_signature(text: &str) -> Vec<u8> {
    let is_whitespace = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' ' | b'\t');
    let decoded = if text.as_bytes().iter().any(is_whitespace) {
        let without_whitespace: Vec<u8> = text.bytes().filter(|byte| !is_whitespace(byte)).collect();
        STANDARD.decode(without_whitespace)
    } else {
        STANDARD.decode(text)
    };
    decoded.unwrap_or_default()
}
