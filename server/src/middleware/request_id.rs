//! The id under which a request is found in the logs.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// The longest id that is taken over from a caller.
const MAX: usize = 64;

/// A request's id. Every request has it among its extensions, and every answer in `X-Request-Id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The header that carries it.
    pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

    /// The caller's own id if it is sane, else a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers
            .get(Self::HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|text| is_sane(text));
        match given {
            Some(text) => Self(text.into()),
            None => Self(Uuid::now_v7().hyphenated().to_string().into()),
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as the header's value.
    pub(crate) fn value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an id can go into a log as it is.
fn is_sane(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(given: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(RequestId::HEADER, given.parse().unwrap());
        RequestId::of(&headers).to_string()
    }

    #[test]
    fn a_sane_id_is_taken_over() {
        let longest = "x".repeat(MAX);
        for given in ["a", "0192f0c1-2b3c", "A.b_C-9", &longest] {
            assert_eq!(id(given), given);
        }
    }

    #[test]
    fn any_other_is_replaced() {
        let too_long = "x".repeat(MAX + 1);
        for given in ["", "a b", "a\tb", "<b>", "a;b", "\"", &too_long] {
            let new = id(given);
            assert_eq!(Uuid::parse_str(&new).unwrap().get_version_num(), 7, "{given}");
        }
        assert_ne!(id(""), id(""));
    }
}
