//! The options that hold for one content field, or for all that leave them open.

use crate::integration::selector::{AssetTypes, SelectionMode};
use serde::{Deserialize, Serialize};

/// Options of the asset selector. Each may be left open: a field's to the Global field settings, and those to whatever
/// the connector does by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// `Default search term`: what the search starts with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_search_term: Option<String>,
    /// `Visible asset types`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_types: Option<AssetTypes>,
    /// `Always hide limited usage assets`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide_limited_use: Option<bool>,
    /// `Enable asset result in Layout Service`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_result_in_layout_service: Option<bool>,
    /// What an editor can select.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<SelectionMode>,
}

/// Which level gave an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The field's own settings.
    Field,
    /// The Global field settings.
    Global,
}

/// What holds for one field, and which level gave each option. An option that neither level has is in neither member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// What holds.
    pub options: Options,
    /// Where it comes from, for each option that holds.
    pub source: Sources,
}

/// Which level gave each option.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sources {
    /// Of `defaultSearchTerm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_search_term: Option<Source>,
    /// Of `assetTypes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_types: Option<Source>,
    /// Of `hideLimitedUse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_limited_use: Option<Source>,
    /// Of `assetResultInLayoutService`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_result_in_layout_service: Option<Source>,
    /// Of `mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Source>,
}

impl Options {
    /// What holds for a field with these options, the Global field settings filling what they leave open.
    #[must_use]
    pub fn within(&self, global: &Self) -> Resolved {
        let mut resolved = Resolved::default();
        macro_rules! resolve {
            ($($member:ident),*) => {
                $((resolved.options.$member, resolved.source.$member) = match (&self.$member, &global.$member) {
                    (Some(own), _) => (Some(own.clone()), Some(Source::Field)),
                    (None, Some(shared)) => (Some(shared.clone()), Some(Source::Global)),
                    (None, None) => (None, None),
                };)*
            };
        }
        resolve!(
            default_search_term,
            asset_types,
            hide_limited_use,
            asset_result_in_layout_service,
            mode
        );
        resolved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integration::settings::any::options;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_holds_is_the_fields_or_the_globals_and_nothing_else(own in options("[a-z]{0,5}"), global in options("[a-z]{0,5}")) {
            let Resolved { options, source } = own.within(&global);
            macro_rules! check {
                ($($member:ident),*) => {$(
                    match source.$member {
                        Some(Source::Field) => prop_assert_eq!(&options.$member, &own.$member),
                        Some(Source::Global) => {
                            prop_assert!(own.$member.is_none());
                            prop_assert_eq!(&options.$member, &global.$member);
                        }
                        None => prop_assert!(own.$member.is_none() && global.$member.is_none()),
                    }
                    prop_assert_eq!(options.$member.is_some(), source.$member.is_some());
                )*};
            }
            check!(default_search_term, asset_types, hide_limited_use, asset_result_in_layout_service, mode);
        }
    }
}
