//! Two people who change the same settings at the same time.

use super::difference::apply;
use super::{Difference, Member, Place, Settings, differences};
use serde::{Deserialize, Serialize};

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
    let mut clashes = Vec::new();
    for change in &ours {
        if let Some(other) = theirs.iter().find(|other| contradicts(change, other)) {
            // A field that is gone is said once, not for each of its options.
            if !clashes.iter().any(|clash: &Clash| clash.place.is(&other.place)) {
                clashes.push(Clash {
                    place: other.place.clone(),
                    mine: mine.value(&other.place),
                    theirs: other.after.clone(),
                });
            }
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
    for change in &ours {
        if let Some(name) = &change.place.field
            && let Some(field) = mine.field(name)
            && seen.field(name).is_none()
            && result.field(name).is_none()
        {
            result.insert(field.clone());
        }
    }
    apply(&mut result, &ours);
    result
}

/// Whether both changes cannot be had.
fn contradicts(mine: &Difference, theirs: &Difference) -> bool {
    if mine.place.is(&theirs.place) {
        return mine.after != theirs.after;
    }
    // Who takes a field away has not seen what somebody else has made of it, and the other way round.
    let same_field = mine.place.field.is_some() && mine.place.key() == theirs.place.key();
    let takes_away = |change: &Difference| change.place.member == Member::Field && change.after.is_none();
    let makes = |change: &Difference| change.after.is_some();
    same_field && (takes_away(mine) && makes(theirs) || takes_away(theirs) && makes(mine))
}
