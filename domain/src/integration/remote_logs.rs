//! What connectors log, and send here where the account has switched that on.

use crate::fields::FieldErrors;
use crate::ids::RemoteLogId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The most records of one batch.
pub const MAX_BATCH: usize = 1_000;

/// The longest message that is kept, in characters; a longer one is cut.
pub const MAX_MESSAGE: usize = 4_000;

/// For how many days records are kept.
pub const DAYS: u64 = 14;

/// The most records that are kept for an account; the oldest go first.
pub const MAX_RECORDS: i64 = 200_000;

/// The most bytes that the records of an account take; the oldest go first.
pub const MAX_BYTES: i64 = 64 * 1024 * 1024;

/// The most bytes that the records of all accounts take; the oldest of the account that has the most go first.
pub const MAX_TOTAL_BYTES: i64 = 512 * 1024 * 1024;

/// How grave a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For the connector's makers.
    Debug,
    /// What happened.
    Info,
    /// What may become an error.
    Warning,
    /// What did not work.
    Error,
}

impl Level {
    /// All there are, the gravest first.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Info, Self::Debug];

    /// The word for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The word for it on a page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Debug => "Debug",
            Self::Info => "Info",
            Self::Warning => "Warning",
            Self::Error => "Error",
        }
    }

    /// The one that a word names, in the spellings of the usual loggers: case does not count.
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

/// A record as a connector sends it. Members that nobody here knows are dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Sent {
    /// When it was logged, RFC 3339; now where it is left out.
    pub time: Option<String>,
    /// A [`Level`]'s word.
    pub level: String,
    /// What was logged.
    pub message: String,
}

/// A record to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it was logged; none for now.
    pub at: Option<Timestamp>,
    /// How grave it is.
    pub level: Level,
    /// What was logged.
    pub message: String,
}

impl Sent {
    /// The record, as it is kept.
    ///
    /// # Errors
    /// A complaint for each member that is not what it must be.
    pub fn checked(self) -> Result<Record, FieldErrors> {
        let mut errors = FieldErrors::default();
        let at = self.time.as_deref().and_then(Timestamp::parse);
        if self.time.is_some() && at.is_none() {
            errors.add("time", "Expected a time by RFC 3339.");
        }
        let level = Level::from_code(&self.level);
        if level.is_none() {
            errors.add("level", "Expected debug, info, warning or error.");
        }
        errors.or(Record {
            at,
            level: level.unwrap_or(Level::Info),
            message: tidy(&self.message),
        })
    }
}

/// The message as far as it is kept. A NUL stands in no text of PostgreSQL.
fn tidy(message: &str) -> String {
    let mut kept: String = message
        .chars()
        .take(MAX_MESSAGE)
        .map(|c| if c == '\0' { '\u{fffd}' } else { c })
        .collect();
    if kept.len() < message.len() && message.chars().nth(MAX_MESSAGE).is_some() {
        kept.push('…');
    }
    kept
}

/// A record that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteLog {
    /// The id.
    pub id: RemoteLogId,
    /// When it was logged.
    pub at: Timestamp,
    /// How grave it is.
    pub level: Level,
    /// What the implementation called itself; empty where it did not.
    pub implementation: String,
    /// What was logged.
    pub message: String,
}

/// The longest search, in characters; of a longer one, this much is searched for.
pub const MAX_SEARCH: usize = 200;

/// Which records to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// A text that their message has; case does not count. May be empty.
    pub search: String,
    /// Only of this level and graver ones.
    pub level: Option<Level>,
    /// Only of what calls itself so; empty for all.
    pub implementation: String,
    /// Only before this record, for the next page.
    pub before: Option<RemoteLogId>,
}

/// A page of records, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logs {
    /// The records.
    pub records: Vec<RemoteLog>,
    /// Whether there are more.
    pub more: bool,
    /// All that call themselves something, for the filter.
    pub implementations: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_loggers_write_it() {
        let sent = Sent {
            time: Some("2026-01-31T09:05:00Z".to_owned()),
            level: "WARN".to_owned(),
            message: "a\0b".to_owned(),
        };
        let record = sent.checked().unwrap();
        assert_eq!(record.level, Level::Warning);
        assert_eq!(record.at, Some(Timestamp(1_769_850_300_000)));
        assert_eq!(record.message, "a\u{fffd}b");
    }

    #[test]
    fn what_is_wrong_is_named_by_its_member() {
        let sent = Sent {
            time: Some("today".to_owned()),
            level: "loud".to_owned(),
            message: String::new(),
        };
        let errors = sent.checked().unwrap_err();
        assert!(errors.of("time").is_some() && errors.of("level").is_some());
    }

    #[test]
    fn a_long_message_is_cut() {
        let message = |length: usize| tidy(&"ü".repeat(length));
        assert_eq!(message(MAX_MESSAGE).chars().count(), MAX_MESSAGE);
        assert_eq!(message(MAX_MESSAGE + 9).chars().count(), MAX_MESSAGE + 1);
    }
}
