//! Labels for the values of options.

use domain::integration::selector::Options;
use domain::integration::settings::{SettingKey, option_value};

/// Returns the label of an option's value, or `None` if the option is unset.
pub fn value_label(options: &Options, key: SettingKey) -> Option<String> {
    option_value(options, key).map(|value| key.readable(&value))
}

/// Returns the label of the value that a field inherits for an unset option.
pub fn inherited_label(global: &Options, key: SettingKey) -> String {
    value_label(global, key).unwrap_or_else(|| "connector default".to_owned())
}

/// Returns the label of the choice to leave an option unset. `global` are the inherited options, in the form of a field.
pub fn unset_label(global: Option<&Options>, key: SettingKey) -> String {
    match global {
        None => "Connector default".to_owned(),
        Some(global) => match value_label(global, key) {
            Some(value) => format!("Global: {value}"),
            None => "Global: connector default".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::integration::selector::{AssetType, SelectionMode};

    #[test]
    fn unset_option_is_labeled_with_the_inherited_value() {
        let global = Options {
            asset_types: Some([AssetType::Video, AssetType::Image].into_iter().collect()),
            hide_limited_use: Some(false),
            mode: Some(SelectionMode::SingleFile),
            default_search_term: Some(String::new()),
            ..Options::default()
        };
        let label = |key| unset_label(Some(&global), key);
        assert_eq!(label(SettingKey::AssetTypes), "Global: Image, Video");
        assert_eq!(label(SettingKey::HideLimitedUse), "Global: No");
        assert_eq!(label(SettingKey::Mode), "Global: Single file");
        assert_eq!(label(SettingKey::DefaultSearchTerm), "Global: None");
        assert_eq!(label(SettingKey::LayoutService), "Global: connector default");
        assert_eq!(unset_label(None, SettingKey::Mode), "Connector default");
        assert_eq!(inherited_label(&global, SettingKey::LayoutService), "connector default");
    }
}
