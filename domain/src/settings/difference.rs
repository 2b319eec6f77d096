//! What changed between two settings. A history of these leads back to any revision.

use super::{FieldSettings, Member, Place, Settings};
use crate::fields::name_key;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One member that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which.
    #[serde(flatten)]
    pub place: Place,
    /// What it was; nothing where it was left open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Difference {
    /// The same change the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            place: self.place.clone(),
            before: self.after.clone(),
            after: self.before.clone(),
        }
    }
}

/// What leads from one to the other: what all share first, then field by field, a field's being there before its options.
#[must_use]
pub fn differences(before: &Settings, after: &Settings) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |place: Place| {
        let (before, after) = (before.value(&place), after.value(&place));
        if before != after {
            found.push(Difference { place, before, after });
        }
    };
    for member in Member::SHARED.into_iter().chain(Member::OPTIONS) {
        compare(Place::shared(member));
    }
    // By key: two lists of a thousand fields are compared in one pass.
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
        compare(Place::of(name, Member::Field));
        for member in Member::OPTIONS {
            compare(Place::of(name, member));
        }
    }
    found
}

/// The settings before those changes were made.
#[must_use]
pub fn unwound(settings: &Settings, changes: &[Difference]) -> Settings {
    let mut settings = settings.clone();
    let back: Vec<Difference> = changes.iter().map(Difference::reversed).collect();
    apply(&mut settings, &back);
    settings
}

pub(super) fn apply(settings: &mut Settings, changes: &[Difference]) {
    for change in changes {
        settings.set(&change.place, change.after.as_deref());
    }
}
