//! OAuth 1 tokens: what a consumer may do in whose name.

use crate::fields::{self, FieldErrors};
use crate::ids::{ConsumerId, TokenId, UserId};
use crate::oauth1::integration_types;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How long a token from the three-legged flow lives.
pub const EXCHANGED_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// What the list says a token from the three-legged flow is for.
pub const AUTHORISED: &str = "Authorised by the user";

/// How many tokens a page of the list has.
pub const PAGE_SIZE: i64 = 25;

/// The highest number of matches that is counted; beyond it a list says "more than".
pub const MAX_COUNTED: i64 = 10_000;

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The id.
    pub id: TokenId,
    /// The token itself, which is public: it names, its secret proves.
    pub token: String,
    /// In whose name it acts.
    pub user_id: UserId,
    /// That person's name.
    pub user: String,
    /// That person's e-mail.
    pub user_email: String,
    /// The consumer that it was issued to.
    pub consumer_id: ConsumerId,
    /// The consumer's name.
    pub consumer: String,
    /// What it is for: a type of the list, or the name given with `Other`.
    pub integration: String,
    /// Whether it works, and if not, why.
    pub state: TokenState,
    /// Who made it; nobody when it came from the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops by itself: tokens from the three-legged flow only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within a few seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// The address it was last used from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_from: Option<String>,
}

/// Whether a token works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    /// It works.
    Active,
    /// Its 30 days are over.
    Expired,
    /// Someone revoked it.
    Revoked,
    /// It would work, if its user were active.
    Suspended,
}

impl TokenState {
    /// The word for it on a page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
            Self::Suspended => "User inactive",
        }
    }

    /// Whether it is over for good.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Expired | Self::Revoked)
    }
}

/// A token to make, as the form gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    /// A person: `Name <e-mail>` as the type-ahead fills it in, an e-mail, or a name that only one person has.
    pub user: String,
    /// The consumer's id.
    pub consumer: String,
    /// One of [`integration_types::INTEGRATION_TYPES`].
    pub integration_type: String,
    /// The integration's name, with [`integration_types::OTHER`] only.
    pub integration_name: String,
}

/// A token to make, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedToken {
    /// Who is meant.
    pub user: UserRef,
    /// The consumer.
    pub consumer: ConsumerId,
    /// The type.
    pub integration_type: String,
    /// The name, with `Other` only.
    pub integration_name: Option<String>,
}

/// How a form names a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserRef {
    /// By e-mail.
    Email(String),
    /// By name, which must be one person's only.
    Name(String),
}

impl UserRef {
    /// Reads `Name <e-mail>`, an e-mail or a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let inner = text
            .strip_suffix('>')
            .and_then(|text| text.rsplit_once('<'))
            .map_or(text, |(_, email)| email);
        match crate::email::parse(inner) {
            Some(email) => Some(Self::Email(email)),
            None if text.is_empty() => None,
            None => Some(Self::Name(text.to_owned())),
        }
    }
}

impl NewToken {
    /// The input, tidied and typed.
    ///
    /// # Errors
    /// Each field that does not hold what it must.
    pub fn checked(&self) -> Result<CheckedToken, FieldErrors> {
        let mut errors = FieldErrors::default();
        let user = UserRef::parse(&self.user);
        if user.is_none() {
            errors.add("user", "Enter the name or e-mail of a user.");
        }
        let consumer = self.consumer.trim().parse::<ConsumerId>();
        if consumer.is_err() {
            errors.add("consumer", "Select a consumer.");
        }
        let integration_type = self.integration_type.trim().to_owned();
        if !integration_types::is_type(&integration_type) {
            errors.add("integration_type", "Select an integration type.");
        }
        let integration_name = (integration_type == integration_types::OTHER)
            .then(|| fields::name("integration_name", &self.integration_name, &mut errors));
        match (user, consumer, errors.0.is_empty()) {
            (Some(user), Ok(consumer), true) => Ok(CheckedToken {
                user,
                consumer,
                integration_type,
                integration_name,
            }),
            _ => Err(errors),
        }
    }
}

/// Which tokens a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenFilter {
    /// Those that work, or would if their user were active.
    #[default]
    Current,
    /// Those that ended: revoked or expired.
    Ended,
    /// All.
    All,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenSort {
    /// The user's name.
    User,
    /// The consumer's name.
    Consumer,
    /// The integration.
    Integration,
    /// When it was made.
    #[default]
    Created,
    /// When it was last used; never used comes before all use.
    Used,
}

