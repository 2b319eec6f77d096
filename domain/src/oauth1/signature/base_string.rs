//! The signature base string and the signing key (RFC 5849 §3.4.1, §3.4.2).

use std::borrow::Cow;

use crate::oauth1::{
    request::origin::Origin,
    request::parameters::ProtocolParameter,
    request::signed_request::SignedRequest,
    signature::encoding::{encode, encode_again_into, encode_into},
};

impl SignedRequest<'_> {
    /// Returns the signature base string of §3.4.1.1: method, URI and normalized parameters. It contains no secret.
    ///
    /// The path is used as it was sent, neither decoded nor normalized.
    #[must_use]
    pub fn base_string(&self, origin: &Origin) -> String {
        self.write_base_string(origin, &self.parameters)
    }

    /// Returns the base string without empty optional parameters, as clients compute it that send `oauth_token=""` (or an
    /// empty callback or verifier) but don't sign it; `None` if the request has no such parameter.
    ///
    /// §3.1 lets a client omit an empty token, and clients implement both. An empty parameter is treated as absent, so an
    /// unsigned one has no effect.
    #[must_use]
    pub fn base_string_without_empty(&self, origin: &Origin) -> Option<String> {
        let non_empty: Vec<_> = self
            .parameters
            .iter()
            .filter(|(name, value)| !(value.is_empty() && is_optional(name)))
            .cloned()
            .collect();
        (non_empty.len() < self.parameters.len()).then(|| self.write_base_string(origin, &non_empty))
    }

    fn write_base_string(&self, origin: &Origin, parameters: &[(Cow<'_, str>, Cow<'_, str>)]) -> String {
        let length: usize = parameters
            .iter()
            .map(|(name, value)| name.len() + value.len() + 6)
            .sum();
        // A reserved character takes up to five bytes (`%252B`); 1.5 times the length is enough for typical requests.
        let mut out = String::with_capacity(origin.encoded().len() + 2 * self.path.len() + length * 3 / 2 + 32);
        encode_into(&mut out, &to_uppercase(self.method));
        out.push('&');
        out.push_str(origin.encoded());
        encode_into(&mut out, if self.path.is_empty() { "/" } else { self.path });
        out.push('&');
        push_normalized(&mut out, parameters);
        out
    }
}

/// Returns the signing key of §3.4.2, which is also the signature of `PLAINTEXT` (§3.4.4). Without a token, its secret is
/// empty.
///
/// The key is a secret. It is written into one allocation, so that wiping it leaves no copy in memory.
#[must_use]
pub fn signing_key(consumer_secret: &str, token_secret: &str) -> String {
    let mut out = String::with_capacity(3 * (consumer_secret.len() + token_secret.len()) + 1);
    encode_into(&mut out, consumer_secret);
    out.push('&');
    encode_into(&mut out, token_secret);
    out
}

/// Appends the normalized parameters of §3.4.1.3.2, percent-encoded again as §3.4.1.1 requires.
fn push_normalized(out: &mut String, parameters: &[(Cow<'_, str>, Cow<'_, str>)]) {
    let mut encoded: Vec<(Cow<'_, str>, Cow<'_, str>)> = parameters
        .iter()
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    encoded.sort_unstable();
    for (index, (name, value)) in encoded.iter().enumerate() {
        if index > 0 {
            out.push_str("%26");
        }
        encode_again_into(out, name);
        out.push_str("%3D");
        encode_again_into(out, value);
    }
}

/// Reports whether a protocol parameter may be omitted if it is empty (§3.1, §2.1, §2.3).
fn is_optional(name: &str) -> bool {
    [
        ProtocolParameter::Token,
        ProtocolParameter::Callback,
        ProtocolParameter::Verifier,
    ]
    .iter()
    .any(|parameter| parameter.name() == name)
}

fn to_uppercase(method: &str) -> Cow<'_, str> {
    if method.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(method.to_ascii_uppercase())
    } else {
        Cow::Borrowed(method)
    }
}
