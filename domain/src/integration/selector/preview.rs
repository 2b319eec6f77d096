//! The live preview of the asset selector.

use crate::fields::name_key;
use crate::integration::selector::{AssetType, Options};
use serde::{Deserialize, Serialize};

/// Describes an asset in the preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewAsset {
    /// The name.
    pub name: String,
    /// The type.
    pub kind: AssetType,
    /// Whether it is a limited usage asset.
    pub limited_use: bool,
    /// The tags, which are searched too.
    pub tags: Vec<String>,
    /// The path of its thumbnail on this site, if it has one.
    pub thumbnail: Option<String>,
}

/// Holds the assets of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The assets.
    pub assets: Vec<PreviewAsset>,
    /// The source of the assets.
    pub source: PreviewSource,
}

/// The source of a preview's assets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreviewSource {
    /// The account's DAM at this host.
    Dam(String),
    /// Built-in samples, since there is no DAM connection.
    Samples,
    /// Built-in samples, since the DAM request failed; a sentence that says why.
    FallbackSamples(String),
}

impl PreviewAsset {
    /// Reports whether a selector with these options initially shows the asset: its type is visible, it is not hidden for
    /// limited usage, and it matches every word of the search term.
    #[must_use]
    pub fn is_shown(&self, options: &Options) -> bool {
        let is_visible = options
            .asset_types
            .is_none_or(|types| types.is_empty() || types.has(self.kind));
        let is_hidden = options.hide_limited_use == Some(true) && self.limited_use;
        let search = name_key(options.default_search_term.as_deref().unwrap_or_default());
        let is_found = search.split_whitespace().all(|word| self.matches(word));
        is_visible && !is_hidden && is_found
    }

    fn matches(&self, word: &str) -> bool {
        name_key(&self.name).contains(word) || self.tags.iter().any(|tag| name_key(tag).contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integration::selector::AssetTypes;

    #[test]
    fn asset_is_filtered_by_options() {
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
