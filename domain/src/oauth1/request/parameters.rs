//! The parameters of a request, collected from header, body and query (RFC 5849 §3.4.1.3.1 and §3.5).

use std::borrow::Cow;

use crate::oauth1::{
    error::Oauth1Error,
    signature::encoding::{DecodeError, decode_form},
};

/// The maximum number of parameters of a request, in all locations together.
pub const MAX_PARAMETERS: usize = 200;

/// The prefix that §3.5 reserves for protocol parameters.
const PROTOCOL_PREFIX: &str = "oauth_";

/// The part of a request that contains a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParameterLocation {
    /// The `Authorization` header, §3.5.1.
    Header,
    /// The form body, §3.5.2.
    Body,
    /// The query, §3.5.3.
    Query,
}

/// A protocol parameter that RFC 5849 defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProtocolParameter {
    ConsumerKey,
    Token,
    SignatureMethod,
    Signature,
    Timestamp,
    Nonce,
    Version,
    Callback,
    Verifier,
}

impl ProtocolParameter {
    const ALL: [Self; 9] = [
        Self::ConsumerKey,
        Self::Token,
        Self::SignatureMethod,
        Self::Signature,
        Self::Timestamp,
        Self::Nonce,
        Self::Version,
        Self::Callback,
        Self::Verifier,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ConsumerKey => "oauth_consumer_key",
            Self::Token => "oauth_token",
            Self::SignatureMethod => "oauth_signature_method",
            Self::Signature => "oauth_signature",
            Self::Timestamp => "oauth_timestamp",
            Self::Nonce => "oauth_nonce",
            Self::Version => "oauth_version",
            Self::Callback => "oauth_callback",
            Self::Verifier => "oauth_verifier",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name() == name)
    }
}

/// Collects the signed parameters of a request, with the protocol parameters by name.
#[derive(Default)]
pub(crate) struct Parameters<'a> {
    /// The decoded names and values of the base string: all except `realm` and `oauth_signature`.
    signed: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    protocol: [Option<Cow<'a, str>>; ProtocolParameter::ALL.len()],
    protocol_location: Option<ParameterLocation>,
    count: usize,
}

impl<'a> Parameters<'a> {
    /// Creates an empty collection with capacity for a typical header.
    pub(crate) fn new() -> Self {
        Self {
            signed: Vec::with_capacity(12),
            ..Self::default()
        }
    }

    /// Adds a decoded parameter.
    ///
    /// # Errors
    /// Rejects what §3.2 and §3.5 forbid: a repeated protocol parameter, and protocol parameters in two locations.
    pub(crate) fn add(
        &mut self,
        location: ParameterLocation,
        name: Cow<'a, str>,
        value: Cow<'a, str>,
    ) -> Result<(), Oauth1Error> {
        self.count += 1;
        if self.count > MAX_PARAMETERS {
            return Err(Oauth1Error::rejected_parameters(
                "The request has more than 200 parameters.",
                Vec::new(),
            ));
        }
        if name.starts_with(PROTOCOL_PREFIX) {
            let known = ProtocolParameter::from_name(&name);
            if *self.protocol_location.get_or_insert(location) != location {
                return Err(Oauth1Error::rejected_parameters(
                    "OAuth parameters must all be in the Authorization header, in the form body or in the query.",
                    names(known),
                ));
            }
            let repeated = match known {
                Some(parameter) => self.protocol[parameter as usize].is_some(),
                None => self.signed.iter().any(|(other, _)| *other == name),
            };
            if repeated {
                return Err(Oauth1Error::rejected_parameters(
                    "An OAuth parameter is sent more than once.",
                    names(known),
                ));
            }
            match known {
                Some(ProtocolParameter::Signature) => {
                    self.protocol[ProtocolParameter::Signature as usize] = Some(value);
                    return Ok(());
                }
                Some(parameter) => self.protocol[parameter as usize] = Some(value.clone()),
                None => {}
            }
        }
        self.signed.push((name, value));
        Ok(())
    }

    /// Decodes and adds the parameters of a query or a form body (§3.4.1.3.1).
    pub(crate) fn add_form(&mut self, location: ParameterLocation, text: &'a [u8]) -> Result<(), Oauth1Error> {
        for piece in text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
            let (name, value) = match piece.iter().position(|byte| *byte == b'=') {
                Some(equals) => (&piece[..equals], &piece[equals + 1..]),
                None => (piece, &piece[..0]),
            };
            let name = decode_form(name).map_err(|error| decode_error(location, error, None))?;
            let value = decode_form(value)
                .map_err(|error| decode_error(location, error, ProtocolParameter::from_name(&name)))?;
            self.add(location, name, value)?;
        }
        Ok(())
    }

    /// Takes the value of a protocol parameter, which may be empty.
    pub(crate) fn take(&mut self, parameter: ProtocolParameter) -> Option<Cow<'a, str>> {
        self.protocol[parameter as usize].take()
    }

    /// Takes the value of a protocol parameter. An empty value is treated as absent, since libraries send `oauth_token=""`.
    pub(crate) fn take_non_empty(&mut self, parameter: ProtocolParameter) -> Option<Cow<'a, str>> {
        self.take(parameter).filter(|value| !value.is_empty())
    }

    /// Returns the decoded names and values of the base string.
    pub(crate) fn into_signed(self) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        self.signed
    }
}

/// Returns the error for a name or a value that can't be decoded.
pub(crate) fn decode_error(
    location: ParameterLocation,
    error: DecodeError,
    parameter: Option<ProtocolParameter>,
) -> Oauth1Error {
    let message = match (location, error) {
        (ParameterLocation::Header, DecodeError::BadEscape) => {
            "The Authorization header has a percent sign without two hexadecimal digits after it."
        }
        (ParameterLocation::Header, DecodeError::NotUtf8) => "The decoded Authorization header is not UTF-8.",
        (ParameterLocation::Body, DecodeError::BadEscape) => {
            "The form body has a percent sign without two hexadecimal digits after it."
        }
        (ParameterLocation::Body, DecodeError::NotUtf8) => "The decoded form body is not UTF-8.",
        (ParameterLocation::Query, DecodeError::BadEscape) => {
            "The query has a percent sign without two hexadecimal digits after it."
        }
        (ParameterLocation::Query, DecodeError::NotUtf8) => "The decoded query is not UTF-8.",
    };
    Oauth1Error::rejected_parameters(message, names(parameter))
}

fn names(parameter: Option<ProtocolParameter>) -> Vec<&'static str> {
    parameter.map(ProtocolParameter::name).into_iter().collect()
}
