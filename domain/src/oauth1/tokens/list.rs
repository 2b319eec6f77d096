//! The list of tokens: what it shows, and its pages.

use crate::ids::{ConsumerId, ParseIdError, TokenId};
use crate::oauth1::tokens::Token;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The number of tokens per page of the list.
pub const PAGE_SIZE: i64 = 25;

/// The maximum number of matches that is counted; for more, a list shows "more than".
pub const MAX_COUNTED: i64 = 10_000;

/// The filter of a token list.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum TokenFilter {
    /// Tokens that are neither revoked nor expired.
    #[default]
    Current,
    /// Revoked and expired tokens.
    Ended,
    /// All tokens.
    All,
}

/// The sort key of a token list.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum TokenSort {
    /// The user's name.
    User,
    /// The consumer's name.
    Consumer,
    /// The integration.
    Integration,
    /// The creation time.
    #[default]
    Created,
    /// The time of the last use; unused tokens sort as the oldest.
    Used,
}

/// Selects the tokens to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenQuery {
    /// Words that the user's name or email, the consumer or the integration must contain; empty for all.
    pub search: String,
    /// The filter.
    pub filter: TokenFilter,
    /// The sort key.
    pub sort: TokenSort,
    /// Whether the order is reversed. By default, [`TokenSort::Created`] and [`TokenSort::Used`] start with the newest.
    pub reverse: bool,
    /// Limits the list to one consumer.
    pub consumer: Option<ConsumerId>,
    /// The position of the page.
    pub position: PagePosition,
}

/// The position of a page in its list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PagePosition {
    /// The first page.
    #[default]
    Start,
    /// The page after this row.
    After(Cursor),
    /// The page before this row.
    Before(Cursor),
}

/// A row's position in a sorted list: the sort value, with the id as tie-breaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The row's id.
    pub id: TokenId,
    /// The sort value.
    pub value: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id.0.simple(), self.value)
    }
}

impl FromStr for Cursor {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, value) = text.split_once('.').ok_or(ParseIdError)?;
        Ok(Self {
            id: id.parse()?,
            value: value.to_owned(),
        })
    }
}

/// Holds a page of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPage {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// The total number of matches; [`MAX_COUNTED`] + 1 if there are more.
    pub total: i64,
    /// Whether the account has any tokens, regardless of search and filter.
    pub any_in_account: bool,
    /// The cursor of the next page, if there is one.
    pub next: Option<Cursor>,
    /// The cursor of the previous page, if there is one.
    pub previous: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coded_enum::CodedEnum;
    use crate::oauth1::tokens::TokenState;
    use crate::time::Timestamp;

    #[test]
    fn codes_are_stable() {
        let filters = [
            (TokenFilter::Current, "current"),
            (TokenFilter::Ended, "ended"),
            (TokenFilter::All, "all"),
        ];
        for (filter, code) in filters {
            assert_eq!(filter.code(), code);
            assert_eq!(code.parse(), Ok(filter));
            assert_eq!(serde_json::to_value(filter).unwrap(), code);
        }
        let sorts = [
            (TokenSort::User, "user"),
            (TokenSort::Consumer, "consumer"),
            (TokenSort::Integration, "integration"),
            (TokenSort::Created, "created"),
            (TokenSort::Used, "used"),
        ];
        for (sort, code) in sorts {
            assert_eq!(sort.code(), code);
            assert_eq!(code.parse(), Ok(sort));
            assert_eq!(serde_json::to_value(sort).unwrap(), code);
        }
        assert!("All".parse::<TokenFilter>().is_err());
    }

    #[test]
    fn printed_cursor_parses_back() {
        let cursor = Cursor {
            id: "0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap(),
            value: "a.b é".to_owned(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert!("x".parse::<Cursor>().is_err());
    }

    #[test]
    fn serialized_page_deserializes_back() {
        let never_used = Token {
            id: "0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap(),
            token: "65a5361423511c6ede33f27e3de95a14".to_owned(),
            user_id: "0192f0c1-2b3c-7d4e-8f90-123456789abd".parse().unwrap(),
            user: "Ada \"Countess\" Lovelace".to_owned(),
            user_email: "ada@example.com".to_owned(),
            consumer_id: "0192f0c1-2b3c-7d4e-8f90-123456789abe".parse().unwrap(),
            consumer: "Website".to_owned(),
            integration: "Contentful".to_owned(),
            state: TokenState::Suspended,
            created_by: None,
            created_at: Timestamp(1_700_000_000_000),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            last_used_from: None,
        };
        let used = Token {
            created_by: Some("Ada".to_owned()),
            expires_at: Some(Timestamp(1_700_000_000_001)),
            revoked_at: Some(Timestamp(1_700_000_000_002)),
            last_used_at: Some(Timestamp(1_700_000_000_003)),
            last_used_from: Some("::1".to_owned()),
            ..never_used.clone()
        };
        let page = TokenPage {
            tokens: vec![never_used, used],
            total: 2,
            any_in_account: true,
            next: None,
            previous: None,
        };
        let text = serde_json::to_string(&page).unwrap();
        assert_eq!(serde_json::from_str::<TokenPage>(&text).unwrap(), page);
    }
}
