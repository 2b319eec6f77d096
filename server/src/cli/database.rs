//! `gatehouse migrate`

use super::answer::Answer;
use serde_json::json;

/// Opening a portal has migrated its database.
pub(super) fn migrated() -> Answer {
    Answer::new("The database is up to date.", json!({ "migrated": true }))
}
