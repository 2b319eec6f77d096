//! The key that connectors of an account prove themselves with.

use crate::ids::ApiKeyId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The keys of an account that work, without what is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeys {
    /// The one that connectors are given.
    pub current: ApiKey,
    /// The one before, while it still works.
    pub previous: Option<ApiKey>,
}

/// A key, without what is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The id.
    pub id: ApiKeyId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it; nobody when it came with the account.
    pub created_by: Option<String>,
    /// When it stops, once another has taken its place.
    pub ends_at: Option<Timestamp>,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
    /// By which implementation; empty where it did not name itself.
    pub last_used_by: String,
}

/// For how long the key before still works once there is a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// It stops at once, as when somebody has it who should not.
    None,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
    /// Thirty days.
    Month,
}

impl Overlap {
    /// All there are, in reading order.
    pub const ALL: [Self; 5] = [Self::Week, Self::Month, Self::Day, Self::Hour, Self::None];

    /// The word for it in a form.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The words for it on a page, after "The key before works".
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "no longer: it stops at once",
            Self::Hour => "for one more hour",
            Self::Day => "for one more day",
            Self::Week => "for seven more days",
            Self::Month => "for thirty more days",
        }
    }

    /// The one that `code` names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|overlap| overlap.code() == code)
    }

    /// How long it is.
    #[must_use]
    pub fn duration(self) -> Duration {
        const HOUR: u64 = 3600;
        Duration::from_secs(match self {
            Self::None => 0,
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::Week => 7 * 24 * HOUR,
            Self::Month => 30 * 24 * HOUR,
        })
    }
}
