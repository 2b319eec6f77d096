//! Unicode functions of the browser, with its own tables, so that none are sent to it.

use js_sys::{JsString, RegExp};
use std::borrow::Cow;

/// Returns the text in Normalization Form C (UAX #15).
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    normalize(text, "NFC")
}

/// Returns the text in Normalization Form D (UAX #15).
pub(crate) fn nfd(text: &str) -> Cow<'_, str> {
    normalize(text, "NFD")
}

fn normalize<'a>(text: &'a str, form: &str) -> Cow<'a, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(String::from(JsString::from(text).normalize(form)))
}

/// Returns the text in uppercase (Unicode §3.13, `toUppercase`).
pub(crate) fn to_uppercase(text: &str) -> String {
    String::from(JsString::from(text).to_upper_case())
}

/// Returns the text in lowercase (Unicode §3.13, `toLowercase`).
pub(crate) fn to_lowercase(text: &str) -> String {
    String::from(JsString::from(text).to_lower_case())
}

/// Reports whether the character's general category is Mn, Mc or Me.
pub(crate) fn is_combining_mark(c: char) -> bool {
    RegExp::new("\\p{M}", "u").test(c.encode_utf8(&mut [0; 4]))
}
