//! A parsed request with all required parameters (RFC 5849 §3.1).

use std::{borrow::Cow, fmt};

use crate::oauth1::{
    error::Oauth1Error,
    problem::OauthProblem,
    request::Request,
    request::parameters::{Parameters, ProtocolParameter},
    signature::signature_method::SignatureMethod,
};

/// The maximum length of a key, token, nonce or verifier, in bytes.
const MAX_TOKEN_BYTES: usize = 255;

/// The maximum length of a callback, in bytes.
const MAX_CALLBACK_BYTES: usize = 2048;

/// Holds the parameters of a request that claims to be signed. It is not verified yet: the signature has to be checked against
/// [`base_string`](Self::base_string), the timestamp against the clock, and the nonce against the nonces already used.
///
/// All texts except the signature are free of control characters and limited in length.
pub struct SignedRequest<'a> {
    /// `oauth_consumer_key`.
    pub consumer_key: Cow<'a, str>,
    /// `oauth_token`; `None` when a request token is requested, or if it is empty.
    pub token: Option<Cow<'a, str>>,
    /// `oauth_signature_method`.
    pub signature_method: SignatureMethod,
    /// `oauth_signature`, decoded once: Base64, or for `PLAINTEXT` the signing key.
    pub signature: Cow<'a, str>,
    /// `oauth_timestamp`, in seconds since 1970, greater than zero. Optional for `PLAINTEXT` only.
    pub timestamp: Option<u64>,
    /// `oauth_nonce`. Optional for `PLAINTEXT` only.
    pub nonce: Option<Cow<'a, str>>,
    /// `oauth_callback`, when a request token is requested: a URI or `oob`.
    pub callback: Option<Cow<'a, str>>,
    /// `oauth_verifier`, when a request token is exchanged.
    pub verifier: Option<Cow<'a, str>>,
    /// The host and port that the request was sent to, if known. They are not signed as such.
    pub host: Option<&'a str>,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) parameters: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> SignedRequest<'a> {
    pub(crate) fn new(request: &Request<'a>, mut parameters: Parameters<'a>) -> Result<Self, Oauth1Error> {
        if parameters
            .take(ProtocolParameter::Version)
            .is_some_and(|version| version != "1.0")
        {
            return Err(OauthProblem::VersionRejected.into());
        }
        let consumer_key = short_text(&mut parameters, ProtocolParameter::ConsumerKey)?;
        let method = parameters.take_non_empty(ProtocolParameter::SignatureMethod);
        let signature = parameters.take_non_empty(ProtocolParameter::Signature);
        let timestamp = parameters.take_non_empty(ProtocolParameter::Timestamp);
        let nonce = short_text(&mut parameters, ProtocolParameter::Nonce)?;

        let needs_nonce = method.as_deref() != Some(SignatureMethod::Plaintext.as_str());
        let missing: Vec<&'static str> = [
            (ProtocolParameter::ConsumerKey, consumer_key.is_none()),
            (ProtocolParameter::SignatureMethod, method.is_none()),
            (ProtocolParameter::Signature, signature.is_none()),
            (ProtocolParameter::Timestamp, timestamp.is_none() && needs_nonce),
            (ProtocolParameter::Nonce, nonce.is_none() && needs_nonce),
        ]
        .into_iter()
        .filter_map(|(parameter, is_missing)| is_missing.then_some(parameter.name()))
        .collect();
        let (Some(consumer_key), Some(method), Some(signature), []) = (consumer_key, method, signature, &missing[..])
        else {
            return Err(Oauth1Error::missing_parameters(missing));
        };

        Ok(Self {
            consumer_key,
            signature_method: SignatureMethod::from_name(&method).ok_or(OauthProblem::SignatureMethodRejected)?,
            signature,
            timestamp: timestamp.map(|text| parse_seconds(&text)).transpose()?,
            nonce,
            token: short_text(&mut parameters, ProtocolParameter::Token)?,
            verifier: short_text(&mut parameters, ProtocolParameter::Verifier)?,
            callback: text(&mut parameters, ProtocolParameter::Callback, MAX_CALLBACK_BYTES)?,
            host: request.host,
            method: request.method,
            path: request.path,
            parameters: parameters.into_signed(),
        })
    }

    /// Checks that the timestamp, if any, is within `window` seconds of `now` (§3.3).
    ///
    /// # Errors
    /// Returns [`OauthProblem::TimestampRefused`] with the acceptable timestamps.
    pub fn check_timestamp(&self, now: u64, window: u64) -> Result<(), Oauth1Error> {
        match self.timestamp {
            Some(timestamp) if timestamp.abs_diff(now) > window => Err(Oauth1Error::timestamp_refused(
                now.saturating_sub(window),
                now.saturating_add(window),
            )),
            _ => Ok(()),
        }
    }
}

/// Omits the signature, the verifier and all other parameters.
impl fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("consumer_key", &self.consumer_key)
            .field("token", &self.token)
            .field("signature_method", &self.signature_method)
            .field("timestamp", &self.timestamp)
            .field("nonce", &self.nonce)
            .finish_non_exhaustive()
    }
}

/// Takes a text of at most [`MAX_TOKEN_BYTES`].
fn short_text<'a>(
    parameters: &mut Parameters<'a>,
    parameter: ProtocolParameter,
) -> Result<Option<Cow<'a, str>>, Oauth1Error> {
    text(parameters, parameter, MAX_TOKEN_BYTES)
}

/// Takes a text that can be stored and logged: without NUL, which PostgreSQL can't store, and other control characters.
fn text<'a>(
    parameters: &mut Parameters<'a>,
    parameter: ProtocolParameter,
    max_bytes: usize,
) -> Result<Option<Cow<'a, str>>, Oauth1Error> {
    let value = parameters.take_non_empty(parameter);
    match value.as_deref() {
        Some(text) if text.len() > max_bytes => Err(Oauth1Error::rejected_parameters(
            "An OAuth parameter is too long.",
            vec![parameter.name()],
        )),
        Some(text) if text.chars().any(char::is_control) => Err(Oauth1Error::rejected_parameters(
            "An OAuth parameter contains a control character.",
            vec![parameter.name()],
        )),
        _ => Ok(value),
    }
}

/// Parses a positive decimal number (§3.3). Unlike `parse`, rejects a plus sign.
fn parse_seconds(text: &str) -> Result<u64, Oauth1Error> {
    let is_numeric = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|seconds| is_numeric && *seconds > 0)
        .ok_or_else(|| {
            Oauth1Error::rejected_parameters(
                "The timestamp must be a positive integer: the seconds since January 1, 1970 00:00:00 UTC.",
                vec![ProtocolParameter::Timestamp.name()],
            )
        })
}
