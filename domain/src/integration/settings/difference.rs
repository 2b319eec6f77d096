//! What changed between two settings. A history of these leads back to any revision.

use crate::fields::name_key;
use crate::integration::selector::Options;
use crate::integration::settings::member::{option_value, set_option};
use crate::integration::settings::{FieldSettings, Member, Place, Settings};
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
    let mut compare = |place: Place, before: Option<String>, after: Option<String>| {
        if before != after {
            found.push(Difference { place, before, after });
        }
    };
    for member in Member::SHARED.into_iter().chain(Member::OPTIONS) {
        let place = Place::shared(member);
        let (before, after) = (before.value(&place), after.value(&place));
        compare(place, before, after);
    }
    // By key, so that thousands of fields are compared in one pass.
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
        compare(Place::of(name, Member::Field), one.map(name_of), other.map(name_of));
        for member in Member::OPTIONS {
            let value = |field: Option<&FieldSettings>| option_value(&field?.options, member);
            compare(Place::of(name, member), value(one), value(other));
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

/// Makes changes, each as [`Settings::set`] would.
pub(crate) fn apply(settings: &mut Settings, changes: &[Difference]) {
    // By key, so that thousands of changes are made in one pass.
    let mut fields: BTreeMap<String, FieldSettings> = std::mem::take(&mut settings.fields)
        .into_iter()
        .map(|field| (name_key(&field.field), field))
        .collect();
    let mut last: Option<(&str, String)> = None;
    for Difference { place, after, .. } in changes {
        let Some(name) = place.field.as_deref() else {
            settings.set(place, after.as_deref());
            continue;
        };
        let key = match last.take() {
            Some((same, key)) if same == name => key,
            _ => name_key(name),
        };
        match (place.member, after) {
            (Member::Field, None) => _ = fields.remove(&key),
            (Member::Field, Some(name)) => {
                let field = fields.entry(key.clone()).or_insert_with(|| FieldSettings {
                    field: String::new(),
                    options: Options::default(),
                });
                field.field.clone_from(name);
            }
            (member, value) => {
                if let Some(field) = fields.get_mut(&key) {
                    set_option(&mut field.options, member, value.as_deref());
                }
            }
        }
        last = Some((name, key));
    }
    settings.fields = fields.into_values().collect();
}
