//! Escaping of characters that have a meaning in HTML.

use html_escape::{encode_double_quoted_attribute_to_string, encode_text_to_string};

/// Adds a text.
pub(super) fn write_escaped_text(text: &str, html: &mut String) {
    if may_need_escaping(text) {
        encode_text_to_string(text, html);
    } else {
        html.push_str(text);
    }
}

/// Adds the value of an attribute, without the double quotes around it.
pub(super) fn write_escaped_value(value: &str, html: &mut String) {
    if may_need_escaping(value) {
        encode_double_quoted_attribute_to_string(value, html);
    } else {
        html.push_str(value);
    }
}

/// Returns whether the text has one of the characters, which hardly any text of a page has.
fn may_need_escaping(text: &str) -> bool {
    // Without a branch for each byte, the compiler compares all bytes of a chunk at once.
    let (chunks, rest) = text.as_bytes().as_chunks::<16>();
    let is_special = |byte: &u8| {
        u8::from(*byte == b'&') | u8::from(*byte == b'<') | u8::from(*byte == b'>') | u8::from(*byte == b'"')
    };
    chunks
        .iter()
        .any(|chunk| chunk.iter().fold(0, |found, byte| found | is_special(byte)) != 0)
        || rest.iter().any(|byte| is_special(byte) != 0)
}
