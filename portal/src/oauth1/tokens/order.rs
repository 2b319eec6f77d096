//! Defines the sort orders of the token list and the position where a page starts.

use domain::ids::TokenId;
use domain::oauth1::tokens::{Cursor, TokenQuery, TokenSort};
use uuid::Uuid;

/// Describes a sort order of the list: the table that drives the join, the sort keys, and the type of the first key.
/// The keys are those of an index, so that a page is read in order without sorting.
pub(crate) struct Order {
    pub tables: &'static str,
    pub key: &'static str,
    /// The id column of the row that the key belongs to, which is sorted by between the key and the token's id.
    pub tie_breaker: Option<&'static str>,
    pub is_numeric: bool,
    pub descending: bool,
}

/// Returns the sort order of a query. `cross join` makes SQLite use this order of the tables; PostgreSQL chooses its
/// own.
pub(crate) fn order(query: &TokenQuery) -> Order {
    const BY_TOKEN: &str = "tokens t cross join users u cross join consumers c";
    let (tables, key, tie_breaker, is_numeric) = match query.sort {
        TokenSort::User => (
            "users u cross join tokens t cross join consumers c",
            "u.name_key",
            Some("u.id"),
            false,
        ),
        TokenSort::Consumer => (
            "consumers c cross join tokens t cross join users u",
            "c.name_key",
            Some("c.id"),
            false,
        ),
        TokenSort::Integration => (BY_TOKEN, "t.integration_key", None, false),
        TokenSort::Created => (BY_TOKEN, "t.created_at", None, true),
        TokenSort::Used => (BY_TOKEN, "t.last_used_key", None, true),
    };
    // Times sort newest first by default, names from A to Z.
    let descending = is_numeric != query.reverse;
    Order {
        tables,
        key,
        tie_breaker,
        is_numeric,
        descending,
    }
}

/// Holds the decoded values of a cursor.
#[derive(Clone, Copy)]
pub(crate) struct DecodedCursor<'a> {
    pub key: &'a str,
    pub tie_breaker: Option<Uuid>,
    pub id: TokenId,
}

impl Order {
    /// Decodes a cursor for this order. Returns `None` if it doesn't match, such as when it was made up.
    pub fn decode_cursor<'a>(&self, cursor: &'a Cursor) -> Option<DecodedCursor<'a>> {
        let id = cursor.id;
        if self.is_numeric {
            cursor.value.parse::<i64>().ok()?;
        }
        // PostgreSQL can't store a NUL.
        if cursor.value.contains('\0') {
            return None;
        }
        match self.tie_breaker {
            None => Some(DecodedCursor {
                key: &cursor.value,
                tie_breaker: None,
                id,
            }),
            Some(_) => {
                let (tie_breaker, key) = cursor.value.split_once('.')?;
                Some(DecodedCursor {
                    key,
                    tie_breaker: Some(Uuid::try_parse(tie_breaker).ok()?),
                    id,
                })
            }
        }
    }
}

/// Describes where a page starts and in which direction it is read.
pub(crate) enum PageStart<'a> {
    Start,
    After(DecodedCursor<'a>),
    Before(DecodedCursor<'a>),
}
