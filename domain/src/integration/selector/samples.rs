//! Sample assets of the live preview for accounts without a DAM connection. Their thumbnails are in `public/samples`.

use crate::integration::selector::AssetType;
use crate::integration::selector::preview::{Preview, PreviewAsset, PreviewSource};

/// A sample: thumbnail file name, asset type, asset name, limited usage, tags.
type Sample = (&'static str, AssetType, &'static str, bool, &'static [&'static str]);

const SAMPLES: [Sample; 16] = [
    (
        "harbour",
        AssetType::Image,
        "Harbour at dawn",
        false,
        &["sea", "boats", "morning", "travel"],
    ),
    (
        "ridge",
        AssetType::Image,
        "Ridge in the mist",
        false,
        &["mountains", "landscape", "nature"],
    ),
    (
        "shore-film",
        AssetType::Video,
        "Waves on the shore",
        false,
        &["sea", "summer", "campaign"],
    ),
    (
        "lighthouse",
        AssetType::Image,
        "Lighthouse",
        true,
        &["sea", "night", "coast"],
    ),
    (
        "guidelines",
        AssetType::Document,
        "Brand guidelines",
        false,
        &["brand", "logo", "colors"],
    ),
    (
        "orchard",
        AssetType::Image,
        "Orchard in spring",
        false,
        &["nature", "trees", "season"],
    ),
    ("jingle", AssetType::Audio, "Brand jingle", false, &["brand", "music"]),
    (
        "skyline",
        AssetType::Image,
        "Skyline by night",
        true,
        &["city", "night", "architecture"],
    ),
    (
        "flight",
        AssetType::Video,
        "Flight over the forest",
        false,
        &["nature", "drone", "landscape"],
    ),
    (
        "dunes",
        AssetType::Image,
        "Dunes",
        false,
        &["desert", "landscape", "summer"],
    ),
    ("prices", AssetType::Document, "Price list", true, &["sales", "table"]),
    (
        "bottle",
        AssetType::Image,
        "Bottle, front",
        false,
        &["product", "packshot"],
    ),
    (
        "workshop",
        AssetType::Video,
        "In the workshop",
        true,
        &["people", "making of", "campaign"],
    ),
    (
        "podcast",
        AssetType::Audio,
        "Podcast, first episode",
        false,
        &["interview", "voice"],
    ),
    (
        "gate",
        AssetType::Image,
        "City gate",
        false,
        &["city", "architecture", "stone"],
    ),
    (
        "press",
        AssetType::Document,
        "Press release, spring",
        false,
        &["press", "season", "campaign"],
    ),
];

/// Returns a preview of the samples.
#[must_use]
pub fn samples() -> Preview {
    let assets = SAMPLES
        .iter()
        .map(|(file, kind, name, limited_use, tags)| PreviewAsset {
            name: (*name).to_owned(),
            kind: *kind,
            limited_use: *limited_use,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            thumbnail: Some(format!("/samples/{file}.svg")),
        });
    Preview {
        assets: assets.collect(),
        source: PreviewSource::Samples,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coded_enum::CodedEnum;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn thumbnail_files_match_the_samples() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/samples");
        let existing: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let expected: BTreeSet<String> = SAMPLES.iter().map(|sample| format!("{}.svg", sample.0)).collect();
        assert_eq!(existing, expected);
    }

    #[test]
    fn each_type_has_limited_and_unlimited_samples() {
        for kind in AssetType::ALL {
            let of_kind: Vec<&Sample> = SAMPLES.iter().filter(|sample| sample.1 == *kind).collect();
            let limited = of_kind.iter().filter(|sample| sample.3).count();
            // Audio has no limited usage sample.
            assert!(limited > 0 || *kind == AssetType::Audio, "{kind:?}");
            assert!(limited < of_kind.len(), "{kind:?}");
        }
    }
}
