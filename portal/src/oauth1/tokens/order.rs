//! The orders of the list, and where in one a page starts.

use domain::ids::TokenId;
use domain::oauth1::tokens::{Cursor, TokenQuery, TokenSort};
use uuid::Uuid;

/// An order of the list: what drives the join, the keys in order, and the type that the first is compared as. The keys
/// are those of an index, so that a page is read in order and nothing is sorted.
pub(crate) struct Order {
    pub tables: &'static str,
    pub key: &'static str,
    /// Whose name the key is, which stands between the key and the token's id.
    pub owner: Option<&'static str>,
    pub is_number: bool,
    pub descending: bool,
}

/// `cross join` keeps SQLite to this order of the tables; PostgreSQL finds its own.
pub(crate) fn order(query: &TokenQuery) -> Order {
    const BY_TOKEN: &str = "tokens t cross join users u cross join consumers c";
    let (tables, key, owner, is_number) = match query.sort {
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
        TokenSort::Used => (BY_TOKEN, "t.last_used_at", None, true),
    };
    // Times are read with the newest first, names from A on.
    let descending = is_number != query.reverse;
    Order {
        tables,
        key,
        owner,
        is_number,
        descending,
    }
}

/// A cursor as it is compared with.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub key: &'a str,
    pub owner: Option<Uuid>,
    pub id: TokenId,
}

impl Order {
    /// What the cursor says in this order; nothing if someone made it up by hand.
    pub fn bound<'a>(&self, cursor: &'a Cursor) -> Option<Bound<'a>> {
        let id = cursor.id;
        if self.is_number {
            cursor.value.parse::<i64>().ok()?;
        }
        // PostgreSQL has no room for a NUL.
        if cursor.value.contains('\0') {
            return None;
        }
        match self.owner {
            None => Some(Bound {
                key: &cursor.value,
                owner: None,
                id,
            }),
            Some(_) => {
                let (owner, key) = cursor.value.split_once('.')?;
                Some(Bound {
                    key,
                    owner: Some(Uuid::try_parse(owner).ok()?),
                    id,
                })
            }
        }
    }
}

/// Which way a page is read.
pub(crate) enum Reading<'a> {
    Start,
    After(Bound<'a>),
    Before(Bound<'a>),
}
