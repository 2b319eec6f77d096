//! The differences between two versions of the settings. The history stores them to restore any revision.

use crate::fields::name_key;
use crate::integration::selector::Options;
use crate::integration::settings::member::{option_value, set_option};
use crate::integration::settings::{FieldSettings, SettingKey, SettingPath, Settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Describes the change of one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SerializedDifference", into = "SerializedDifference")]
pub struct Difference {
    /// The path of the setting.
    pub path: SettingPath,
    /// The previous value; `None` if it was not set.
    pub before: Option<String>,
    /// The new value; `None` if it is not set.
    pub after: Option<String>,
}

// The serialized form of `Difference`, with the path's members beside the values. The data of pages can't contain `flatten`.
#[derive(Serialize, Deserialize)]
struct SerializedDifference {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    member: SettingKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl From<SerializedDifference> for Difference {
    fn from(serialized: SerializedDifference) -> Self {
        let SerializedDifference {
            field,
            member: key,
            before,
            after,
        } = serialized;
        let path = SettingPath { field, key };
        Self { path, before, after }
    }
}

impl From<Difference> for SerializedDifference {
    fn from(difference: Difference) -> Self {
        let Difference { path, before, after } = difference;
        Self {
            field: path.field,
            member: path.key,
            before,
            after,
        }
    }
}

impl Difference {
    /// Returns the inverse change.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            path: self.path.clone(),
            before: self.after.clone(),
            after: self.before.clone(),
        }
    }
}

/// Returns the changes from `before` to `after`: shared settings first, then field by field, with the field itself before its
/// options.
#[must_use]
pub fn differences(before: &Settings, after: &Settings) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |path: SettingPath, before: Option<String>, after: Option<String>| {
        if before != after {
            found.push(Difference { path, before, after });
        }
    };
    for key in SettingKey::SHARED.into_iter().chain(SettingKey::OPTIONS) {
        let path = SettingPath::shared(key);
        let (before, after) = (before.value(&path), after.value(&path));
        compare(path, before, after);
    }
    // Indexed by key, so that thousands of fields are compared in one pass.
    let mut fields: BTreeMap<String, (Option<&FieldSettings>, Option<&FieldSettings>)> = BTreeMap::new();
    for field in &before.fields {
        fields.entry(name_key(&field.field)).or_default().0 = Some(field);
    }
    for field in &after.fields {
        fields.entry(name_key(&field.field)).or_default().1 = Some(field);
    }
    for (one, other) in fields.into_values() {
        if one == other {
            continue;
        }
        let Some(name) = other.or(one).map(|field| field.field.as_str()) else {
            continue;
        };
        let name_of = |field: &FieldSettings| field.field.clone();
        compare(
            SettingPath::in_field(name, SettingKey::Field),
            one.map(name_of),
            other.map(name_of),
        );
        for key in SettingKey::OPTIONS {
            let value = |field: Option<&FieldSettings>| option_value(&field?.options, key);
            compare(SettingPath::in_field(name, key), value(one), value(other));
        }
    }
    found
}

/// Returns the settings with `changes` undone.
#[must_use]
pub fn revert(settings: &Settings, changes: &[Difference]) -> Settings {
    let mut settings = settings.clone();
    let inverse: Vec<Difference> = changes.iter().map(Difference::reversed).collect();
    apply(&mut settings, &inverse);
    settings
}

/// Applies changes, each as [`Settings::set`] does.
pub(crate) fn apply(settings: &mut Settings, changes: &[Difference]) {
    // Indexed by key, so that thousands of changes are applied in one pass.
    let mut fields: BTreeMap<String, FieldSettings> = std::mem::take(&mut settings.fields)
        .into_iter()
        .map(|field| (name_key(&field.field), field))
        .collect();
    let mut last: Option<(&str, String)> = None;
    for Difference { path, after, .. } in changes {
        let Some(name) = path.field.as_deref() else {
            settings.set(path, after.as_deref());
            continue;
        };
        let key = match last.take() {
            Some((same, key)) if same == name => key,
            _ => name_key(name),
        };
        match (path.key, after) {
            (SettingKey::Field, None) => _ = fields.remove(&key),
            (SettingKey::Field, Some(name)) => {
                let field = fields.entry(key.clone()).or_insert_with(|| FieldSettings {
                    field: String::new(),
                    options: Options::default(),
                });
                field.field.clone_from(name);
            }
            (option, value) => {
                if let Some(field) = fields.get_mut(&key) {
                    set_option(&mut field.options, option, value.as_deref());
                }
            }
        }
        last = Some((name, key));
    }
    settings.fields = fields.into_values().collect();
}
