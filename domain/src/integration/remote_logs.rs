//! Remote logs: records that connectors send when Enable Remote Logging is on.

use crate::fields::FieldErrors;
use crate::ids::RemoteLogId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The maximum number of records in one batch.
pub const MAX_BATCH_RECORDS: usize = 1_000;

/// The maximum length of a stored message, in characters; a longer one is truncated.
pub const MAX_MESSAGE_CHARS: usize = 4_000;

/// The retention of records, in days.
pub const RETENTION_DAYS: u64 = 14;

/// The maximum number of records stored per account; the oldest are deleted first.
pub const MAX_ACCOUNT_RECORDS: i64 = 200_000;

/// The maximum size of an account's records, in bytes; the oldest are deleted first.
pub const MAX_ACCOUNT_BYTES: i64 = 64 * 1024 * 1024;

/// The maximum size of all accounts' records, in bytes; the oldest of the account with the most bytes are deleted first.
pub const MAX_TOTAL_BYTES: i64 = 512 * 1024 * 1024;

/// The severity of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Details for the developers of a connector.
    Debug,
    /// Normal operation.
    Info,
    /// A condition that may lead to an error.
    Warning,
    /// A failure.
    Error,
}

impl Level {
    /// All levels, the most severe first.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Info, Self::Debug];

    /// Returns the code in the API and the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Debug => "Debug",
            Self::Info => "Info",
            Self::Warning => "Warning",
            Self::Error => "Error",
        }
    }

    /// Returns the level with this name, including the names that common loggers use. Not case-sensitive.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code.to_ascii_lowercase().as_str() {
            "trace" | "verbose" | "debug" => Self::Debug,
            "info" | "information" | "notice" => Self::Info,
            "warn" | "warning" => Self::Warning,
            "error" | "fatal" | "critical" => Self::Error,
            _ => return None,
        })
    }
}

/// Describes a log record. Unknown members are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LogRecord))]
pub struct SubmittedLog {
    /// The time of the log record (RFC 3339). Defaults to the time of receipt.
    pub time: Option<String>,
    /// `debug`, `info`, `warning` or `error`, or another logger's name for one of these levels.
    pub level: String,
    /// The message. Truncated to 4,000 characters.
    pub message: String,
}

/// Describes the result of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogsAccepted {
    /// The number of records that were stored.
    pub accepted: usize,
    /// The records that were not stored. Omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<RejectedRecord>>))]
    pub rejected: Vec<RejectedRecord>,
}

/// Describes a log record that was not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RejectedRecord {
    /// The position in the batch, starting at 0.
    pub index: usize,
    /// The reason for the rejection.
    pub reason: String,
}

/// Holds a validated record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// The time; `None` for the current time.
    pub at: Option<Timestamp>,
    /// The severity.
    pub level: Level,
    /// The message.
    pub message: String,
}

impl SubmittedLog {
    /// Validates the record and truncates its message.
    ///
    /// # Errors
    /// Returns a validation error for each invalid member.
    pub fn validate(self) -> Result<LogRecord, FieldErrors> {
        let mut errors = FieldErrors::default();
        let at = self.time.as_deref().and_then(Timestamp::parse);
        if self.time.is_some() && at.is_none() {
            errors.add("time", "Expected an RFC 3339 timestamp.");
        }
        let level = Level::from_code(&self.level);
        if level.is_none() {
            errors.add("level", "Expected debug, info, warning or error.");
        }
        errors.into_result(LogRecord {
            at,
            level: level.unwrap_or(Level::Info),
            message: truncate_message(&self.message),
        })
    }
}

/// Truncates a message, and replaces NUL, which PostgreSQL can't store.
fn truncate_message(message: &str) -> String {
    let mut truncated: String = message
        .chars()
        .take(MAX_MESSAGE_CHARS)
        .map(|c| if c == '\0' { '\u{fffd}' } else { c })
        .collect();
    if truncated.len() < message.len() && message.chars().nth(MAX_MESSAGE_CHARS).is_some() {
        truncated.push('…');
    }
    truncated
}

/// Describes a stored record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteLog {
    /// The id.
    pub id: RemoteLogId,
    /// When it was logged.
    pub at: Timestamp,
    /// The severity.
    pub level: Level,
    /// The reported name of the implementation; empty if unknown.
    pub implementation: String,
    /// The message.
    pub message: String,
}

/// The maximum length of a search text, in characters; a longer one is truncated.
pub const MAX_SEARCH_CHARS: usize = 200;

/// Selects the records to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFilter {
    /// A text that the message contains, not case-sensitive; empty for all.
    pub search: String,
    /// The minimum severity.
    pub level: Option<Level>,
    /// The reported name of the implementation; empty for all.
    pub implementation: String,
    /// Limits the list to records before this one, for the next page.
    pub before: Option<RemoteLogId>,
}

/// Holds a page of records, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// The records.
    pub records: Vec<RemoteLog>,
    /// Whether there is a next page.
    pub more: bool,
    /// The names of all implementations, for the filter.
    pub implementations: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submitted_log_is_validated() {
        let sent = SubmittedLog {
            time: Some("2026-01-31T09:05:00Z".to_owned()),
            level: "WARN".to_owned(),
            message: "a\0b".to_owned(),
        };
        let record = sent.validate().unwrap();
        assert_eq!(record.level, Level::Warning);
        assert_eq!(record.at, Some(Timestamp(1_769_850_300_000)));
        assert_eq!(record.message, "a\u{fffd}b");
    }

    #[test]
    fn invalid_member_is_named() {
        let sent = SubmittedLog {
            time: Some("today".to_owned()),
            level: "loud".to_owned(),
            message: String::new(),
        };
        let errors = sent.validate().unwrap_err();
        assert!(errors.get("time").is_some() && errors.get("level").is_some());
    }

    #[test]
    fn long_message_is_truncated() {
        let message = |length: usize| truncate_message(&"ü".repeat(length));
        assert_eq!(message(MAX_MESSAGE_CHARS).chars().count(), MAX_MESSAGE_CHARS);
        assert_eq!(message(MAX_MESSAGE_CHARS + 9).chars().count(), MAX_MESSAGE_CHARS + 1);
    }
}
