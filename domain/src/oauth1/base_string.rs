//! The signature base string and the signing key (RFC 5849 §3.4.1, §3.4.2).

use std::borrow::Cow;

use super::{
    encoding::{encode, encode_again_into, encode_into},
    origin::Origin,
    signed_request::SignedRequest,
};

impl SignedRequest<'_> {
    /// The signature base string of §3.4.1.1: method, URI and normalised parameters. It holds no secret.
    ///
    /// The path is taken as it was sent, neither decoded nor tidied, so that client and server need not agree on how.
    #[must_use]
    pub fn base_string(&self, origin: &Origin) -> String {
        let length: usize = self
            .parameters
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
        normalise_into(&mut out, &self.parameters);
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

fn upper_case(method: &str) -> Cow<'_, str> {
    if method.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(method.to_ascii_uppercase())
    } else {
        Cow::Borrowed(method)
    }
}
