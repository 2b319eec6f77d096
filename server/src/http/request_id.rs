//! The request ID, which identifies a request in the logs.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// The maximum length of a request ID that is accepted from a client.
const MAX_REQUEST_ID_BYTES: usize = 64;

/// Holds the ID of a request. Every request has it among its extensions, and every response in `X-Request-Id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The header with the request ID.
    pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

    /// Returns the client's request ID if it is valid, otherwise a new UUIDv7.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let client_id = headers
            .get(Self::HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|text| is_valid(text));
        match client_id {
            Some(text) => Self(text.into()),
            None => Self((*Uuid::now_v7().hyphenated().encode_lower(&mut Uuid::encode_buffer())).into()),
        }
    }

    /// Returns the ID as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the ID as a header value.
    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns whether an ID can be logged without escaping: 1 to 64 letters, digits, `.`, `_` and `-`.
fn is_valid(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX_REQUEST_ID_BYTES).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request_id(header: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(RequestId::HEADER, header.parse().unwrap());
        RequestId::of(&headers).to_string()
    }

    #[test]
    fn valid_client_id_is_kept() {
        let longest = "x".repeat(MAX_REQUEST_ID_BYTES);
        for valid in ["a", "0192f0c1-2b3c", "A.b_C-9", &longest] {
            assert_eq!(request_id(valid), valid);
        }
    }

    #[test]
    fn invalid_client_id_is_replaced() {
        let too_long = "x".repeat(MAX_REQUEST_ID_BYTES + 1);
        for invalid in ["", "a b", "a\tb", "<b>", "a;b", "\"", &too_long] {
            let new = request_id(invalid);
            assert_eq!(Uuid::parse_str(&new).unwrap().get_version_num(), 7, "{invalid}");
        }
        assert_ne!(request_id(""), request_id(""));
    }
}
