//! `gatehouse config`

use crate::cli::output::Answer;
use crate::config::Config;
use serde_json::json;

/// Each setting, its value without secrets, and where it comes from.
pub(crate) fn show(config: &Config) -> Answer {
    let entries = config.entries();
    let rows = entries
        .iter()
        .map(|entry| {
            vec![
                entry.setting.name().to_owned(),
                entry.value.clone(),
                entry.source.to_string(),
            ]
        })
        .collect();
    let json = entries
        .iter()
        .map(|entry| {
            json!({ "setting": entry.setting.name(), "value": entry.value, "source": entry.source.to_string() })
        })
        .collect();
    Answer::list(&["SETTING", "VALUE", "FROM"], rows, json)
}
