//! The asset selector of editors in their CMS. Names and values of its options are those of the Compact View component.

mod options;
pub mod preview;
pub mod samples;
mod words;

pub use crate::integration::selector::options::{Options, Resolved, Source, Sources};
pub use crate::integration::selector::words::SelectorStrings;

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! coded_enum {
    ($(#[$doc:meta])* $kind:ident: $($(#[$variant_doc:meta])* $name:ident = $code:literal, $label:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $kind {
            $($(#[$variant_doc])* #[serde(rename = $code)] $name,)*
        }

        impl $kind {
            /// All values, in display order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the code in the API and in files.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the label in the UI.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// Returns the value with this code; case-sensitive.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }
    };
}

coded_enum! {
    /// The language of the asset selector.
    Language:
    /// American English.
    English = "en_US", "English";
    /// Dutch.
    Dutch = "nl_NL", "Dutch";
    /// German.
    German = "de_DE", "German";
    /// French.
    French = "fr_FR", "French";
    /// Spanish.
    Spanish = "es_ES", "Spanish";
}

coded_enum! {
    /// The type of an asset.
    AssetType:
    /// Photos, drawings, logos.
    Image = "image", "Image";
    /// Videos.
    Video = "video", "Video";
    /// Text, tables, slides.
    Document = "document", "Document";
    /// Audio.
    Audio = "audio", "Audio";
}

coded_enum! {
    /// How many assets or files an editor can select.
    SelectionMode:
    /// One file of an asset: the original or a derivative.
    SingleFile = "SingleSelectFile", "Single file";
    /// One asset.
    SingleAsset = "SingleSelect", "Single asset";
    /// Any number of assets.
    Multiple = "MultiSelect", "Multiple assets";
}

coded_enum! {
    /// The kind of DAM that connectors use.
    Dam:
    /// Bynder.
    Bynder = "bynder", "Bynder";
    /// Webdam.
    Webdam = "webdam", "Webdam";
}

/// A set of asset types, iterated in the order of [`AssetType::ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<AssetType>", into = "Vec<AssetType>")]
pub struct AssetTypes(u8);

impl AssetTypes {
    /// Reports whether the set contains `kind`.
    #[must_use]
    pub fn has(self, kind: AssetType) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// Returns the set with `kind` added.
    #[must_use]
    pub fn with(self, kind: AssetType) -> Self {
        Self(self.0 | Self::bit(kind))
    }

    /// Reports whether the set is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Iterates over the types in display order.
    pub fn iter(self) -> impl Iterator<Item = AssetType> {
        AssetType::ALL.iter().copied().filter(move |kind| self.has(*kind))
    }

    /// Parses a list such as `image,video`. Returns `None` if it contains an unknown type.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let codes = text.split(',').map(str::trim).filter(|code| !code.is_empty());
        codes.map(AssetType::from_code).collect()
    }

    fn bit(kind: AssetType) -> u8 {
        1 << (kind as u8)
    }
}

impl fmt::Display for AssetTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, kind) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}", kind.code())?;
        }
        Ok(())
    }
}

impl FromIterator<AssetType> for AssetTypes {
    fn from_iter<I: IntoIterator<Item = AssetType>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::default(), Self::with)
    }
}

impl From<Vec<AssetType>> for AssetTypes {
    fn from(kinds: Vec<AssetType>) -> Self {
        kinds.into_iter().collect()
    }
}

impl From<AssetTypes> for Vec<AssetType> {
    fn from(kinds: AssetTypes) -> Self {
        kinds.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
