//! Two people who change the same settings at the same time.

use crate::fields::name_key;
use crate::integration::settings::difference::apply;
use crate::integration::settings::{Difference, FieldSettings, Member, Place, Settings, differences};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// A member that both have changed, each to something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clash {
    /// Which.
    pub place: Place,
    /// What it is to be.
    pub mine: Option<String>,
    /// What somebody else has made of it.
    pub theirs: Option<String>,
}

/// `current` with what `mine` changes in `base`, where nobody else has changed the same.
///
/// # Errors
/// Every member that both have changed.
pub fn merge(base: &Settings, current: &Settings, mine: &Settings) -> Result<Settings, Vec<Clash>> {
    let ours = differences(base, mine);
    let theirs = differences(base, current);
    // By field, so that thousands of changes on both sides are compared in one pass.
    let mut by_field: HashMap<Option<String>, Vec<&Difference>> = HashMap::new();
    for change in &theirs {
        by_field.entry(change.place.key()).or_default().push(change);
    }
    let mut clashes = Vec::new();
    // A field that is gone is said once, not for each of its options.
    let mut said = HashSet::new();
    for change in ours.iter().filter(|_| !by_field.is_empty()) {
        let key = change.place.key();
        let same_field = by_field.get(&key).into_iter().flatten();
        if let Some(other) = same_field.copied().find(|other| contradicts(change, other))
            && said.insert((key, other.place.member))
        {
            clashes.push(Clash {
                place: other.place.clone(),
                mine: mine.value(&other.place),
                theirs: other.after.clone(),
            });
        }
    }
    if !clashes.is_empty() {
        return Err(clashes);
    }
    let mut merged = current.clone();
    apply(&mut merged, &ours);
    Ok(merged)
}

/// `seen` with what `mine` changes in `base`, whatever others have made of it: for whoever has seen that and keeps their own.
/// What `mine` leaves as it was stays as it has been made since.
#[must_use]
pub fn overlaid(base: &Settings, mine: &Settings, seen: &Settings) -> Settings {
    let mut result = seen.clone();
    let ours = differences(base, mine);
    // A field that is gone meanwhile comes back whole.
    let there: HashSet<String> = seen.fields.iter().map(|field| name_key(&field.field)).collect();
    let changed: HashSet<&str> = ours.iter().filter_map(|change| change.place.field.as_deref()).collect();
    let mut back: Vec<FieldSettings> = mine
        .fields
        .iter()
        .filter(|field| changed.contains(field.field.as_str()) && !there.contains(&name_key(&field.field)))
        .cloned()
        .collect();
    result.fields.append(&mut back);
    result.fields.sort_by_cached_key(|field| name_key(&field.field));
    apply(&mut result, &ours);
    result
}

/// Whether both changes of the same field, or of what all fields share, cannot be had.
fn contradicts(mine: &Difference, theirs: &Difference) -> bool {
    if mine.place.member == theirs.place.member {
        return mine.after != theirs.after;
    }
    // Who takes a field away has not seen what somebody else has made of it, and the other way round.
    let takes_away = |change: &Difference| change.place.member == Member::Field && change.after.is_none();
    let makes = |change: &Difference| change.after.is_some();
    mine.place.field.is_some() && (takes_away(mine) && makes(theirs) || takes_away(theirs) && makes(mine))
}
