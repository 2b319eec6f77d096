//! Who acts, and what they may do.

use crate::database::{Connection, fetch_all, fetch_optional};
use crate::infra::error::{Error, Result};
use domain::accounts::features::Feature;
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::Me;
use domain::ids::{AccountId, ProfileId, SessionId, UserId};
use domain::time::Timestamp;

/// The acting party of an operation: a person, by whatever credential, or the operator on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    account: AccountId,
    account_name: String,
    features: Vec<Feature>,
    rights: Rights,
    via: Via,
    person: Option<Person>,
}

/// The person behind an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's id.
    pub id: UserId,
    /// The person's name.
    pub name: String,
    /// The person's e-mail.
    pub email: String,
    /// The person's security profile.
    pub profile_id: ProfileId,
    /// That profile's name.
    pub profile: String,
    /// When the person last signed in, if ever.
    pub last_sign_in_at: Option<Timestamp>,
    /// The person's language, such as `en_US`: the account's.
    pub language: String,
    /// The IANA name of the person's time zone: the account's.
    pub time_zone: String,
}

/// By what an actor came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A session in a browser.
    Session(SessionId),
    /// An OAuth 1 token.
    Token,
    /// An OAuth 2 access token.
    AccessToken,
    /// The command line.
    CommandLine,
    /// The page that makes the first account.
    Setup,
}

impl Via {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Session(_) => "session",
            Self::Token => "token",
            Self::AccessToken => "access-token",
            Self::CommandLine => "command-line",
            Self::Setup => "setup",
        }
    }
}

impl Actor {
    /// The operator, who may do everything in one account.
    pub(crate) fn operator(account: AccountId, account_name: String, features: Vec<Feature>, via: Via) -> Self {
        Self {
            account,
            account_name,
            features,
            rights: Rights::all(),
            via,
            person: None,
        }
    }

    /// The actor, if they have `right`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if not.
    pub fn may(&self, right: Right) -> Result<&Self> {
        if self.rights.has(right) {
            Ok(self)
        } else {
            Err(Error::Forbidden(right))
        }
    }

    /// The actor's account, if it has `feature`.
    ///
    /// # Errors
    /// [`Error::Disabled`] if not.
    pub fn within(&self, feature: Feature) -> Result<AccountId> {
        if self.features.contains(&feature) {
            Ok(self.account)
        } else {
            Err(Error::Disabled(feature))
        }
    }

    /// The account that bounds every query of the actor.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The account's name.
    #[must_use]
    pub fn account_name(&self) -> &str {
        &self.account_name
    }

    /// What the actor may do.
    #[must_use]
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// The person behind the actor; none for the operator.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        self.person.as_ref()
    }

    /// By what the actor came in.
    #[must_use]
    pub fn via(&self) -> Via {
        self.via
    }

    /// The person behind the actor, for what only a person can do.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when there is none.
    pub fn require_person(&self) -> Result<&Person> {
        self.person.as_ref().ok_or(Error::SignedOut)
    }

    /// The session that the actor came in by, if it was one.
    pub(crate) fn session(&self) -> Option<SessionId> {
        match self.via {
            Via::Session(session) => Some(session),
            Via::Token | Via::AccessToken | Via::CommandLine | Via::Setup => None,
        }
    }

    /// The session that the actor came in by.
    ///
    /// # Errors
    /// [`Error::SignedOut`] for any other actor.
    pub(crate) fn require_session(&self) -> Result<SessionId> {
        self.session().ok_or(Error::SignedOut)
    }

    /// The person's id, for the columns that say who did something.
    pub(crate) fn user_id(&self) -> Option<UserId> {
        self.person.as_ref().map(|person| person.id)
    }

    /// What the browser may know of its own session; none for the operator.
    #[must_use]
    pub fn me(&self) -> Option<Me> {
        self.person.as_ref().map(|person| Me {
            user_id: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            account_id: self.account,
            account_name: self.account_name.clone(),
            profile: person.profile.clone(),
            rights: self.rights,
            features: self.features.clone(),
        })
    }

    /// The actor that the user is, if the user exists and is active.
    pub(crate) async fn load(db: &mut impl Connection, user: UserId, via: Via) -> Result<Option<Self>> {
        #[derive(sqlx::FromRow)]
        struct Row {
            account_id: AccountId,
            account_name: String,
            name: String,
            email: String,
            profile_id: ProfileId,
            profile: String,
            last_sign_in_at: Timestamp,
            language: String,
            time_zone: String,
        }
        let row = fetch_optional!(
            db,
            Row,
            "select u.account_id, a.name as account_name, u.name, u.email, u.profile_id, p.name as profile,
                    u.last_sign_in_at, a.language, a.time_zone
             from users u
             join accounts a on a.id = u.account_id
             join profiles p on p.id = u.profile_id
             where u.id = $1 and u.active",
            user
        )?;
        let Some(row) = row else { return Ok(None) };
        let rights = rights(db, row.profile_id).await?;
        let features = features(db, row.account_id).await?;
        Ok(Some(Self {
            account: row.account_id,
            account_name: row.account_name,
            features,
            rights,
            via,
            person: Some(Person {
                id: user,
                name: row.name,
                email: row.email,
                profile_id: row.profile_id,
                profile: row.profile,
                last_sign_in_at: (row.last_sign_in_at.0 > 0).then_some(row.last_sign_in_at),
                language: row.language,
                time_zone: row.time_zone,
            }),
        }))
    }
}

/// The rights of a security profile. A code that this version does not know is a right that it cannot give.
pub(crate) async fn rights(db: &mut impl Connection, profile: ProfileId) -> Result<Rights> {
    let codes = fetch_all!(
        db,
        (String,),
        "select right_code from profile_rights where profile_id = $1",
        profile
    )?;
    Ok(codes.iter().filter_map(|(code,)| Right::from_code(code)).collect())
}

/// The features that are on for an account.
pub(crate) async fn features(db: &mut impl Connection, account: AccountId) -> Result<Vec<Feature>> {
    let codes = fetch_all!(
        db,
        (String,),
        "select feature from account_features where account_id = $1 order by feature",
        account
    )?;
    Ok(codes.iter().filter_map(|(code,)| Feature::from_code(code)).collect())
}
