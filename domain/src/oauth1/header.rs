//! The `Authorization` header (RFC 5849 §3.5.1).

use crate::oauth1::{
    encoding::decode,
    parameters::{Parameters, Place, Protocol, undecodable},
    refusal::Refusal,
};

/// How many bytes of credentials the header may carry.
pub const MAX_HEADER: usize = 8 * 1024;

/// What follows the scheme, if the scheme is `OAuth` in any case.
pub(crate) fn credentials(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.trim_ascii_start().split_at_checked(5)?;
    let separated = rest.first().is_none_or(|byte| is_space(*byte));
    (scheme.eq_ignore_ascii_case(b"OAuth") && separated).then_some(rest)
}

/// Reads `name="value"` pairs, separated by commas. Real clients pad them with blanks and leave a comma at the end, and
/// RFC 9110 §5.6.1 has a reader accept empty elements of a list; nothing else is forgiven.
pub(crate) fn read<'a>(credentials: &'a [u8], parameters: &mut Parameters<'a>) -> Result<(), Refusal> {
    if credentials.len() > MAX_HEADER {
        return Err(Refusal::rejected(
            "The Authorization header is longer than 8 KiB.",
            Vec::new(),
        ));
    }
    let mut reader = Reader { rest: credentials };
    let mut realm_seen = false;
    loop {
        reader.skip(|byte| is_space(byte) || byte == b',');
        if reader.rest.is_empty() {
            return Ok(());
        }
        let name = reader.name()?;
        if name.eq_ignore_ascii_case(b"realm") {
            // Not percent-encoded and not signed; it is only stepped over.
            reader.realm()?;
            if std::mem::replace(&mut realm_seen, true) {
                return Err(malformed("The Authorization header has more than one realm."));
            }
        } else {
            let value = reader.value()?;
            let name = decode(name).map_err(|error| undecodable(Place::Header, error, None))?;
            let value = decode(value).map_err(|error| undecodable(Place::Header, error, Protocol::named(&name)))?;
            parameters.add(Place::Header, name, value)?;
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

    fn expect(&mut self, wanted: u8, sentence: &'static str) -> Result<(), Refusal> {
        match self.rest.split_first() {
            Some((first, rest)) if *first == wanted => {
                self.rest = rest;
                Ok(())
            }
            _ => Err(malformed(sentence)),
        }
    }

    /// A name and the opening of its value: `name="`.
    fn name(&mut self) -> Result<&'a [u8], Refusal> {
        let name = self.take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'=' | b',' | b'"' | b'\\'));
        if name.is_empty() {
            return Err(malformed("The Authorization header has a parameter without a name."));
        }
        self.skip(is_space);
        self.expect(b'=', "The Authorization header has a parameter without a value.")?;
        self.skip(is_space);
        self.expect(
            b'"',
            "The values of the Authorization header must stand in double quotes.",
        )?;
        Ok(name)
    }

    /// A percent-encoded value up to its closing quote. Reserved characters that a client left as they are stand for
    /// themselves; blanks, backslashes and anything that is not ASCII have to be encoded.
    fn value(&mut self) -> Result<&'a [u8], Refusal> {
        let value = self.take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        self.expect(
            b'"',
            "The Authorization header has a value that is not percent-encoded or lacks its closing quote.",
        )?;
        Ok(value)
    }

    /// The realm is a quoted string of RFC 9110 §5.6.4, where a backslash takes the next character as it is.
    fn realm(&mut self) -> Result<(), Refusal> {
        loop {
            self.skip(|byte| !matches!(byte, b'"' | b'\\'));
            match self.rest {
                [b'\\', _, rest @ ..] => self.rest = rest,
                _ => return self.expect(b'"', "The realm of the Authorization header lacks its closing quote."),
            }
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn malformed(sentence: &'static str) -> Refusal {
    Refusal::rejected(sentence, Vec::new())
}
