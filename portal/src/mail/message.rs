//! Encodes an email as bytes (RFC 5322, MIME).
//!
//! The headers with texts that people typed are encoded here, because `lettre` folds neither long words nor addresses, loses
//! repeated spaces between encoded words, and leaves a subject alone that looks like an encoded word.

use crate::infra::error::{Error, Result};
use crate::mail::content::single_line;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::fields::normalize_whitespace;
use domain::time::Timestamp;
use domain::{email, unicode};
use lettre::address::{Address, Envelope};
use lettre::message::header::{
    ContentTransferEncoding, ContentType, Date, HeaderName, HeaderValue, Headers, MIME_VERSION_1_0,
};
use lettre::message::{MultiPart, SinglePart};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The maximum length of a header line that has an encoded word (RFC 2047 §2), without the line break.
const MAX_LINE: usize = 76;

/// The maximum length of the text in an encoded word, in bytes. The word has 64 characters then, so that the first one fits on
/// a line with the name of its header.
const MAX_ENCODED_WORD_TEXT: usize = 39;

/// The maximum length of a word that is not encoded: it fits on a line with the name of its header.
const MAX_PLAIN_WORD: usize = 66;

/// A sender: an address with a display name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The display name, if any.
    pub name: Option<String>,
    /// The address.
    pub address: String,
}

/// The error for a text that is not a sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a sender, such as Gatehouse <no-reply@example.com>")]
pub struct ParseSenderError(String);

impl Sender {
    fn parse(text: &str) -> Option<Self> {
        let (name, address) = match text.trim().strip_suffix('>') {
            Some(text) => text.rsplit_once('<')?,
            None => ("", text),
        };
        let address = email::parse(address)?;
        // An address that SMTP can't carry is reported when the portal starts, and not with each email.
        smtp_address(&address).ok()?;
        let name = normalize_whitespace(&unquote(name.trim()));
        unicode::check_visible(&name).ok()?;
        Some(Self {
            name: Some(name).filter(|name| !name.is_empty()),
            address,
        })
    }
}

impl FromStr for Sender {
    type Err = ParseSenderError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or_else(|| ParseSenderError(text.to_owned()))
    }
}

/// An email to encode.
pub(crate) struct Message<'a> {
    /// The sender.
    pub sender: &'a Sender,
    /// The display name of the recipient, if known.
    pub recipient_name: Option<&'a str>,
    /// The address of the recipient.
    pub recipient: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// The body as text.
    pub text: &'a str,
    /// The body as HTML.
    pub html: &'a str,
    /// The identifier in the `Message-ID` header, without angle brackets.
    pub message_id: &'a str,
    /// When the email was written.
    pub date: Timestamp,
}

impl Message<'_> {
    /// Returns the addresses for the mail server.
    ///
    /// # Errors
    /// Returns [`Error::Internal`] for an address that SMTP can't carry.
    pub fn envelope(&self) -> Result<Envelope> {
        let (sender, recipient) = (smtp_address(&self.sender.address)?, smtp_address(self.recipient)?);
        Envelope::new(Some(sender), vec![recipient]).map_err(Error::internal)
    }

    /// Returns the bytes of the email: ASCII, except for an address with a local part that isn't. The same email has the same
    /// bytes, so that a second attempt repeats the first.
    ///
    /// # Errors
    /// Returns [`Error::Internal`] for an address that SMTP can't carry, and for a malformed message ID.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let sender = (self.sender.name.as_deref(), smtp_address(&self.sender.address)?);
        let recipient = (self.recipient_name, smtp_address(self.recipient)?);
        let message_id = ascii_message_id(self.message_id)?;
        let mut headers = Headers::new();
        headers.set(Date::new(header_time(self.date)));
        headers.insert_raw(mailbox_header("From", sender));
        headers.insert_raw(mailbox_header("To", recipient));
        headers.insert_raw(text_header("Subject", self.subject));
        headers.insert_raw(encoded_header("Message-ID", format!("<{message_id}>")));
        // Vacation responders don't answer it (RFC 3834 §5).
        headers.insert_raw(encoded_header("Auto-Submitted", "auto-generated".to_owned()));
        headers.set(MIME_VERSION_1_0);
        let mut bytes = headers.to_string().into_bytes();
        bytes.extend(self.alternatives().formatted());
        Ok(bytes)
    }

    /// Returns the two bodies. A mail client shows the last one that it can.
    fn alternatives(&self) -> MultiPart {
        let part = |content_type, body: &str| {
            SinglePart::builder()
                .header(content_type)
                .header(ContentTransferEncoding::QuotedPrintable)
                .body(body.to_owned())
        };
        // Neither body contains `=_`, since quoted-printable encodes every equals sign (RFC 2045 §6.7).
        let id = self.message_id.chars().filter(char::is_ascii_alphanumeric).take(60);
        MultiPart::alternative()
            .boundary("=_".chars().chain(id).collect::<String>())
            .singlepart(part(ContentType::TEXT_PLAIN, self.text))
            .singlepart(part(ContentType::TEXT_HTML, self.html))
    }
}

