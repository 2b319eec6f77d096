//! The asset selector, as editors meet it in their CMS: the words of its options, by the names and values that the
//! Compact View component takes.

mod options;
pub mod preview;
pub mod samples;
mod words;

pub use crate::integration::selector::options::{Options, Resolved, Source, Sources};
pub use crate::integration::selector::words::Words;

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $kind:ident: $($(#[$variant_doc:meta])* $name:ident = $code:literal, $label:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $kind {
            $($(#[$variant_doc])* #[serde(rename = $code)] $name,)*
        }

        impl $kind {
            /// All there are, in the order in which people read them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word for it on the wire and in files.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The words for it on a page.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// The one that `code` names; case counts.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.code() == code)
            }
        }
    };
}

words! {
    /// The language in which the asset selector speaks.
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

words! {
    /// What kind of file an asset is.
    AssetType:
    /// Photos, drawings, logos.
    Image = "image", "Image";
    /// Films.
    Video = "video", "Video";
    /// Text, tables, slides.
    Document = "document", "Document";
    /// Sound.
    Audio = "audio", "Audio";
}

words! {
    /// What an editor can select.
    SelectionMode:
    /// One file of an asset: the original or a derivative.
    SingleFile = "SingleSelectFile", "Single file";
    /// One asset.
    SingleAsset = "SingleSelect", "Single asset";
    /// Any number of assets.
    Several = "MultiSelect", "Several assets";
}

words! {
    /// The kind of DAM that connectors speak to.
    Dam:
    /// Bynder.
    Bynder = "bynder", "Bynder";
    /// Webdam.
    Webdam = "webdam", "Webdam";
}

/// A set of asset types, in the order of [`AssetType::ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<AssetType>", into = "Vec<AssetType>")]
pub struct AssetTypes(u8);

impl AssetTypes {
    /// Whether `kind` is in the set.
    #[must_use]
    pub fn has(self, kind: AssetType) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// The set with `kind` in it.
    #[must_use]
    pub fn with(self, kind: AssetType) -> Self {
        Self(self.0 | Self::bit(kind))
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its types, in reading order.
    pub fn iter(self) -> impl Iterator<Item = AssetType> {
        AssetType::ALL.iter().copied().filter(move |kind| self.has(*kind))
    }

    /// The set that a text such as `image,video` names; nothing where a word is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        words.map(AssetType::from_code).collect()
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
    fn words_read_back() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(*language));
        }
        assert_eq!(Language::from_code("en_us"), None);
        assert_eq!(SelectionMode::from_code("MultiSelect"), Some(SelectionMode::Several));
    }

    #[test]
    fn a_set_of_types_has_one_text() {
        let types = AssetTypes::parse(" video, image,video").unwrap();
        assert_eq!(types.to_string(), "image,video");
        assert_eq!(AssetTypes::parse("image,gif"), None);
        assert!(AssetTypes::parse("").unwrap().is_empty());
    }
}
