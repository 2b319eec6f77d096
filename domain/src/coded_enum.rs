//! Enums whose variants have codes in the database, in files and in the API.

use std::str::FromStr;
use strum::VariantArray;

/// Represents an enum whose codes strum derives (`EnumString`, `IntoStaticStr`, `VariantArray`).
pub trait CodedEnum: VariantArray + FromStr + Into<&'static str> {
    /// All variants, in display order.
    const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the variant's code.
    #[must_use]
    fn code(self) -> &'static str {
        self.into()
    }

    /// Returns the variant with this code; case-sensitive.
    #[must_use]
    fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl<E: VariantArray + FromStr + Into<&'static str>> CodedEnum for E {}
