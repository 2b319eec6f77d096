//! Typed ids: UUIDv7 as text, and the database's native UUID type.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// The error for a text that is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a UUID such as 0192f0c1-2b3c-7d4e-8f90-123456789abc")]
pub struct ParseIdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Returns the concatenated `parts` followed by the id, such as a URL. Allocates once, since long lists build many
            /// of these.
            #[must_use]
            pub fn with_prefix(self, parts: &[&str]) -> String {
                let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum::<usize>() + Hyphenated::LENGTH);
                text.extend(parts.iter().copied());
                text.push_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
                text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|_| ParseIdError)
            }
        }
    };
}

id!(
    /// Identifies an account, the tenant that every query is limited to.
    AccountId
);
id!(
    /// Identifies a user.
    UserId
);
id!(
    /// Identifies a security profile, a named set of rights.
    ProfileId
);
id!(
    /// Identifies a browser session.
    SessionId
);
id!(
    /// Identifies an OAuth 1 consumer.
    ConsumerId
);
id!(
    /// Identifies an OAuth 1 token.
    TokenId
);
id!(
    /// Identifies an OAuth 2 app; its text form is the client ID.
    OauthAppId
);
id!(
    /// Identifies a client secret of an OAuth 2 app.
    ClientSecretId
);
id!(
    /// Identifies a grant: a user's authorization of an OAuth 2 app, with all tokens issued under it.
    OauthGrantId
);
id!(
    /// Identifies a new secret that is shown once.
    OneTimeSecretId
);
id!(
    /// Identifies an audit log entry.
    AuditId
);
id!(
    /// Identifies an API key of the connector API.
    ApiKeyId
);
id!(
    /// Identifies an implementation, a CMS instance that uses the connector API.
    ImplementationId
);
id!(
    /// Identifies a remote log record.
    RemoteLogId
);
id!(
    /// Identifies an uploaded settings file that has not been applied yet.
    SettingsUploadId
);
id!(
    /// Identifies a job of the background work.
    JobId
);
id!(
    /// Identifies an email in the outbox.
    EmailId
);
id!(
    /// Identifies a mailed link.
    EmailLinkId
);

impl OauthAppId {
    /// Parses a client ID. Accepts only the canonical text form, so that rate limits count each app under one key.
    #[must_use]
    pub fn from_client_id(text: &str) -> Option<Self> {
        text.parse().ok().filter(|id: &Self| id.to_string() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_id_parses_back() {
        let id: UserId = "0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap();
        assert_eq!(id.to_string(), "0192f0c1-2b3c-7d4e-8f90-123456789abc");
        assert_eq!(id.with_prefix(&["/users", "/"]), format!("/users/{id}"));
        assert_eq!("nonsense".parse::<UserId>(), Err(ParseIdError));
    }

    #[test]
    fn client_id_in_another_text_form_is_rejected() {
        let text = "0192f0c1-2b3c-7d4e-8f90-123456789abc";
        assert_eq!(OauthAppId::from_client_id(text).unwrap().to_string(), text);
        for other in [
            text.to_uppercase(),
            text.replace('-', ""),
            format!("{{{text}}}"),
            String::new(),
        ] {
            assert_eq!(OauthAppId::from_client_id(&other), None, "{other}");
        }
    }
}
