//! Parsing of batches of log records.
//!
//! Each record is parsed separately: an invalid record is rejected by its index and the others are accepted. If the
//! whole batch were rejected, its client would keep it and send it again.

mod list;

use crate::http::problem::{Kind, Problem};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use domain::integration::remote_logs::{MAX_BATCH_RECORDS, SubmittedLog};
use std::borrow::Cow;

/// The maximum length of a rejection reason in characters. A reason may quote input.
const MAX_REASON_CHARS: usize = 200;

/// Describes how records are encoded in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A JSON array.
    Array,
    /// NDJSON: one record per line. Empty lines are ignored.
    Lines,
}

/// A record, or the reason why it is invalid.
pub(crate) type ParsedRecord = Result<SubmittedLog, String>;

/// Determines the format from the media type. The charset parameter may be UTF-8 or ASCII; other parameters are
/// ignored.
///
/// # Errors
/// Returns 415 for any other media type or charset. JSON is UTF-8 (RFC 8259 §8.1).
pub(crate) fn parse_format(headers: &HeaderMap) -> Result<Format, Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let format = if essence.eq_ignore_ascii_case("application/json") {
        Format::Array
    } else if essence.eq_ignore_ascii_case("application/x-ndjson") {
        Format::Lines
    } else {
        return Err(Problem::new(
            Kind::UnsupportedMediaType,
            "Set Content-Type to application/json or application/x-ndjson.",
        ));
    };
    if parts.filter_map(charset).all(is_utf8) {
        Ok(format)
    } else {
        Err(Problem::new(Kind::UnsupportedMediaType, "Encode the records as UTF-8."))
    }
}

/// Returns the value of a `charset` parameter.
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

/// Parses the records of a body.
///
/// Invalid text is replaced with U+FFFD: bytes that are not UTF-8, and unpaired surrogates such as `\ud83d`, which
/// loggers write if they truncate a message in the middle of a character.
///
/// # Errors
/// Returns 400 if there are too many records or the body is not an array of records.
pub(crate) fn parse(format: Format, body: &[u8]) -> Result<Vec<ParsedRecord>, Problem> {
    let text = String::from_utf8_lossy(body);
    // RFC 8259 §8.1 lets a reader ignore a byte order mark.
    let text = replace_lone_surrogates(text.strip_prefix('\u{feff}').unwrap_or(&text));
    let items = match format {
        Format::Array => list::parse(&text)
            .ok_or_else(|| Problem::invalid_field("records", "Must be a JSON array of log records."))?,
        Format::Lines => parse_lines(&text),
    };
    if items.len() > MAX_BATCH_RECORDS {
        let detail = format!("A batch can contain at most {MAX_BATCH_RECORDS} records.");
        return Err(Problem::invalid_field("records", detail));
    }
    Ok(items)
}

fn parse_lines(text: &str) -> Vec<ParsedRecord> {
    let lines = text.split('\n').map(str::trim_ascii).filter(|line| !line.is_empty());
    lines
        .take(MAX_BATCH_RECORDS + 1)
        .map(|line| serde_json::from_str(line).map_err(|error| rejection_reason(&error)))
        .collect()
}

/// Returns the reason for the rejection of a record that can't be parsed.
fn rejection_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let mut message: String = text.chars().take(MAX_REASON_CHARS).collect();
    if message.len() < text.len() {
        message.push('…');
    }
    format!("Couldn't parse the record: {message}.")
}

/// Replaces each escaped unpaired surrogate with `\ufffd`.
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
                // The replacement has the same length.
                out.get_or_insert_with(|| bytes.to_vec())[at..at + 6].copy_from_slice(REPLACEMENT);
                6
            }
            // Skips the character after the backslash, which may be a backslash too.
            _ => 2,
        };
    }
    match out.map(String::from_utf8) {
        Some(Ok(replaced)) => Cow::Owned(replaced),
        _ => Cow::Borrowed(json),
    }
}

/// Returns the UTF-16 code unit of the escape `\uXXXX` at `at`.
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
