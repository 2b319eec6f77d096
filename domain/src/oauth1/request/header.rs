//! The `Authorization` header (RFC 5849 §3.5.1).

use crate::oauth1::{
    error::Oauth1Error,
    request::parameters::{ParameterLocation, Parameters, ProtocolParameter, decode_error},
    signature::encoding::decode,
};

/// The maximum length of the header's credentials, in bytes.
pub const MAX_HEADER_BYTES: usize = 8 * 1024;

/// Returns the text after the scheme, if the scheme is `OAuth` (not case-sensitive).
pub(crate) fn credentials(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.trim_ascii_start().split_at_checked(5)?;
    let is_separated = rest.first().is_none_or(|byte| is_space(*byte));
    (scheme.eq_ignore_ascii_case(b"OAuth") && is_separated).then_some(rest)
}

/// Parses `name="value"` pairs separated by commas. White space around them, and empty list elements (RFC 9110 §5.6.1) such
/// as a trailing comma, are accepted, since real clients send them.
pub(crate) fn read<'a>(credentials: &'a [u8], parameters: &mut Parameters<'a>) -> Result<(), Oauth1Error> {
    if credentials.len() > MAX_HEADER_BYTES {
        return Err(Oauth1Error::rejected_parameters(
            "The Authorization header is longer than 8 KiB.",
            Vec::new(),
        ));
    }
    let mut reader = Reader { rest: credentials };
    let mut has_realm = false;
    loop {
        reader.skip(|byte| is_space(byte) || byte == b',');
        if reader.rest.is_empty() {
            return Ok(());
        }
        let name = reader.read_name()?;
        if name.eq_ignore_ascii_case(b"realm") {
            // The realm is neither percent-encoded nor signed, so it is skipped.
            reader.skip_realm()?;
            if std::mem::replace(&mut has_realm, true) {
                return Err(malformed("The Authorization header has more than one realm."));
            }
        } else {
            let value = reader.read_value()?;
            let name = decode(name).map_err(|error| decode_error(ParameterLocation::Header, error, None))?;
            let value = decode(value)
                .map_err(|error| decode_error(ParameterLocation::Header, error, ProtocolParameter::from_name(&name)))?;
            parameters.add(ParameterLocation::Header, name, value)?;
        }
        reader.skip(is_space);
        if !matches!(reader.rest.first(), None | Some(b',')) {
            return Err(malformed(
                "The parameters of the Authorization header must be separated by commas.",
            ));
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn skip(&mut self, unwanted: impl Fn(u8) -> bool) {
        self.take_while(unwanted);
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = self
            .rest
            .iter()
            .position(|byte| !wanted(*byte))
            .unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn expect(&mut self, wanted: u8, message: &'static str) -> Result<(), Oauth1Error> {
        match self.rest.split_first() {
            Some((first, rest)) if *first == wanted => {
                self.rest = rest;
                Ok(())
            }
            _ => Err(malformed(message)),
        }
    }

    /// Parses a name and the start of its value: `name="`.
    fn read_name(&mut self) -> Result<&'a [u8], Oauth1Error> {
        let name = self.take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'=' | b',' | b'"' | b'\\'));
        if name.is_empty() {
            return Err(malformed("The Authorization header has a parameter without a name."));
        }
        self.skip(is_space);
        self.expect(b'=', "The Authorization header has a parameter without a value.")?;
        self.skip(is_space);
        self.expect(b'"', "The values of the Authorization header must be in double quotes.")?;
        Ok(name)
    }

    /// Parses a percent-encoded value up to its closing quote. Unencoded reserved characters are accepted; white space,
    /// backslashes and non-ASCII characters must be encoded.
    fn read_value(&mut self) -> Result<&'a [u8], Oauth1Error> {
        let value = self.take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        self.expect(
            b'"',
            "The Authorization header has a value that is not percent-encoded or has no closing quote.",
        )?;
        Ok(value)
    }

    /// Skips the realm, a quoted string of RFC 9110 §5.6.4, in which a backslash escapes the next character.
    fn skip_realm(&mut self) -> Result<(), Oauth1Error> {
        loop {
            self.skip(|byte| !matches!(byte, b'"' | b'\\'));
            match self.rest {
                [b'\\', _, rest @ ..] => self.rest = rest,
                _ => return self.expect(b'"', "The realm of the Authorization header has no closing quote."),
            }
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn malformed(message: &'static str) -> Oauth1Error {
    Oauth1Error::rejected_parameters(message, Vec::new())
}
