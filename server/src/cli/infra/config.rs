//! `gatehouse config`

use crate::cli::output::Output;
use crate::config::Config;
use serde_json::json;

/// Lists each setting with its redacted value and its source.
pub(crate) fn show(config: &Config) -> Output {
    let entries = config.entries();
    let rows = entries
        .iter()
        .map(|entry| {
            vec![
                entry.key.name().to_owned(),
                entry.value.clone(),
                entry.source.to_string(),
            ]
        })
        .collect();
    let json = entries
        .iter()
        .map(|entry| json!({ "setting": entry.key.name(), "value": entry.value, "source": entry.source.to_string() }))
        .collect();
    Output::list(&["SETTING", "VALUE", "SOURCE"], rows, json)
}
