//! The asset selector of editors in their CMS. Names and values of its options are those of the Compact View component.

mod options;
pub mod preview;
pub mod samples;
mod strings;

use crate::coded_enum::CodedEnum;
pub use crate::integration::selector::options::{Options, Resolved, Source, Sources};
pub use crate::integration::selector::strings::SelectorStrings;

use crate::enum_set::EnumSet;
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The language of the asset selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
pub enum Language {
    /// American English.
    #[serde(rename = "en_US")]
    #[strum(serialize = "en_US")]
    English,
    /// Dutch.
    #[serde(rename = "nl_NL")]
    #[strum(serialize = "nl_NL")]
    Dutch,
    /// German.
    #[serde(rename = "de_DE")]
    #[strum(serialize = "de_DE")]
    German,
    /// French.
    #[serde(rename = "fr_FR")]
    #[strum(serialize = "fr_FR")]
    French,
    /// Spanish.
    #[serde(rename = "es_ES")]
    #[strum(serialize = "es_ES")]
    Spanish,
}

impl Language {
    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Dutch => "Dutch",
            Self::German => "German",
            Self::French => "French",
            Self::Spanish => "Spanish",
        }
    }
}

/// The type of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum AssetType {
    /// Photos, drawings, logos.
    Image,
    /// Videos.
    Video,
    /// Text, tables, slides.
    Document,
    /// Audio.
    Audio,
}

impl AssetType {
    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Image => "Image",
            Self::Video => "Video",
            Self::Document => "Document",
            Self::Audio => "Audio",
        }
    }
}

/// How many assets or files an editor can select.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
pub enum SelectionMode {
    /// One file of an asset: the original or a derivative.
    #[serde(rename = "SingleSelectFile")]
    #[strum(serialize = "SingleSelectFile")]
    SingleFile,
    /// One asset.
    #[serde(rename = "SingleSelect")]
    #[strum(serialize = "SingleSelect")]
    SingleAsset,
    /// Any number of assets.
    #[serde(rename = "MultiSelect")]
    #[strum(serialize = "MultiSelect")]
    Multiple,
}

impl SelectionMode {
    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::SingleFile => "Single file",
            Self::SingleAsset => "Single asset",
            Self::Multiple => "Multiple assets",
        }
    }
}

/// The kind of DAM that connectors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Dam {
    /// Bynder.
    Bynder,
    /// Webdam.
    Webdam,
}

impl Dam {
    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Bynder => "Bynder",
            Self::Webdam => "Webdam",
        }
    }
}

/// A set of asset types. Its text form is a comma-separated list in the order of [`CodedEnum::ALL`].
pub type AssetTypes = EnumSet<AssetType>;

impl AssetTypes {
    /// Parses a list such as `image,video`. Returns `None` if it contains an unknown type.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let codes = text.split(',').map(str::trim).filter(|code| !code.is_empty());
        codes.map(AssetType::from_code).collect()
    }
}

impl fmt::Display for AssetTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes are stored, and the enums' orders are those of the UI.
    #[test]
    fn codes_and_their_order_are_stable() {
        fn check<E: Copy + Serialize>(all: &[E], code: impl Fn(E) -> &'static str, codes: &[&str]) {
            assert!(
                all.iter().map(|value| code(*value)).eq(codes.iter().copied()),
                "{codes:?}"
            );
            let serialized = serde_json::to_value(all).unwrap();
            assert_eq!(serialized, serde_json::json!(codes));
        }
        check(
            Language::ALL,
            Language::code,
            &["en_US", "nl_NL", "de_DE", "fr_FR", "es_ES"],
        );
        check(
            AssetType::ALL,
            AssetType::code,
            &["image", "video", "document", "audio"],
        );
        check(
            SelectionMode::ALL,
            SelectionMode::code,
            &["SingleSelectFile", "SingleSelect", "MultiSelect"],
        );
        check(Dam::ALL, Dam::code, &["bynder", "webdam"]);
    }

    #[test]
    fn code_maps_back_to_its_value() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(*language));
        }
        assert_eq!(Language::from_code("en_us"), None);
        assert_eq!(SelectionMode::from_code("MultiSelect"), Some(SelectionMode::Multiple));
    }

    #[test]
    fn asset_types_print_in_canonical_order() {
        let types = AssetTypes::parse(" video, image,video").unwrap();
        assert_eq!(types.to_string(), "image,video");
        assert_eq!(AssetTypes::parse("image,gif"), None);
        assert!(AssetTypes::parse("").unwrap().is_empty());
    }
}
