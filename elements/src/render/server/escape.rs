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

/// Hardly any text of a page needs it. Without a branch for each byte, the compiler compares several bytes at once.
fn may_need_escaping(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| {
        found | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"')
    })
}
