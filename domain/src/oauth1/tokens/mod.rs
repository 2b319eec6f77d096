//! OAuth 1 tokens, with which a consumer acts on behalf of a user.

mod list;

pub use list::{Cursor, MAX_COUNTED, PAGE_SIZE, PagePosition, TokenFilter, TokenPage, TokenQuery, TokenSort};

use crate::fields::{self, FieldErrors};
use crate::ids::{ConsumerId, TokenId, UserId};
use crate::oauth1::integration_types;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The lifetime of a token from the three-legged flow.
pub const THREE_LEGGED_TOKEN_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// The integration of tokens from the three-legged flow.
pub const AUTHORIZED_BY_USER: &str = "Authorized by the user";

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
}
