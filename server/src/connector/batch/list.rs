//! A JSON list whose elements are read one by one, each whatever the others are.

use crate::connector::batch::{Item, reason};
use domain::integration::remote_logs::{MAX_BATCH, Sent};

/// How many places of a body are tried after records that have no end: each try may read the rest of it.
const MAX_TRIES: usize = 20;

/// The records of a list; `None` where the text does not begin like one. There may be one more than a batch may have.
///
/// A record that cannot be read ends where its brackets and quotes close. One in which they do not is followed by the
/// next place where a whole record stands.
pub(crate) fn split(text: &str) -> Option<Vec<Item>> {
    let mut rest = text.trim_ascii_start().strip_prefix('[')?.trim_ascii_start();
    let mut items = Vec::new();
    let mut tries = MAX_TRIES;
    if let Some(after) = rest.strip_prefix(']')
        && after.trim_ascii().is_empty()
    {
        return Some(items);
    }
    while items.len() <= MAX_BATCH {
        let (item, after) = match read_record(rest) {
            Ok((record, after)) => (Ok(record), Some(after)),
            Err(error) => (
                Err(error),
                find_end(rest).or_else(|| find_next_record(rest, &mut tries)),
            ),
        };
        items.push(item);
        let Some(after) = after else {
            return Some(items);
        };
        match after.strip_prefix(',') {
            Some(next) => rest = next.trim_ascii_start(),
            None => {
                let beyond = after.strip_prefix(']').unwrap_or(after).trim_ascii();
                if !beyond.is_empty() {
                    items.push(Err("This stands after the end of the list.".to_owned()));
                }
                return Some(items);
            }
        }
    }
    Some(items)
}

/// Reads the record that `text` begins with; gives what follows, from the comma or the bracket on. A list that breaks off
/// has neither.
fn read_record(text: &str) -> Result<(Sent, &str), String> {
    let mut records = serde_json::Deserializer::from_str(text).into_iter::<Sent>();
    let record = match records.next() {
        Some(Ok(record)) => record,
        Some(Err(error)) => return Err(reason(&error)),
        None => return Err("The list has no end.".to_owned()),
    };
    let after = text[records.byte_offset()..].trim_ascii_start();
    if after.is_empty() || after.starts_with([',', ']']) {
        Ok((record, after))
    } else {
        Err("The record is not followed by a comma or the end of the list.".to_owned())
    }
}

/// The comma or the bracket after an element whose own brackets and quotes close.
fn find_end(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if in_string => {
                bytes.next();
            }
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b',' | b']' if depth == 0 => return Some(&text[at..]),
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The next comma behind which a whole record stands, after one that has no end.
fn find_next_record<'a>(text: &'a str, tries: &mut usize) -> Option<&'a str> {
    let commas = text.match_indices(',').map(|(at, _)| &text[at..]);
    let mut candidates = commas.filter(|after| after[1..].trim_ascii_start().starts_with('{'));
    while let Some(after) = candidates.next().filter(|_| *tries > 0) {
        *tries -= 1;
        if read_record(after[1..].trim_ascii_start()).is_ok() {
            return Some(after);
        }
    }
    None
}
