//! Links that are mailed, and let their reader do one thing once.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The state of a mailed link that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkState {
    /// The link works.
    Valid {
        /// The address that it was mailed to.
        email: String,
        /// Until when it works.
        expires_at: Timestamp,
    },
    /// The link doesn't work.
    Invalid(LinkProblem),
}

/// Why a mailed link doesn't work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkProblem {
    /// There is no such link.
    Unknown,
    /// It was used before.
    Used,
    /// Its time is over.
    Expired,
    /// A newer link took its place.
    Replaced,
}

impl LinkProblem {
    /// Returns what happened and what to do, for the person who opened the link.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Unknown => "This link isn’t valid. Check that you copied the whole link from the email.",
            Self::Used => "This link was already used. It works only once.",
            Self::Expired => "This link has expired.",
            Self::Replaced => "A newer link was sent after this one. Use the link in the latest email.",
        }
    }
}
