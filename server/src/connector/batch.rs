//! A batch of log records, as it comes over the wire.

use crate::problem::{Kind, Problem};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use domain::fields::FieldErrors;
use domain::remote_logs::{MAX_BATCH, Sent};
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};
use std::fmt;

/// The longest complaint, in characters: it may quote what was sent.
const MAX_MESSAGE: usize = 200;

/// How records stand in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One list.
    List,
    /// One to a line (NDJSON); empty lines are none.
    Lines,
}

/// The records, not yet looked at.
#[derive(Debug)]
pub(super) struct Batch(pub Vec<Sent>);

/// The format by the media type; parameters do not matter.
///
/// # Errors
/// 415 for any other.
pub(super) fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(Format::List)
    } else if essence.eq_ignore_ascii_case("application/x-ndjson") {
        Ok(Format::Lines)
    } else {
        Err(Problem::new(
            Kind::MediaType,
            "Send application/json or application/x-ndjson.",
        ))
    }
}

/// Reads the records, and no more than there may be.
///
/// # Errors
/// 400 which names the first record that cannot be read, or says that there are too many.
pub(super) fn parse(format: Format, body: &[u8]) -> Result<Batch, Problem> {
    let mut records = Vec::new();
    let outcome = match format {
        Format::List => {
            let mut reader = serde_json::Deserializer::from_slice(body);
            let list = List(&mut records).deserialize(&mut reader);
            list.and_then(|()| reader.end())
        }
        Format::Lines => lines(body, &mut records),
    };
    if records.len() > MAX_BATCH {
        let sentence = format!("Send at most {MAX_BATCH} records at a time.");
        return Err(Problem::field("records", sentence));
    }
    match outcome {
        Ok(()) => Ok(Batch(records)),
        Err(error) => Err(complaint(records.len(), &error)),
    }
}

fn lines(body: &[u8], records: &mut Vec<Sent>) -> serde_json::Result<()> {
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        records.push(serde_json::from_slice(line)?);
        if records.len() > MAX_BATCH {
            return Err(serde_json::Error::custom("too many records"));
        }
    }
    Ok(())
}

/// The record is the one after those that were read.
fn complaint(index: usize, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let mut message: String = text.chars().take(MAX_MESSAGE).collect();
    if message.len() < text.len() {
        message.push('…');
    }
    let place = format!("[{index}]");
    FieldErrors::one(&place, format!("The record cannot be read: {message}.")).into()
}

/// A list whose records are kept one by one, so that the one that fails can be named.
struct List<'a>(&'a mut Vec<Sent>);

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(record) = list.next_element()? {
            self.0.push(record);
            if self.0.len() > MAX_BATCH {
                return Err(A::Error::custom("too many records"));
            }
        }
        Ok(())
    }
}
