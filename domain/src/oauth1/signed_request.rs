//! A request whose parameters are read and complete (RFC 5849 §3.1).

use std::{borrow::Cow, fmt};

use crate::oauth1::{
    parameters::{Parameters, Protocol},
    problem::Problem,
    refusal::Refusal,
    request::Request,
    signature_method::SignatureMethod,
};

/// The longest key, token, nonce or verifier.
const MAX_TOKEN: usize = 255;

/// The longest callback.
const MAX_CALLBACK: usize = 2048;

/// A request that claims to be signed. Nothing is proved yet: the signature has to be checked against
/// [`base_string`](Self::base_string), the timestamp against the clock, and the nonce against those seen before.
///
/// Its texts are free of control characters but for the signature, and short enough to be kept.
pub struct SignedRequest<'a> {
    /// `oauth_consumer_key`.
    pub consumer_key: Cow<'a, str>,
    /// `oauth_token`; none at the request-token step. An empty one counts as none.
    pub token: Option<Cow<'a, str>>,
    /// `oauth_signature_method`.
    pub signature_method: SignatureMethod,
    /// `oauth_signature`, decoded once: Base64, or for `PLAINTEXT` the signing key.
    pub signature: Cow<'a, str>,
    /// `oauth_timestamp`, in seconds since 1970, above zero. Only `PLAINTEXT` may lack it.
    pub timestamp: Option<u64>,
    /// `oauth_nonce`. Only `PLAINTEXT` may lack it.
    pub nonce: Option<Cow<'a, str>>,
    /// `oauth_callback`, at the request-token step: a URI, or `oob`.
    pub callback: Option<Cow<'a, str>>,
    /// `oauth_verifier`, at the access-token step.
    pub verifier: Option<Cow<'a, str>>,
    /// The host and port that the request was sent to, where they are known. Nobody has signed them by themselves.
    pub host: Option<&'a str>,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) parameters: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> SignedRequest<'a> {
    pub(crate) fn new(request: &Request<'a>, mut parameters: Parameters<'a>) -> Result<Self, Refusal> {
        if parameters
            .take(Protocol::Version)
            .is_some_and(|version| version != "1.0")
        {
            return Err(Problem::VersionRejected.into());
        }
        let consumer_key = token(&mut parameters, Protocol::ConsumerKey)?;
        let method = parameters.take_filled(Protocol::SignatureMethod);
        let signature = parameters.take_filled(Protocol::Signature);
        let timestamp = parameters.take_filled(Protocol::Timestamp);
        let nonce = token(&mut parameters, Protocol::Nonce)?;

        let replayable = method.as_deref() != Some(SignatureMethod::Plaintext.as_str());
        let absent: Vec<&'static str> = [
            (Protocol::ConsumerKey, consumer_key.is_none()),
            (Protocol::SignatureMethod, method.is_none()),
            (Protocol::Signature, signature.is_none()),
            (Protocol::Timestamp, timestamp.is_none() && replayable),
            (Protocol::Nonce, nonce.is_none() && replayable),
        ]
        .into_iter()
        .filter_map(|(parameter, absent)| absent.then_some(parameter.name()))
        .collect();
        let (Some(consumer_key), Some(method), Some(signature), []) = (consumer_key, method, signature, &absent[..])
        else {
            return Err(Refusal::absent(absent));
        };

        Ok(Self {
            consumer_key,
            signature_method: SignatureMethod::from_name(&method).ok_or(Problem::SignatureMethodRejected)?,
            signature,
            timestamp: timestamp.map(|text| seconds(&text)).transpose()?,
            nonce,
            token: token(&mut parameters, Protocol::Token)?,
            verifier: token(&mut parameters, Protocol::Verifier)?,
            callback: text(&mut parameters, Protocol::Callback, MAX_CALLBACK)?,
            host: request.host,
            method: request.method,
            path: request.path,
            parameters: parameters.into_signed(),
        })
    }

    /// Checks that the timestamp, if there is one, is within `window` seconds of the server's clock (§3.3).
    ///
    /// # Errors
    /// [`Problem::TimestampRefused`] with the timestamps that would be accepted.
    pub fn check_timestamp(&self, now: u64, window: u64) -> Result<(), Refusal> {
        match self.timestamp {
            Some(timestamp) if timestamp.abs_diff(now) > window => Err(Refusal::timestamp(
                now.saturating_sub(window),
                now.saturating_add(window),
            )),
            _ => Ok(()),
        }
    }
}

/// Leaves out the signature, the verifier and all that other parameters carry.
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

fn token<'a>(parameters: &mut Parameters<'a>, parameter: Protocol) -> Result<Option<Cow<'a, str>>, Refusal> {
    text(parameters, parameter, MAX_TOKEN)
}

/// A text that can be stored and logged. PostgreSQL has no room for a NUL, and a log line none for a line break.
fn text<'a>(
    parameters: &mut Parameters<'a>,
    parameter: Protocol,
    longest: usize,
) -> Result<Option<Cow<'a, str>>, Refusal> {
    let value = parameters.take_filled(parameter);
    match value.as_deref() {
        Some(text) if text.len() > longest => Err(Refusal::rejected(
            "An OAuth parameter is too long.",
            vec![parameter.name()],
        )),
        Some(text) if text.chars().any(char::is_control) => Err(Refusal::rejected(
            "An OAuth parameter has a control character.",
            vec![parameter.name()],
        )),
        _ => Ok(value),
    }
}

/// A positive number in digits (§3.3); `parse` alone would let a plus sign pass.
fn seconds(text: &str) -> Result<u64, Refusal> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|seconds| digits && *seconds > 0)
        .ok_or_else(|| {
            Refusal::rejected(
                "The timestamp must be the whole seconds since 1970, in digits.",
                vec![Protocol::Timestamp.name()],
            )
        })
}