macro_rules! words {
    ($type:ident { $($name:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// The word for it in an address.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What `word` means; the default for a word that means nothing.
            #[must_use]
            pub fn from_word(word: &str) -> Self {
                match word { $($word => Self::$name,)* _ => Self::default() }
            }
        }
    };
}

words!(TokenFilter { Current = "current", Ended = "ended", All = "all" });
words!(TokenSort {
    User = "user",
    Consumer = "consumer",
    Integration = "integration",
    Created = "created",
    Used = "used",
});

/// What part of the account's tokens to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenQuery {
    /// Words that the user's name or e-mail, the consumer or the integration must contain; empty for all.
    pub search: String,
    /// Which of them.
    pub filter: TokenFilter,
    /// In what order.
    pub sort: TokenSort,
    /// Whether the order is turned around. [`TokenSort::Created`] and [`TokenSort::Used`] start with the newest
    /// when it is not.
    pub reverse: bool,
    /// Of one consumer only.
    pub consumer: Option<ConsumerId>,
    /// Where the page starts or ends.
    pub place: Place,
}

/// Where a page stands in its list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// At the start.
    #[default]
    Start,
    /// After this row.
    After(Cursor),
    /// Before this row.
    Before(Cursor),
}

/// A row's place in a sorted list: the value that it is sorted by, and its id where values are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The row.
    pub id: TokenId,
    /// What it was sorted by.
    pub value: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id.0.simple(), self.value)
    }
}

impl FromStr for Cursor {
    type Err = crate::ids::NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, value) = text.split_once('.').ok_or(crate::ids::NotAnId)?;
        Ok(Self {
            id: id.parse()?,
            value: value.to_owned(),
        })
    }
}

/// Writes tokens as lists of their members, whose names would be a third of what a page carries of them. They are read back
/// as they stand, since serde takes a list for a struct.
fn in_order<S: Serializer>(tokens: &[Token], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(tokens.iter().map(|token| {
        (
            &token.id,
            &token.token,
            &token.user_id,
            &token.user,
            &token.user_email,
            &token.consumer_id,
            &token.consumer,
            &token.integration,
            &token.state,
            &token.created_by,
            &token.created_at,
            &token.expires_at,
            &token.revoked_at,
            &token.last_used_at,
            &token.last_used_from,
        )
    }))
}

/// One page of a list of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPage {
    /// Its tokens.
    #[serde(serialize_with = "in_order")]
    pub tokens: Vec<Token>,
    /// How many match in all; one more than [`MAX_COUNTED`] when there are more.
    pub total: i64,
    /// Whether the account has any, whatever the search and filter.
    pub any_in_account: bool,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
    /// Where the page before ends, if there is one.
    pub previous: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> NewToken {
        NewToken {
            user: "Ada Lovelace <ada@example.com>".to_owned(),
            consumer: "0192f0c1-2b3c-7d4e-8f90-123456789abc".to_owned(),
            integration_type: "Contentful".to_owned(),
            integration_name: String::new(),
        }
    }

    #[test]
    fn a_person_is_named_in_three_ways() {
        let email = Some(UserRef::Email("ada@example.com".to_owned()));
        assert_eq!(UserRef::parse("Ada Lovelace <ada@example.com>"), email);
        assert_eq!(UserRef::parse(" ada@example.com "), email);
        assert_eq!(UserRef::parse("Ada"), Some(UserRef::Name("Ada".to_owned())));
        assert_eq!(UserRef::parse("  "), None);
    }

    #[test]
    fn each_empty_field_is_named() {
        let errors = NewToken::default().checked().unwrap_err();
        for field in ["user", "consumer", "integration_type"] {
            assert!(errors.of(field).is_some(), "{field}");
        }
        assert!(form().checked().is_ok());
    }

    #[test]
    fn other_asks_for_the_name() {
        let mut other = form();
        other.integration_type = integration_types::OTHER.to_owned();
        assert!(other.checked().unwrap_err().of("integration_name").is_some());
        other.integration_name = " House  CMS ".to_owned();
        assert_eq!(other.checked().unwrap().integration_name.as_deref(), Some("House CMS"));
    }

    #[test]
    fn a_name_is_dropped_where_the_type_has_its_own() {
        let mut named = form();
        named.integration_name = "left over".to_owned();
        assert_eq!(named.checked().unwrap().integration_name, None);
    }

    #[test]
    fn a_cursor_reads_back_what_it_prints() {
        let cursor = Cursor {
            id: "0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap(),
            value: "a.b é".to_owned(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert!("x".parse::<Cursor>().is_err());
    }

    #[test]
    fn a_page_reads_back_what_it_carries() {
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
        assert!(!text.contains("user_email"), "{text}");
        assert_eq!(serde_json::from_str::<TokenPage>(&text).unwrap(), page);
    }
}
