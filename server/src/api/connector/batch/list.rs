//! Parsing of a JSON array element by element, so that one invalid record does not affect the others.

use crate::api::connector::batch::{ParsedRecord, rejection_reason};
use domain::integration::remote_logs::{MAX_BATCH_RECORDS, SubmittedLog};

/// The maximum number of positions that are tried after unterminated records. Each attempt may read the rest of the
/// body.
const MAX_RESUME_ATTEMPTS: usize = 20;

/// Parses the records of an array; returns `None` if the text does not begin with a bracket. Parsing stops after one
/// record more than a batch may contain.
///
/// An invalid record ends where its brackets and quotes are balanced. If they never are, parsing continues at the next
/// comma that is followed by a complete record.
pub(crate) fn parse(text: &str) -> Option<Vec<ParsedRecord>> {
    let mut rest = text.trim_ascii_start().strip_prefix('[')?.trim_ascii_start();
    let mut items = Vec::new();
    let mut attempts_left = MAX_RESUME_ATTEMPTS;
    if let Some(after) = rest.strip_prefix(']')
        && after.trim_ascii().is_empty()
    {
        return Some(items);
    }
    while items.len() <= MAX_BATCH_RECORDS {
        let (item, after) = match read_record(rest) {
            Ok((record, after)) => (Ok(record), Some(after)),
            Err(error) => (
                Err(error),
                find_element_end(rest).or_else(|| find_next_record(rest, &mut attempts_left)),
            ),
        };
        items.push(item);
        let Some(after) = after else {
            return Some(items);
        };
        match after.strip_prefix(',') {
            Some(next) => rest = next.trim_ascii_start(),
            None => {
                let trailing = after.strip_prefix(']').unwrap_or(after).trim_ascii();
                if !trailing.is_empty() {
                    items.push(Err("Unexpected characters after the end of the array.".to_owned()));
                }
                return Some(items);
            }
        }
    }
    Some(items)
}

/// Parses the record at the start of `text`. Returns it with the remaining text from the comma or bracket on, which is
/// empty if the array is truncated.
fn read_record(text: &str) -> Result<(SubmittedLog, &str), String> {
    let mut records = serde_json::Deserializer::from_str(text).into_iter::<SubmittedLog>();
    let record = match records.next() {
        Some(Ok(record)) => record,
        Some(Err(error)) => return Err(rejection_reason(&error)),
        None => return Err("The array is not terminated.".to_owned()),
    };
    let after = text[records.byte_offset()..].trim_ascii_start();
    if after.is_empty() || after.starts_with([',', ']']) {
        Ok((record, after))
    } else {
        Err("Expected a comma or the end of the array after the record.".to_owned())
    }
}

/// Finds the comma or bracket after an element whose brackets and quotes are balanced.
fn find_element_end(text: &str) -> Option<&str> {
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

/// Finds the next comma that is followed by a complete record, after an unterminated record.
fn find_next_record<'a>(text: &'a str, attempts_left: &mut usize) -> Option<&'a str> {
    let commas = text.match_indices(',').map(|(at, _)| &text[at..]);
    let mut candidates = commas.filter(|after| after[1..].trim_ascii_start().starts_with('{'));
    while let Some(after) = candidates.next().filter(|_| *attempts_left > 0) {
        *attempts_left -= 1;
        if read_record(after[1..].trim_ascii_start()).is_ok() {
            return Some(after);
        }
    }
    None
}
