//! The signature base string and the signing key (RFC 5849 §3.4.1, §3.4.2).

use std::borrow::Cow;

use crate::oauth1::{
    encoding::{encode, encode_again_into, encode_into},
    origin::Origin,
    parameters::Protocol,
    signed_request::SignedRequest,
};

impl SignedRequest<'_> {
    /// The signature base string of §3.4.1.1: method, URI and normalised parameters. It holds no secret.
    ///
    /// The path is taken as it was sent, neither decoded nor tidied, so that client and server need not agree on how.
    #[must_use]
    pub fn base_string(&self, origin: &Origin) -> String {
        self.write_base_string(origin, &self.parameters)
    }

    /// The base string as clients compute it that send `oauth_token=""` (or an empty callback or verifier) but leave it
    /// out of what they sign; `None` where the request has no such parameter.
    ///
    /// §3.1 lets a client omit an empty token, so both readings are in use. An empty parameter counts as absent here, so
    /// one that nobody signed changes nothing.
    #[must_use]
    pub fn base_string_without_empty(&self, origin: &Origin) -> Option<String> {
        let filled: Vec<_> = self
            .parameters
            .iter()
            .filter(|(name, value)| !(value.is_empty() && is_optional(name)))
            .cloned()
            .collect();
        (filled.len() < self.parameters.len()).then(|| self.write_base_string(origin, &filled))
    }

    fn write_base_string(&self, origin: &Origin, parameters: &[(Cow<'_, str>, Cow<'_, str>)]) -> String {
        let length: usize = parameters
            .iter()
            .map(|(name, value)| name.len() + value.len() + 6)
            .sum();
        // A reserved character takes up to five bytes (`%252B`); half as much again fits what clients usually send.
        let mut out = String::with_capacity(origin.encoded().len() + 2 * self.path.len() + length * 3 / 2 + 32);
        encode_into(&mut out, &upper_case(self.method));
        out.push('&');
        out.push_str(origin.encoded());
        encode_into(&mut out, if self.path.is_empty() { "/" } else { self.path });
        out.push('&');
        normalise_into(&mut out, parameters);
        out
    }
}

/// The signing key of §3.4.2, which is also the signature of `PLAINTEXT` (§3.4.4). Without a token its secret is empty.
///
/// The text is as secret as what it is made of. It is written into one allocation, so a caller that wipes it leaves no
/// copy behind.
#[must_use]
pub fn signing_key(consumer_secret: &str, token_secret: &str) -> String {
    let mut out = String::with_capacity(3 * (consumer_secret.len() + token_secret.len()) + 1);
    encode_into(&mut out, consumer_secret);
    out.push('&');
    encode_into(&mut out, token_secret);
    out
}

/// Appends the normalised parameters of §3.4.1.3.2, percent-encoded once more as §3.4.1.1 has it.
fn normalise_into(out: &mut String, parameters: &[(Cow<'_, str>, Cow<'_, str>)]) {
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

/// Whether a protocol parameter may be omitted where it is empty (§3.1, §2.1, §2.3).
fn is_optional(name: &str) -> bool {
    [Protocol::Token, Protocol::Callback, Protocol::Verifier]
        .iter()
        .any(|parameter| parameter.name() == name)
}

fn upper_case(method: &str) -> Cow<'_, str> {
    if method.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(method.to_ascii_uppercase())
    } else {
        Cow::Borrowed(method)
    }
}
