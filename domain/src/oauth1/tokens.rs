//! OAuth 1 tokens, with which a consumer acts on behalf of a user.

use crate::fields::{self, FieldErrors};
use crate::ids::{ConsumerId, TokenId, UserId};
use crate::oauth1::integration_types;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The lifetime of a token from the three-legged flow.
pub const THREE_LEGGED_TOKEN_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// The integration of tokens from the three-legged flow.
pub const AUTHORIZED_BY_USER: &str = "Authorized by the user";

/// The number of tokens per page of the list.
pub const PAGE_SIZE: i64 = 25;

/// The maximum number of matches that is counted; for more, a list shows "more than".
pub const MAX_COUNTED: i64 = 10_000;

/// Describes a token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The id.
    pub id: TokenId,
    /// The token itself, which is not secret.
    pub token: String,
    /// The user on whose behalf it acts.
    pub user_id: UserId,
    /// The user's name.
    pub user: String,
    /// The user's email.
    pub user_email: String,
    /// The consumer that it was issued to.
    pub consumer_id: ConsumerId,
    /// The consumer's name.
    pub consumer: String,
    /// The integration type, or the integration name for the type `Other`.
    pub integration: String,
    /// The state.
    pub state: TokenState,
    /// The name of the user who created it; `None` for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires; only for tokens from the three-legged flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, accurate to a few seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// The IP address of its last use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_from: Option<String>,
}

/// The state of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    /// The token is accepted.
    Active,
    /// The token has expired.
    Expired,
    /// The token was revoked.
    Revoked,
    /// The token's user is inactive.
    Suspended,
}

impl TokenState {
    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
            Self::Suspended => "User inactive",
        }
    }

    /// Reports whether the token is permanently unusable.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Expired | Self::Revoked)
    }
}

/// Holds the input for a new token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    /// A user: `Name <email>` as the combobox fills it in, an email, or a name that only one user has.
    pub user: String,
    /// The consumer's id.
    pub consumer: String,
    /// One of [`integration_types::INTEGRATION_TYPES`].
    pub integration_type: String,
    /// The integration name, for [`integration_types::OTHER`] only.
    pub integration_name: String,
}

/// Holds the validated input for a new token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatedToken {
    /// The user.
    pub user: UserRef,
    /// The consumer.
    pub consumer: ConsumerId,
    /// The integration type.
    pub integration_type: String,
    /// The integration name, for `Other` only.
    pub integration_name: Option<String>,
}

/// A reference to a user in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserRef {
    /// By email.
    Email(String),
    /// By name, which must be unique.
    Name(String),
}

impl UserRef {
    /// Parses `Name <email>`, an email or a name.
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
    /// Validates and parses the input.
    ///
    /// # Errors
    /// Returns a validation error for each invalid field.
    pub fn validate(&self) -> Result<ValidatedToken, FieldErrors> {
        let mut errors = FieldErrors::default();
        let user = UserRef::parse(&self.user);
        if user.is_none() {
            errors.add("user", "Enter the name or email of a user.");
        }
        let consumer = self.consumer.trim().parse::<ConsumerId>();
        if consumer.is_err() {
            errors.add("consumer", "Select a consumer.");
        }
        let integration_type = self.integration_type.trim().to_owned();
        if !integration_types::is_integration_type(&integration_type) {
            errors.add("integration_type", "Select an integration type.");
        }
        let integration_name = (integration_type == integration_types::OTHER)
            .then(|| fields::validate_name("integration_name", &self.integration_name, &mut errors));
        match (user, consumer, errors.0.is_empty()) {
            (Some(user), Ok(consumer), true) => Ok(ValidatedToken {
                user,
                consumer,
                integration_type,
                integration_name,
            }),
            _ => Err(errors),
        }
    }
}

/// The filter of a token list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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

macro_rules! query_codes {
    ($type:ident { $($name:ident = $code:literal),* $(,)? }) => {
        impl $type {
            /// Returns the code in URLs.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the value with this code, or the default for an unknown one.
            #[must_use]
            pub fn from_code_or_default(code: &str) -> Self {
                match code { $($code => Self::$name,)* _ => Self::default() }
            }
        }
    };
}

query_codes!(TokenFilter { Current = "current", Ended = "ended", All = "all" });
query_codes!(TokenSort {
    User = "user",
    Consumer = "consumer",
    Integration = "integration",
    Created = "created",
    Used = "used",
});

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
    type Err = crate::ids::ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, value) = text.split_once('.').ok_or(crate::ids::ParseIdError)?;
        Ok(Self {
            id: id.parse()?,
            value: value.to_owned(),
        })
    }
}

/// Serializes tokens as arrays, since the member names would be a third of their size in a page. serde deserializes a struct
/// from an array as well.
fn serialize_as_arrays<S: Serializer>(tokens: &[Token], serializer: S) -> Result<S::Ok, S::Error> {
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

/// Holds a page of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPage {
    /// The tokens.
    #[serde(serialize_with = "serialize_as_arrays")]
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

    fn form() -> NewToken {
        NewToken {
            user: "Ada Lovelace <ada@example.com>".to_owned(),
            consumer: "0192f0c1-2b3c-7d4e-8f90-123456789abc".to_owned(),
            integration_type: "Contentful".to_owned(),
            integration_name: String::new(),
        }
    }

    #[test]
    fn user_is_parsed_from_email_or_name() {
        let email = Some(UserRef::Email("ada@example.com".to_owned()));
        assert_eq!(UserRef::parse("Ada Lovelace <ada@example.com>"), email);
        assert_eq!(UserRef::parse(" ada@example.com "), email);
        assert_eq!(UserRef::parse("Ada"), Some(UserRef::Name("Ada".to_owned())));
        assert_eq!(UserRef::parse("  "), None);
    }

    #[test]
    fn each_empty_field_has_an_error() {
        let errors = NewToken::default().validate().unwrap_err();
        for field in ["user", "consumer", "integration_type"] {
            assert!(errors.get(field).is_some(), "{field}");
        }
        assert!(form().validate().is_ok());
    }

    #[test]
    fn type_other_requires_a_name() {
        let mut other = form();
        other.integration_type = integration_types::OTHER.to_owned();
        assert!(other.validate().unwrap_err().get("integration_name").is_some());
        other.integration_name = " House  CMS ".to_owned();
        assert_eq!(other.validate().unwrap().integration_name.as_deref(), Some("House CMS"));
    }

    #[test]
    fn name_is_ignored_unless_type_is_other() {
        let mut named = form();
        named.integration_name = "left over".to_owned();
        assert_eq!(named.validate().unwrap().integration_name, None);
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
        assert!(!text.contains("user_email"), "{text}");
        assert_eq!(serde_json::from_str::<TokenPage>(&text).unwrap(), page);
    }
}
