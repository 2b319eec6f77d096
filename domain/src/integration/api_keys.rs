//! API keys, which authenticate an account's connectors.

use crate::ids::ApiKeyId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Holds the active API keys of an account, without their secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeys {
    /// The current key.
    pub current: ApiKey,
    /// The previous key, while it is still active.
    pub previous: Option<ApiKey>,
}

/// Describes an API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The id.
    pub id: ApiKeyId,
    /// When the key was created.
    pub created_at: Timestamp,
    /// The name of the user who created it; `None` if it was created with the account.
    pub created_by: Option<String>,
    /// When the key expires, once it has been rotated.
    pub ends_at: Option<Timestamp>,
    /// When the key was last used, accurate to a minute.
    pub last_used_at: Option<Timestamp>,
    /// The implementation that last used it; empty if it sent no `X-Connector` header.
    pub last_used_by: String,
}

/// How long the previous key stays active after a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// The previous key is revoked immediately, for a leaked key.
    None,
    /// 1 hour.
    Hour,
    /// 1 day.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
}

impl Overlap {
    /// All values, in display order.
    pub const ALL: [Self; 5] = [Self::Week, Self::Month, Self::Day, Self::Hour, Self::None];

    /// Returns the code in forms.
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

    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "Revoke immediately",
            Self::Hour => "Revoke after 1 hour",
            Self::Day => "Revoke after 1 day",
            Self::Week => "Revoke after 7 days",
            Self::Month => "Revoke after 30 days",
        }
    }

    /// Returns the value with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|overlap| overlap.code() == code)
    }

    /// Returns the duration.
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
