//! Strategies that generate arbitrary settings for property tests.

use crate::coded_enum::CodedEnum;
use crate::integration::selector::{AssetType, AssetTypes, Dam, Language, Options, SelectionMode};
use crate::integration::settings::{DamConnection, FieldSettings, Settings};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// Generates options whose texts match a pattern.
pub fn options(texts: &'static str) -> impl Strategy<Value = Options> {
    let types = vec(select(AssetType::ALL), 1..5);
    (
        of(texts),
        of(types.prop_map(AssetTypes::from_iter)),
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        of(select(SelectionMode::ALL)),
    )
        .prop_map(|(term, types, hide, layout, mode)| Options {
            default_search_term: term,
            asset_types: types,
            hide_limited_use: hide,
            asset_result_in_layout_service: layout,
            mode,
        })
}

/// Generates valid settings, whose search terms and field names match these patterns.
pub fn settings(texts: &'static str, names: &'static str) -> impl Strategy<Value = Settings> {
    let connection = (
        of(select(&["https://a.example", "https://b.example"][..])),
        select(Dam::ALL),
        of("[!-~]{1,20}"),
    );
    let fields = vec((names, options(texts)), 0..6);
    let whole = (connection, select(Language::ALL), any::<bool>(), options(texts), fields);
    whole.prop_filter_map(
        "invalid settings",
        |((url, dam, client_id), language, remote_logging, global, fields)| {
            let settings = Settings {
                portal: DamConnection {
                    url: url.map(str::to_owned),
                    dam,
                    client_id,
                },
                language,
                remote_logging,
                global,
                fields: fields
                    .into_iter()
                    .map(|(field, options)| FieldSettings { field, options })
                    .collect(),
            };
            settings.validate().ok()
        },
    )
}
