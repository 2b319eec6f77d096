//! The parameters of one request, gathered from its three places (RFC 5849 §3.4.1.3.1 and §3.5).

use std::borrow::Cow;

use crate::oauth1::{
    encoding::{DecodeError, decode_form},
    refusal::Refusal,
};

/// How many parameters a request may have, in all places together.
pub const MAX_PARAMETERS: usize = 200;

/// The prefix that §3.5 keeps for the protocol.
const PREFIX: &str = "oauth_";

/// Where a parameter was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The `Authorization` header, §3.5.1.
    Header,
    /// The form body, §3.5.2.
    Body,
    /// The query, §3.5.3.
    Query,
}

/// A protocol parameter that RFC 5849 defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
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

impl Protocol {
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

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name() == name)
    }
}

/// What is signed of a request's parameters, and the protocol's own among them.
#[derive(Default)]
pub(crate) struct Parameters<'a> {
    /// Decoded names and values that take part in the base string: all but `realm` and `oauth_signature`.
    signed: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    protocol: [Option<Cow<'a, str>>; Protocol::ALL.len()],
    protocol_place: Option<Place>,
    count: usize,
}

impl<'a> Parameters<'a> {
    /// With room for a usual header, so that reading it allocates once.
    pub(crate) fn new() -> Self {
        Self {
            signed: Vec::with_capacity(12),
            ..Self::default()
        }
    }

    /// Adds a decoded parameter, refusing what §3.2 and §3.5 forbid: a protocol parameter twice, or in two places.
    pub(crate) fn add(&mut self, place: Place, name: Cow<'a, str>, value: Cow<'a, str>) -> Result<(), Refusal> {
        self.count += 1;
        if self.count > MAX_PARAMETERS {
            return Err(Refusal::rejected(
                "The request has more than 200 parameters.",
                Vec::new(),
            ));
        }
        if name.starts_with(PREFIX) {
            let known = Protocol::named(&name);
            if *self.protocol_place.get_or_insert(place) != place {
                return Err(Refusal::rejected(
                    "OAuth parameters may stand in the Authorization header, the form body or the query, not in two of them.",
                    names(known),
                ));
            }
            let repeated = match known {
                Some(parameter) => self.protocol[parameter as usize].is_some(),
                None => self.signed.iter().any(|(other, _)| *other == name),
            };
            if repeated {
                return Err(Refusal::rejected(
                    "An OAuth parameter is sent more than once.",
                    names(known),
                ));
            }
            match known {
                Some(Protocol::Signature) => {
                    self.protocol[Protocol::Signature as usize] = Some(value);
                    return Ok(());
                }
                Some(parameter) => self.protocol[parameter as usize] = Some(value.clone()),
                None => {}
            }
        }
        self.signed.push((name, value));
        Ok(())
    }

    /// Adds the parameters of a query or of a form body, by the decoding of §3.4.1.3.1.
    pub(crate) fn add_form(&mut self, place: Place, text: &'a [u8]) -> Result<(), Refusal> {
        for piece in text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
            let (name, value) = match piece.iter().position(|byte| *byte == b'=') {
                Some(equals) => (&piece[..equals], &piece[equals + 1..]),
                None => (piece, &piece[..0]),
            };
            let name = decode_form(name).map_err(|error| undecodable(place, error, None))?;
            let value = decode_form(value).map_err(|error| undecodable(place, error, Protocol::named(&name)))?;
            self.add(place, name, value)?;
        }
        Ok(())
    }

    /// The value of a protocol parameter as it was sent, be it empty.
    pub(crate) fn take(&mut self, parameter: Protocol) -> Option<Cow<'a, str>> {
        self.protocol[parameter as usize].take()
    }

    /// The value of a protocol parameter. An empty one counts as absent: libraries send `oauth_token=""`.
    pub(crate) fn take_filled(&mut self, parameter: Protocol) -> Option<Cow<'a, str>> {
        self.take(parameter).filter(|value| !value.is_empty())
    }

    /// What is left once the protocol parameters are taken: the decoded names and values that the base string covers.
    pub(crate) fn into_signed(self) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        self.signed
    }
}

/// The refusal for a name or a value that cannot be decoded.
pub(crate) fn undecodable(place: Place, error: DecodeError, parameter: Option<Protocol>) -> Refusal {
    let sentence = match (place, error) {
        (Place::Header, DecodeError::BadEscape) => {
            "The Authorization header has a percent sign without two hexadecimal digits after it."
        }
        (Place::Header, DecodeError::NotUtf8) => "The Authorization header is not UTF-8 once decoded.",
        (Place::Body, DecodeError::BadEscape) => {
            "The form body has a percent sign without two hexadecimal digits after it."
        }
        (Place::Body, DecodeError::NotUtf8) => "The form body is not UTF-8 once decoded.",
        (Place::Query, DecodeError::BadEscape) => {
            "The query has a percent sign without two hexadecimal digits after it."
        }
        (Place::Query, DecodeError::NotUtf8) => "The query is not UTF-8 once decoded.",
    };
    Refusal::rejected(sentence, names(parameter))
}

fn names(parameter: Option<Protocol>) -> Vec<&'static str> {
    parameter.map(Protocol::name).into_iter().collect()
}
