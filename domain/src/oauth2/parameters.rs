//! The parameters of a request (RFC 6749 §3.1, §3.2).

use crate::oauth1::{DecodeError, decode_form};
use crate::oauth2::{ErrorCode, Oauth2Error};
use std::borrow::Cow;
use std::fmt;

/// The maximum number of parameters of a request.
pub const MAX_PARAMETERS: usize = 64;

/// The error for parameters that can't be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// A name or value is not percent-encoded UTF-8.
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    /// There are more than [`MAX_PARAMETERS`].
    #[error("there are more than {MAX_PARAMETERS} parameters")]
    TooMany,
}

/// A name, and its decoded value or the reason why it can't be decoded.
type Parameter<'a> = (Cow<'a, str>, Result<Cow<'a, str>, DecodeError>);

/// Holds the decoded parameters in the order of the request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters<'a>(Vec<Parameter<'a>>);

/// Prints the names alone, because a value may be a secret.
impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl<'a> Parameters<'a> {
    /// Parses a query or a form body.
    ///
    /// # Errors
    /// Returns [`ParametersError`] for too many parameters or one that can't be decoded.
    pub fn parse(text: &'a [u8]) -> Result<Self, ParametersError> {
        let parameters = Self::parse_lenient(text)?;
        let undecodable = parameters.0.iter().find_map(|(_, value)| value.as_ref().err());
        match undecodable {
            Some(error) => Err(ParametersError::Encoding(*error)),
            None => Ok(parameters),
        }
    }

    /// Parses a query in which some values may be undecodable, so that an error can still be sent to the redirect URI with the
    /// `state`. [`require_decodable`](Self::require_decodable) reports undecodable values.
    ///
    /// # Errors
    /// Returns [`ParametersError::TooMany`] for more than [`MAX_PARAMETERS`].
    pub fn parse_lenient(text: &'a [u8]) -> Result<Self, ParametersError> {
        let mut pairs = Vec::new();
        for piece in text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
            if pairs.len() == MAX_PARAMETERS {
                return Err(ParametersError::TooMany);
            }
            let (name, value) = match piece.iter().position(|byte| *byte == b'=') {
                Some(at) => (&piece[..at], &piece[at + 1..]),
                None => (piece, &piece[piece.len()..]),
            };
            pairs.push(match decode_form(name) {
                Ok(name) => (name, decode_form(value)),
                // The empty name never matches a requested parameter.
                Err(error) => (Cow::Borrowed(""), Err(error)),
            });
        }
        Ok(Self(pairs))
    }

    /// Checks that all names and values were decoded.
    ///
    /// # Errors
    /// Returns [`ErrorCode::InvalidRequest`] if one was not.
    pub fn require_decodable(&self) -> Result<(), Oauth2Error> {
        match self.0.iter().find(|(_, value)| value.is_err()) {
            Some((name, _)) => Err(undecodable(name)),
            None => Ok(()),
        }
    }

    /// Returns a parameter's value. A parameter without a value is treated as omitted (RFC 6749 §3.1).
    ///
    /// # Errors
    /// Returns [`ErrorCode::InvalidRequest`] if the parameter is repeated or can't be decoded.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Oauth2Error> {
        let mut values = self.0.iter().filter(|(other, _)| other == name);
        let first = match values.next() {
            Some((_, Ok(value))) => Some(value.as_ref()),
            Some((_, Err(_))) => return Err(undecodable(name)),
            None => None,
        };
        if values.next().is_some() {
            return Err(Oauth2Error::new(
                ErrorCode::InvalidRequest,
                format!("The parameter {name} is given more than once."),
            ));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// Returns the value of a required parameter.
    ///
    /// # Errors
    /// Returns [`ErrorCode::InvalidRequest`] if the parameter is missing, repeated or can't be decoded.
    pub fn require(&self, name: &str) -> Result<&str, Oauth2Error> {
        self.get(name)?.ok_or_else(|| Oauth2Error::missing(name))
    }
}

fn undecodable(name: &str) -> Oauth2Error {
    // The name comes from the client and may be long.
    let short_name: String = name.chars().take(60).collect();
    Oauth2Error::new(
        ErrorCode::InvalidRequest,
        format!("The parameter {short_name} is not percent-encoded UTF-8."),
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
        for omitted in ["empty", "bare", "none"] {
            assert_eq!(parameters.get(omitted), Ok(None));
        }
        assert_eq!(parameters.require("empty").unwrap_err().code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn repeated_parameter_is_rejected() {
        for query in ["code=a&code=a", "code=a&code=", "c%6fde=a&code=b"] {
            let parameters = Parameters::parse(query.as_bytes()).unwrap();
            assert_eq!(
                parameters.get("code").unwrap_err().code,
                ErrorCode::InvalidRequest,
                "{query}"
            );
        }
    }

    #[test]
    fn undecodable_or_too_many_parameters_are_rejected() {
        assert!(Parameters::parse(b"a=%zz").is_err());
        assert!(Parameters::parse(b"a=%ff").is_err());
        assert_eq!(
            Parameters::parse("a=1&".repeat(MAX_PARAMETERS + 1).as_bytes()),
            Err(ParametersError::TooMany)
        );
    }

    #[test]
    fn debug_output_contains_no_values() {
        let parameters = Parameters::parse(b"client_secret=top%20secret&scope=a").unwrap();
        assert_eq!(format!("{parameters:?}"), r#"{"client_secret", "scope"}"#);
    }

    #[test]
    fn one_undecodable_value_leaves_the_others_readable() {
        for (query, broken) in [
            ("state=a%20b&scope=%zz", "scope"),
            ("scope=%ff&state=a+b", "scope"),
            ("state=a+b&x=%E4", "x"),
            ("%zz=1&state=a+b", ""),
        ] {
            let parameters = Parameters::parse_lenient(query.as_bytes()).unwrap();
            assert_eq!(parameters.get("state"), Ok(Some("a b")), "{query}");
            let error = parameters.require_decodable().unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest);
            assert!(
                error.description.contains(&format!("parameter {broken} ")),
                "{query}: {error}"
            );
            if !broken.is_empty() {
                assert!(parameters.get(broken).is_err(), "{query}");
            }
            assert!(Parameters::parse(query.as_bytes()).is_err(), "{query}");
        }
        let decodable = Parameters::parse_lenient(b"state=a&scope=b").unwrap();
        assert_eq!(decodable.require_decodable(), Ok(()));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(parameters) = Parameters::parse(&bytes) {
                let _ = parameters.get("code");
            }
        }
    }
}
