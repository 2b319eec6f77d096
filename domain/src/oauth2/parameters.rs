//! The parameters of a request (RFC 6749 §3.1, §3.2).

use super::{ErrorCode, Refusal};
use crate::oauth1::{DecodeError, decode_form};
use std::borrow::Cow;

/// How many parameters a request may have.
pub const MAX_PARAMETERS: usize = 64;

/// Why parameters cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// They are not percent-encoded UTF-8.
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    /// There are more than [`MAX_PARAMETERS`].
    #[error("there are more than {MAX_PARAMETERS} parameters")]
    TooMany,
}

/// Names and values as they were sent, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    /// Reads a query or a form body.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(text: &'a [u8]) -> Result<Self, Malformed> {
        let mut pairs = Vec::new();
        for piece in text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
            if pairs.len() == MAX_PARAMETERS {
                return Err(Malformed::TooMany);
            }
            let (name, value) = match piece.iter().position(|byte| *byte == b'=') {
                Some(at) => (&piece[..at], &piece[at + 1..]),
                None => (piece, &piece[piece.len()..]),
            };
            pairs.push((decode_form(name)?, decode_form(value)?));
        }
        Ok(Self(pairs))
    }

    /// A parameter's value. One without a value counts as left out (RFC 6749 §3.1).
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] where it is given more than once.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.0.iter().filter(|(other, _)| other == name);
        let first = values.next().map(|(_, value)| value.as_ref());
        if values.next().is_some() {
            return Err(Refusal::new(
                ErrorCode::InvalidRequest,
                format!("The parameter {name} is given more than once."),
            ));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] where it is missing or given more than once.
    pub fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name)?.ok_or_else(|| Refusal::missing(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_decoded() {
        let parameters = Parameters::parse(b"grant_type=client_credentials&scope=a+b%20c&empty=&bare&&x=1=2").unwrap();
        assert_eq!(parameters.get("scope"), Ok(Some("a b c")));
        assert_eq!(parameters.get("x"), Ok(Some("1=2")));
        for left_out in ["empty", "bare", "none"] {
            assert_eq!(parameters.get(left_out), Ok(None));
        }
        assert_eq!(parameters.require("empty").unwrap_err().code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn what_stands_twice_is_refused() {
        for twice in ["code=a&code=a", "code=a&code=", "c%6fde=a&code=b"] {
            let parameters = Parameters::parse(twice.as_bytes()).unwrap();
            assert_eq!(
                parameters.get("code").unwrap_err().code,
                ErrorCode::InvalidRequest,
                "{twice}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!(Parameters::parse(b"a=%zz").is_err());
        assert!(Parameters::parse(b"a=%ff").is_err());
        assert_eq!(
            Parameters::parse("a=1&".repeat(MAX_PARAMETERS + 1).as_bytes()),
            Err(Malformed::TooMany)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(parameters) = Parameters::parse(&bytes) {
                let _ = parameters.get("code");
            }
        }
    }
}
