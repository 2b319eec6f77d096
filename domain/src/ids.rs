//! Typed ids: UUIDv7 text outside, the engine's native UUID in the database.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// A text that is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a UUID such as 0192f0c1-2b3c-7d4e-8f90-123456789abc")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A text, such as an address, with the id at its end. Long lists have many, and formatting each would make it
            /// grow piece by piece.
            #[must_use]
            pub fn at_end_of(self, parts: &[&str]) -> String {
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
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
            }
        }
    };
}

id!(
    /// An organisation's account: the boundary that no query crosses.
    AccountId
);
id!(
    /// A person who can sign in.
    UserId
);
id!(
    /// A security profile, a named set of rights.
    ProfileId
);
id!(
    /// A signed-in browser.
    SessionId
);
id!(
    /// An OAuth 1 consumer.
    ConsumerId
);
id!(
    /// An OAuth 1 token.
    TokenId
);
id!(
    /// An OAuth 2 app; as text it is the client id.
    OauthAppId
);
id!(
    /// A secret of an OAuth 2 app.
    ClientSecretId
);
id!(
    /// What a person has allowed an OAuth 2 app once, and all tokens that came of it.
    OauthGrantId
);
id!(
    /// A secret that waits to be read once.
    RevealId
);
id!(
    /// A record of a change.
    AuditId
);
id!(
    /// A key of the connector API.
    ApiKeyId
);
id!(
    /// A CMS instance that uses the connector API.
    ImplementationId
);
id!(
    /// A record that a connector logged.
    RemoteLogId
);
id!(
    /// A settings file that waits to be applied.
    SettingsUploadId
);

impl OauthAppId {
    /// The app that a client id names. As text an id is in one form only, so that nothing is counted under two.
    #[must_use]
    pub fn from_client_id(text: &str) -> Option<Self> {
        text.parse().ok().filter(|id: &Self| id.to_string() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints() {
        let id: UserId = "0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap();
        assert_eq!(id.to_string(), "0192f0c1-2b3c-7d4e-8f90-123456789abc");
        assert_eq!(id.at_end_of(&["/users", "/"]), format!("/users/{id}"));
        assert_eq!("nonsense".parse::<UserId>(), Err(NotAnId));
    }

    #[test]
    fn a_client_id_is_one_text() {
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
