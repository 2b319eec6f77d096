//! Options of the asset selector, per content field or global.

use crate::integration::selector::{AssetTypes, SelectionMode};
use serde::{Deserialize, Serialize};

/// Describes options of the asset selector, with the names and values of the Compact View component. Options that
/// aren't set are omitted.
///
/// An unset option of a field falls back to the Global field settings, and an unset global option to the connector's
/// default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SelectorOptions))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// `Default search term`: the initial search term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_search_term: Option<String>,
    /// `Visible asset types`: any of `image`, `video`, `document` and `audio`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub asset_types: Option<AssetTypes>,
    /// `Always hide limited usage assets`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide_limited_use: Option<bool>,
    /// `Enable asset result in Layout Service`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_result_in_layout_service: Option<bool>,
    /// How many assets or files an editor can select: `SingleSelectFile`, `SingleSelect` or `MultiSelect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub mode: Option<SelectionMode>,
}

/// The level that an option comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The field's custom settings.
    Field,
    /// The Global field settings.
    Global,
}

/// Holds the effective options of a field and the level that each comes from. An option that neither level sets is `None` in
/// both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The effective options.
    pub options: Options,
    /// The level of each effective option.
    pub source: Sources,
}

/// Describes the source of each option: `field` or `global`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SelectorSources))]
#[serde(rename_all = "camelCase")]
pub struct Sources {
    /// The level of `defaultSearchTerm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub default_search_term: Option<Source>,
    /// The level of `assetTypes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub asset_types: Option<Source>,
    /// The level of `hideLimitedUse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub hide_limited_use: Option<Source>,
    /// The level of `assetResultInLayoutService`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub asset_result_in_layout_service: Option<Source>,
    /// The level of `mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub mode: Option<Source>,
}

impl Options {
    /// Returns the effective options of a field with these options; unset ones are taken from the Global field settings.
    #[must_use]
    pub fn resolve(&self, global: &Self) -> Resolved {
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
    use crate::integration::settings::arbitrary::options;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn resolved_option_comes_from_the_field_or_from_global(own in options("[a-z]{0,5}"), global in options("[a-z]{0,5}")) {
            let Resolved { options, source } = own.resolve(&global);
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
