//! Percent-encoding (RFC 5849 §3.6) and decoding of request parameters (§3.4.1.3.1).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

/// All characters except the unreserved ones of §3.6.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The error for text that can't be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// A `%` is not followed by two hexadecimal digits.
    #[error("a percent sign is not followed by two hexadecimal digits")]
    BadEscape,
    /// The decoded bytes are not UTF-8.
    #[error("the decoded text is not UTF-8")]
    NotUtf8,
}

/// Percent-encodes a text by RFC 5849 §3.6: everything but `A-Z a-z 0-9 - . _ ~`, in uppercase hexadecimal.
///
/// ```
/// assert_eq!(domain::oauth1::encode("Ladies + Gentlemen"), "Ladies%20%2B%20Gentlemen");
/// ```
#[must_use]
pub fn encode(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, RESERVED).into()
}

/// Appends the percent-encoded text without an intermediate buffer.
pub(crate) fn encode_into(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// Percent-encodes already encoded text again and appends it. Only the percent signs change.
pub(crate) fn encode_again_into(out: &mut String, encoded: &str) {
    let mut pieces = encoded.split('%');
    out.extend(pieces.next());
    for piece in pieces {
        out.push_str("%25");
        out.push_str(piece);
    }
}

/// Decodes percent-encoded text by RFC 5849 §3.6; a `+` is a plus sign.
///
/// # Errors
/// Returns [`DecodeError`] for an incomplete escape or bytes that are not UTF-8.
pub fn decode(text: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    unescape(text, b'+')
}

/// Decodes a name or a value of a query or a form body (RFC 5849 §3.4.1.3.1); a `+` is a space.
///
/// # Errors
/// Returns [`DecodeError`] for an incomplete escape or bytes that are not UTF-8.
pub fn decode_form(text: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    unescape(text, b' ')
}

/// Encodes names and values as `application/x-www-form-urlencoded`, the format of the responses of §2.1 and §2.3.
///
/// ```
/// let body = domain::oauth1::encode_form(&[("oauth_token", "hh5s93j4hdidpola"), ("oauth_callback_confirmed", "true")]);
/// assert_eq!(body, "oauth_token=hh5s93j4hdidpola&oauth_callback_confirmed=true");
/// ```
#[must_use]
pub fn encode_form(pairs: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        encode_into(&mut out, name);
        out.push('=');
        encode_into(&mut out, value);
    }
    out
}

/// Decodes percent-encoded text, with `plus` as the meaning of `+`. Unlike the decoder of the `percent-encoding` crate, it
/// rejects malformed escapes, since the server would otherwise sign a different text than the client.
fn unescape(text: &[u8], plus: u8) -> Result<Cow<'_, str>, DecodeError> {
    let escaped = |byte: &u8| *byte == b'%' || (*byte == b'+' && plus != b'+');
    let Some(first) = text.iter().position(escaped) else {
        return std::str::from_utf8(text)
            .map(Cow::Borrowed)
            .map_err(|_| DecodeError::NotUtf8);
    };
    let mut decoded = Vec::with_capacity(text.len());
    decoded.extend_from_slice(&text[..first]);
    let mut rest = text[first..].iter();
    while let Some(&byte) = rest.next() {
        decoded.push(match byte {
            b'%' => {
                let high = hex_value(rest.next()).ok_or(DecodeError::BadEscape)?;
                let low = hex_value(rest.next()).ok_or(DecodeError::BadEscape)?;
                high << 4 | low
            }
            b'+' => plus,
            other => other,
        });
    }
    String::from_utf8(decoded)
        .map(Cow::Owned)
        .map_err(|_| DecodeError::NotUtf8)
}

fn hex_value(digit: Option<&u8>) -> Option<u8> {
    match digit? {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        digit @ b'a'..=b'f' => Some(digit - b'a' + 10),
        digit @ b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
