//! The options in words.

use domain::integration::selector::Options;
use domain::integration::settings::Member;

/// What a level has of its own for an option; nothing where it leaves it open.
pub fn own(options: &Options, member: Member) -> Option<String> {
    let value = match member {
        Member::DefaultSearchTerm => options.default_search_term.clone(),
        Member::AssetTypes => options.asset_types.map(|types| types.to_string()),
        Member::HideLimitedUse => options.hide_limited_use.map(|hide| hide.to_string()),
        Member::LayoutService => options.asset_result_in_layout_service.map(|result| result.to_string()),
        Member::Mode => options.mode.map(|mode| mode.code().to_owned()),
        _ => None,
    };
    value.map(|value| member.readable(&value))
}

/// What a field gets that leaves an option open.
pub fn inherited(global: &Options, member: Member) -> String {
    own(global, member).unwrap_or_else(|| "left to the connector".to_owned())
}

/// The choice to leave an option open: `global` is what then holds, for the form of a field.
pub fn left_open(global: Option<&Options>, member: Member) -> String {
    match global {
        None => "Left to the connector".to_owned(),
        Some(global) => match own(global, member) {
            Some(value) => format!("Global: {value}"),
            None => "Global leaves it to the connector".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::integration::selector::{AssetType, SelectionMode};

    #[test]
    fn what_is_left_open_says_what_then_holds() {
        let global = Options {
            asset_types: Some([AssetType::Video, AssetType::Image].into_iter().collect()),
            hide_limited_use: Some(false),
            mode: Some(SelectionMode::SingleFile),
            default_search_term: Some(String::new()),
            ..Options::default()
        };
        let words = |member| left_open(Some(&global), member);
        assert_eq!(words(Member::AssetTypes), "Global: Image, Video");
        assert_eq!(words(Member::HideLimitedUse), "Global: No");
        assert_eq!(words(Member::Mode), "Global: Single file");
        assert_eq!(words(Member::DefaultSearchTerm), "Global: None");
        assert_eq!(words(Member::LayoutService), "Global leaves it to the connector");
        assert_eq!(left_open(None, Member::Mode), "Left to the connector");
        assert_eq!(inherited(&global, Member::LayoutService), "left to the connector");
    }
}
