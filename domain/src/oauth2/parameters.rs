//! The parameters of a request (RFC 6749 §3.1, §3.2).

use crate::oauth1::{DecodeError, decode_form};
use crate::oauth2::{ErrorCode, Refusal};
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

/// A name, and its value where that could be decoded.
type Parameter<'a> = (Cow<'a, str>, Result<Cow<'a, str>, DecodeError>);

/// Names and values as they were sent, decoded. A value that cannot be decoded is kept as the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters<'a>(Vec<Parameter<'a>>);

impl<'a> Parameters<'a> {
    /// Reads a query or a form body.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(text: &'a [u8]) -> Result<Self, Malformed> {
        let parameters = Self::parse_each(text)?;
        let undecodable = parameters.0.iter().find_map(|(_, value)| value.as_ref().err());
        match undecodable {
            Some(error) => Err(Malformed::Encoding(*error)),
            None => Ok(parameters),
        }
    }

    /// Reads a query of which some values may not decode, so that the app can be told by the others where it is and what
    /// its state was. [`require_decodable`](Self::require_decodable) says what is wrong.
    ///
    /// # Errors
    /// [`Malformed::TooMany`].
    pub fn parse_each(text: &'a [u8]) -> Result<Self, Malformed> {
        let mut pairs = Vec::new();
        for piece in text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
            if pairs.len() == MAX_PARAMETERS {
                return Err(Malformed::TooMany);
            }
            let (name, value) = match piece.iter().position(|byte| *byte == b'=') {
                Some(at) => (&piece[..at], &piece[at + 1..]),
                None => (piece, &piece[piece.len()..]),
            };
            pairs.push(match decode_form(name) {
                Ok(name) => (name, decode_form(value)),
                // No parameter that is asked for has an empty name.
                Err(error) => (Cow::Borrowed(""), Err(error)),
            });
        }
        Ok(Self(pairs))
    }

    /// Checks that every name and value could be decoded.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] where one could not.
    pub fn require_decodable(&self) -> Result<(), Refusal> {
        match self.0.iter().find(|(_, value)| value.is_err()) {
            Some((name, _)) => Err(undecodable(name)),
            None => Ok(()),
        }
    }

    /// A parameter's value. One without a value counts as left out (RFC 6749 §3.1).
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] where it is given more than once or cannot be decoded.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.0.iter().filter(|(other, _)| other == name);
        let first = match values.next() {
            Some((_, Ok(value))) => Some(value.as_ref()),
            Some((_, Err(_))) => return Err(undecodable(name)),
            None => None,
        };
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

fn undecodable(name: &str) -> Refusal {
    // A name may be long, and is whatever was sent.
    let shown: String = name.chars().take(60).collect();
    Refusal::new(
        ErrorCode::InvalidRequest,
        format!("The parameter {shown} is not percent-encoded UTF-8."),
    )
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

    #[test]
    fn one_undecodable_value_leaves_the_others_readable() {
        for (query, broken) in [
            ("state=a%20b&scope=%zz", "scope"),
            ("scope=%ff&state=a+b", "scope"),
            ("state=a+b&x=%E4", "x"),
            ("%zz=1&state=a+b", ""),
        ] {
            let parameters = Parameters::parse_each(query.as_bytes()).unwrap();
            assert_eq!(parameters.get("state"), Ok(Some("a b")), "{query}");
            let refusal = parameters.require_decodable().unwrap_err();
            assert_eq!(refusal.code, ErrorCode::InvalidRequest);
            assert!(
                refusal.description.contains(&format!("parameter {broken} ")),
                "{query}: {refusal}"
            );
            if !broken.is_empty() {
                assert!(parameters.get(broken).is_err(), "{query}");
            }
            assert!(Parameters::parse(query.as_bytes()).is_err(), "{query}");
        }
        let whole = Parameters::parse_each(b"state=a&scope=b").unwrap();
        assert_eq!(whole.require_decodable(), Ok(()));
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
