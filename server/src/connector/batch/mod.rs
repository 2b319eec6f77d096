//! A batch of log records, as it comes over the wire.
//!
//! Each record is read by itself: one that cannot be read is rejected by its index, and the others are taken. A batch that
//! were refused whole would come again, as its client keeps it until it is taken.

mod list;

use crate::http::problem::{Kind, Problem};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use domain::integration::remote_logs::{MAX_BATCH, Sent};
use std::borrow::Cow;

/// The longest reason for a rejection, in characters: it may quote what was sent.
const MAX_REASON: usize = 200;

/// How records stand in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One list.
    List,
    /// One to a line (NDJSON); empty lines are none.
    Lines,
}

/// A record, or why it cannot be read.
pub(crate) type Item = Result<Sent, String>;

/// The format by the media type. A charset may say UTF-8 or ASCII, other parameters do not matter.
///
/// # Errors
/// 415 for any other, and for another charset: JSON is in UTF-8 (RFC 8259 §8.1).
pub(crate) fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = given.unwrap_or_default().split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let format = if essence.eq_ignore_ascii_case("application/json") {
        Format::List
    } else if essence.eq_ignore_ascii_case("application/x-ndjson") {
        Format::Lines
    } else {
        return Err(Problem::new(
            Kind::MediaType,
            "Send application/json or application/x-ndjson.",
        ));
    };
    if parts.filter_map(charset).all(is_utf8) {
        Ok(format)
    } else {
        Err(Problem::new(Kind::MediaType, "Send the records in UTF-8."))
    }
}

/// The value of a parameter if it is the charset.
fn charset(parameter: &str) -> Option<&str> {
    let (name, value) = parameter.split_once('=')?;
    name.trim()
        .eq_ignore_ascii_case("charset")
        .then(|| value.trim().trim_matches('"'))
}

fn is_utf8(charset: &str) -> bool {
    ["utf-8", "utf8", "us-ascii", "ascii"]
        .iter()
        .any(|name| charset.eq_ignore_ascii_case(name))
}

/// Reads the records, and no more than there may be.
///
/// What is no text becomes U+FFFD: bytes that are not UTF-8, and `\ud83d` without its other half, which loggers write
/// that cut a message in the middle of a character.
///
/// # Errors
/// 400 where there are too many, or where the body is no list of records at all.
pub(crate) fn parse(format: Format, body: &[u8]) -> Result<Vec<Item>, Problem> {
    let text = String::from_utf8_lossy(body);
    // RFC 8259 §8.1 lets a reader ignore a byte order mark.
    let text = replace_lone_surrogates(text.strip_prefix('\u{feff}').unwrap_or(&text));
    let items = match format {
        Format::List => list::split(&text).ok_or_else(|| {
            Problem::field(
                "records",
                "Send a list of records: [ before the first and ] after the last.",
            )
        })?,
        Format::Lines => lines(&text),
    };
    if items.len() > MAX_BATCH {
        let sentence = format!("Send at most {MAX_BATCH} records at a time.");
        return Err(Problem::field("records", sentence));
    }
    Ok(items)
}

fn lines(text: &str) -> Vec<Item> {
    let lines = text.split('\n').map(str::trim_ascii).filter(|line| !line.is_empty());
    lines
        .take(MAX_BATCH + 1)
        .map(|line| serde_json::from_str(line).map_err(|error| reason(&error)))
        .collect()
}

/// A sentence about a record that cannot be read.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let mut message: String = text.chars().take(MAX_REASON).collect();
    if message.len() < text.len() {
        message.push('…');
    }
    format!("The record cannot be read: {message}.")
}

/// Writes `\ufffd` in the place of each escaped surrogate that has no other half.
fn replace_lone_surrogates(json: &str) -> Cow<'_, str> {
    const REPLACEMENT: &[u8] = b"\\ufffd";
    let bytes = json.as_bytes();
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(next) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'\\'))
    {
        at += next;
        at += match escaped_unit(bytes, at) {
            Some(0xD800..=0xDBFF) if matches!(escaped_unit(bytes, at + 6), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                // As long as what it replaces.
                out.get_or_insert_with(|| bytes.to_vec())[at..at + 6].copy_from_slice(REPLACEMENT);
                6
            }
            // The character after a backslash is no beginning of an escape, be it a backslash itself.
            _ => 2,
        };
    }
    match out.map(String::from_utf8) {
        Some(Ok(replaced)) => Cow::Owned(replaced),
        _ => Cow::Borrowed(json),
    }
}

/// The UTF-16 unit of an escape `\uXXXX` that begins at `at`.
fn escaped_unit(bytes: &[u8], at: usize) -> Option<u16> {
    let [b'\\', b'u', digits @ ..] = bytes.get(at..at.checked_add(6)?)? else {
        return None;
    };
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests;
