//! The revisions of the settings, and the results of saving one.

use crate::integration::settings::{Conflict, Difference, Settings};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The maximum number of changes listed for one revision or file, since one file can make tens of thousands.
pub const MAX_LISTED_CHANGES: usize = 200;

/// Holds the settings with their revision number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsRevision {
    /// The revision number, incremented by every change; 0 for an account that has never been configured.
    pub revision: i64,
    /// The settings.
    pub settings: Settings,
    /// When the client secret was set; `None` if there is none.
    pub secret_set_at: Option<Timestamp>,
}

/// Describes a revision in the history of an account's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The revision number.
    pub revision: i64,
    /// When it was saved.
    pub at: Timestamp,
    /// The name of the user who saved it; `None` for the command line.
    pub by: Option<String>,
    /// A note if it was not saved in a form: `Restored revision 12`.
    pub note: String,
    /// The changes; at most [`MAX_LISTED_CHANGES`] in a list of revisions.
    pub differences: Vec<Difference>,
    /// The total number of changes.
    pub total: usize,
}

/// The result of a save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saved {
    /// A new revision was saved.
    New(i64),
    /// Nothing changed since this revision.
    Unchanged(i64),
    /// Another user has changed the same settings; nothing was saved.
    Conflict(Conflicts),
}

/// Describes a save that conflicts with another user's changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflicts {
    /// The latest revision number.
    pub revision: i64,
    /// The name of the user who last changed one of the settings; `None` for the command line.
    pub by: Option<String>,
    /// When they changed it.
    pub at: Timestamp,
    /// The conflicting changes.
    pub conflicts: Vec<Conflict>,
}
