//! Three-way merge of settings that two users change at the same time.

use crate::fields::name_key;
use crate::integration::settings::difference::apply;
use crate::integration::settings::{Difference, FieldSettings, SettingKey, SettingPath, Settings, differences};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Describes a setting that two users have changed to different values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The path of the setting.
    pub path: SettingPath,
    /// The value of the user who saves.
    pub mine: Option<String>,
    /// The value that another user has saved.
    pub theirs: Option<String>,
}

/// Applies the changes from `base` to `mine` to `current`.
///
/// # Errors
/// Returns the settings that `current` has changed to other values, if any.
pub fn merge(base: &Settings, current: &Settings, mine: &Settings) -> Result<Settings, Vec<Conflict>> {
    let ours = differences(base, mine);
    let theirs = differences(base, current);
    // Grouped by field, so that thousands of changes on both sides are compared in one pass.
    let mut by_field: HashMap<Option<String>, Vec<&Difference>> = HashMap::new();
    for change in &theirs {
        by_field.entry(change.path.field_key()).or_default().push(change);
    }
    let mut conflicts = Vec::new();
    // A deleted field is reported once, not for each of its options.
    let mut reported = HashSet::new();
    for change in ours.iter().filter(|_| !by_field.is_empty()) {
        let key = change.path.field_key();
        let same_field = by_field.get(&key).into_iter().flatten();
        if let Some(other) = same_field.copied().find(|other| conflicts_with(change, other))
            && reported.insert((key, other.path.key))
        {
            conflicts.push(Conflict {
                path: other.path.clone(),
                mine: mine.value(&other.path),
                theirs: other.after.clone(),
            });
        }
    }
    if !conflicts.is_empty() {
        return Err(conflicts);
    }
    let mut merged = current.clone();
    apply(&mut merged, &ours);
    Ok(merged)
}

/// Applies the changes from `base` to `mine` to `seen`, overwriting conflicting changes: for a user who has seen the conflicts
/// and keeps their own changes. Settings that `mine` does not change keep the values of `seen`.
#[must_use]
pub fn rebase(base: &Settings, mine: &Settings, seen: &Settings) -> Settings {
    let mut result = seen.clone();
    let ours = differences(base, mine);
    // A field that was deleted meanwhile is restored with all its options.
    let existing: HashSet<String> = seen.fields.iter().map(|field| name_key(&field.field)).collect();
    let changed: HashSet<&str> = ours.iter().filter_map(|change| change.path.field.as_deref()).collect();
    let mut restored: Vec<FieldSettings> = mine
        .fields
        .iter()
        .filter(|field| changed.contains(field.field.as_str()) && !existing.contains(&name_key(&field.field)))
        .cloned()
        .collect();
    result.fields.append(&mut restored);
    result.fields.sort_by_cached_key(|field| name_key(&field.field));
    apply(&mut result, &ours);
    result
}

/// Reports whether two changes of the same field, or of shared settings, conflict.
fn conflicts_with(mine: &Difference, theirs: &Difference) -> bool {
    if mine.path.key == theirs.path.key {
        return mine.after != theirs.after;
    }
    // A user who deletes a field has not seen the other's changes to it, and the reverse.
    let deletes_field = |change: &Difference| change.path.key == SettingKey::Field && change.after.is_none();
    let sets_value = |change: &Difference| change.after.is_some();
    mine.path.field.is_some()
        && (deletes_field(mine) && sets_value(theirs) || deletes_field(theirs) && sets_value(mine))
}