/// Returns an address for SMTP: with the domain in ASCII (RFC 5891 §4.4), and the local part in quotes if it needs them
/// (RFC 5321 §4.1.2).
fn smtp_address(email: &str) -> Result<Address> {
    let (local, domain) = split_address(email)?;
    let needs_quotes = local.split('.').any(str::is_empty) || local.contains(['[', ']', '\\']);
    let local = if needs_quotes && !local.starts_with('"') {
        quote(local)
    } else {
        local.to_owned()
    };
    Address::new(local, domain).map_err(Error::internal)
}

/// Returns the message ID with its domain in ASCII.
fn ascii_message_id(id: &str) -> Result<String> {
    let (local, domain) = split_address(id)?;
    let id = format!("{local}@{domain}");
    let is_valid = !local.is_empty()
        && !domain.is_empty()
        && id.len() <= 900
        && id
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"<>()\",:;\\".contains(&byte));
    is_valid
        .then_some(id)
        .ok_or_else(|| Error::internal("a message ID is malformed"))
}

/// Splits an address into its local part and its domain in ASCII.
fn split_address(address: &str) -> Result<(&str, String)> {
    let (local, domain) = address
        .rsplit_once('@')
        .ok_or_else(|| Error::internal("an email address or a message ID has no @"))?;
    // An ASCII domain stays as it was typed.
    let domain = if domain.is_ascii() {
        domain.to_owned()
    } else {
        idna::domain_to_ascii(domain).map_err(Error::internal)?
    };
    Ok((local, domain))
}

/// Returns the time for the `Date` header, whose years are 1970 to 9999.
fn header_time(at: Timestamp) -> SystemTime {
    const MAX_SECONDS: u64 = 253_402_300_799;
    let seconds = u64::try_from(at.seconds()).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(seconds.min(MAX_SECONDS))
}

/// Returns a header with an address and its display name, which is a quoted string or encoded words (RFC 2047 §5).
fn mailbox_header(field: &'static str, (name, address): (Option<&str>, Address)) -> HeaderValue {
    let name = name.map(single_line).unwrap_or_default();
    if name.is_empty() {
        return encoded_header(field, address.to_string());
    }
    let quoted = quote(&name);
    let name = if is_plain(&name) && quoted.len() <= MAX_PLAIN_WORD {
        quoted
    } else {
        encode_words(&name)
    };
    let line = match name.rsplit_once("\r\n") {
        Some((_, last)) => last.len(),
        None => field.len() + ": ".len() + name.len(),
    };
    let address = format!("<{address}>");
    let separator = if line + " ".len() + address.len() > MAX_LINE {
        "\r\n "
    } else {
        " "
    };
    encoded_header(field, name + separator + &address)
}

/// Returns a header with a text, as it is or as encoded words.
fn text_header(field: &'static str, text: &str) -> HeaderValue {
    let text = single_line(text);
    let can_fold = text.split(' ').all(|word| (1..=MAX_PLAIN_WORD).contains(&word.len()));
    if is_plain(&text) && can_fold {
        HeaderValue::new(HeaderName::new_from_ascii_str(field), text)
    } else {
        encoded_header(field, encode_words(&text))
    }
}

/// Returns a header with a value that was encoded before: the only place where a line break could enter a header.
fn encoded_header(field: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(field), value.clone(), value)
}

/// Reports whether a text stands for itself in a header: is printable ASCII, and no encoded word.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !text.contains("=?")
}

/// Encodes a text as encoded words (RFC 2047 §2), one per line. Decoders join them without the line breaks.
fn encode_words(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.floor_char_boundary(MAX_ENCODED_WORD_TEXT));
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
        rest = after;
    }
    words.join("\r\n ")
}

/// Returns a text as a quoted string (RFC 5322 §3.2.4).
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns the text of a quoted string, or the text itself if it isn't one.
fn unquote(text: &str) -> String {
    let Some(quoted) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut unquoted = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        unquoted.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    unquoted
}

#[cfg(test)]
#[path = "tests/message.rs"]
mod tests;
