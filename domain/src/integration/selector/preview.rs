//! What the live preview of the asset selector shows.

use crate::fields::name_key;
use crate::integration::selector::{AssetType, Options};
use serde::{Deserialize, Serialize};

/// An asset, as the selector shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewAsset {
    /// Its name.
    pub name: String,
    /// What kind of file it is.
    pub kind: AssetType,
    /// Whether its use is limited.
    pub limited_use: bool,
    /// What else a search finds it by.
    pub tags: Vec<String>,
    /// Where its picture is, on this site; none where it has none.
    pub thumbnail: Option<String>,
}

/// The assets that a preview has to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The assets.
    pub assets: Vec<PreviewAsset>,
    /// Whose they are.
    pub source: PreviewSource,
}

/// Whose assets a preview shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreviewSource {
    /// The account's own, from the DAM at this host.
    Dam(String),
    /// Samples that come with the portal, as there is no DAM connection.
    Samples,
    /// Samples, as the DAM did not answer: what went wrong, in a sentence.
    SamplesInstead(String),
}

impl PreviewAsset {
    /// Whether a selector with these options shows it when it opens: its type is visible, its use is not limited where
    /// such are hidden, and it has every word of the search.
    #[must_use]
    pub fn is_shown(&self, options: &Options) -> bool {
        let is_visible = options
            .asset_types
            .is_none_or(|types| types.is_empty() || types.has(self.kind));
        let is_hidden = options.hide_limited_use == Some(true) && self.limited_use;
        let search = name_key(options.default_search_term.as_deref().unwrap_or_default());
        let is_found = search.split_whitespace().all(|word| self.has(word));
        is_visible && !is_hidden && is_found
    }

    fn has(&self, word: &str) -> bool {
        name_key(&self.name).contains(word) || self.tags.iter().any(|tag| name_key(tag).contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integration::selector::AssetTypes;

    #[test]
    fn options_say_what_is_shown() {
        let asset = PreviewAsset {
            name: "Harbour at dawn".to_owned(),
            kind: AssetType::Image,
            limited_use: true,
            tags: vec!["Sea".to_owned(), "Café".to_owned()],
            thumbnail: None,
        };
        let shown = |change: fn(&mut Options)| {
            let mut options = Options::default();
            change(&mut options);
            asset.is_shown(&options)
        };
        assert!(shown(|_| {}));
        assert!(shown(
            |options| options.default_search_term = Some("DAWN sea".to_owned())
        ));
        assert!(shown(
            |options| options.default_search_term = Some("CAFE\u{301}".to_owned())
        ));
        assert!(!shown(
            |options| options.default_search_term = Some("dawn forest".to_owned())
        ));
        assert!(!shown(|options| options.hide_limited_use = Some(true)));
        assert!(!shown(|options| options.asset_types = AssetTypes::parse("video")));
        assert!(shown(|options| options.asset_types = AssetTypes::parse("video,image")));
    }
}
