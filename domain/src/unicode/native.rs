//! Unicode functions of the server, with the tables of ICU4X.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use std::borrow::Cow;

/// Returns the text in Normalization Form C (UAX #15).
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Returns the text in Normalization Form D (UAX #15).
pub(crate) fn nfd(text: &str) -> Cow<'_, str> {
    DecomposingNormalizerBorrowed::new_nfd().normalize(text)
}

/// Returns the text in uppercase (Unicode §3.13, `toUppercase`).
pub(crate) fn to_uppercase(text: &str) -> String {
    text.to_uppercase()
}

/// Returns the text in lowercase (Unicode §3.13, `toLowercase`).
pub(crate) fn to_lowercase(text: &str) -> String {
    text.to_lowercase()
}

/// Reports whether the character's general category is Mn, Mc or Me.
pub(crate) fn is_combining_mark(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    GeneralCategoryGroup::Mark.contains(category)
}
