//! The actor of an operation, and its rights.

use crate::database::{AsExecutor, fetch_all, fetch_optional};
use crate::infra::error::{Error, Result};
use bytes::Bytes;
use domain::accounts::features::Feature;
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::CurrentUser;
use domain::coded_enum::CodedEnum;
use domain::ids::{AccountId, OauthAppId, ProfileId, SessionId, TokenId, UserId};
use domain::time::Timestamp;
use std::sync::OnceLock;
use uuid::Uuid;

/// The actor of an operation: a user, authenticated by any method, or the operator on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    account: AccountId,
    account_name: String,
    features: Vec<Feature>,
    rights: Rights,
    auth_method: AuthMethod,
    user: Option<ActorUser>,
}

/// The user of an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorUser {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub name: String,
    /// The user's email.
    pub email: String,
    /// The id of the user's security profile.
    pub profile_id: ProfileId,
    /// The name of the user's security profile.
    pub profile: String,
    /// When the user last signed in, if ever.
    pub last_sign_in_at: Option<Timestamp>,
    /// The language of the user's account, such as `en_US`.
    pub language: String,
    /// The IANA name of the time zone of the user's account.
    pub time_zone: String,
    /// The user in the form that the API returns, once it has been serialized. Actors are cached, and serializing their
    /// user takes a fifth of the instructions of a request for it.
    pub serialized: OnceLock<Bytes>,
}

/// How an actor authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    /// A browser session.
    Session(SessionId),
    /// An OAuth 1 token.
    Token(TokenId),
    /// An OAuth 2 access token of this app.
    AccessToken(OauthAppId),
    /// The command line.
    CommandLine,
    /// The setup page, which creates the first account.
    Setup,
    /// A link that was mailed to the user.
    EmailLink,
    /// The sign-in pages, by somebody who named the user's email but has proved nothing.
    SignedOut,
}

impl AuthMethod {
    /// Returns the code in the audit log.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Session(_) => "session",
            Self::Token(_) => "token",
            Self::AccessToken(_) => "access-token",
            Self::CommandLine => "command-line",
            Self::Setup => "setup",
            Self::EmailLink => "email-link",
            Self::SignedOut => "signed-out",
        }
    }

    /// Returns the id of the session, the token or the OAuth app.
    pub(crate) fn credential(self) -> Option<Uuid> {
        match self {
            Self::Session(session) => Some(session.0),
            Self::Token(token) => Some(token.0),
            Self::AccessToken(app) => Some(app.0),
            Self::CommandLine | Self::Setup | Self::EmailLink | Self::SignedOut => None,
        }
    }
}

impl Actor {
    /// Creates the operator of one account, who has all rights.
    pub(crate) fn operator(
        account: AccountId,
        account_name: String,
        features: Vec<Feature>,
        auth_method: AuthMethod,
    ) -> Self {
        Self {
            account,
            account_name,
            features,
            rights: Rights::all(),
            auth_method,
            user: None,
        }
    }

    /// Creates an actor for what somebody does in an account without having proved to be a user. It has no rights.
    pub(crate) fn unknown(account: AccountId, account_name: String) -> Self {
        Self {
            account,
            account_name,
            features: Vec::new(),
            rights: Rights::default(),
            auth_method: AuthMethod::SignedOut,
            user: None,
        }
    }

    /// Checks that the actor has `right`. Returns the actor for chaining.
    ///
    /// # Errors
    /// Returns [`Error::Forbidden`] if the actor doesn't have the right.
    pub fn require_right(&self, right: Right) -> Result<&Self> {
        if self.rights.has(right) {
            Ok(self)
        } else {
            Err(Error::Forbidden(right))
        }
    }

    /// Checks that the actor's account has `feature`, and returns the account.
    ///
    /// # Errors
    /// Returns [`Error::Disabled`] if the feature is not enabled.
    pub fn require_feature(&self, feature: Feature) -> Result<AccountId> {
        if self.features.contains(&feature) {
            Ok(self.account)
        } else {
            Err(Error::Disabled(feature))
        }
    }

    /// Returns the actor's account, to which all its queries are limited.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Returns the account's name.
    #[must_use]
    pub fn account_name(&self) -> &str {
        &self.account_name
    }

    /// Returns the actor's rights.
    #[must_use]
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// Returns the actor's user, or `None` for the operator.
    #[must_use]
    pub fn user(&self) -> Option<&ActorUser> {
        self.user.as_ref()
    }

    /// Returns how the actor authenticated.
    #[must_use]
    pub fn auth_method(&self) -> AuthMethod {
        self.auth_method
    }

    /// Returns the actor's user, for operations that only a user can perform.
    ///
    /// # Errors
    /// Returns [`Error::SignedOut`] for the operator.
    pub fn require_user(&self) -> Result<&ActorUser> {
        self.user.as_ref().ok_or(Error::SignedOut)
    }

    /// Returns the actor's session, if it authenticated by one.
    pub(crate) fn session(&self) -> Option<SessionId> {
        match self.auth_method {
            AuthMethod::Session(session) => Some(session),
            AuthMethod::Token(_)
            | AuthMethod::AccessToken(_)
            | AuthMethod::CommandLine
            | AuthMethod::Setup
            | AuthMethod::EmailLink
            | AuthMethod::SignedOut => None,
        }
    }

    /// Returns the actor's session.
    ///
    /// # Errors
    /// Returns [`Error::SignedOut`] if the actor didn't authenticate by a session.
    pub(crate) fn require_session(&self) -> Result<SessionId> {
        self.session().ok_or(Error::SignedOut)
    }

    /// Returns the id of the actor's user, for columns that record who made a change.
    pub(crate) fn user_id(&self) -> Option<UserId> {
        self.user.as_ref().map(|user| user.id)
    }

    /// Returns the user's data for the browser, or `None` for the operator.
    #[must_use]
    pub fn current_user(&self) -> Option<CurrentUser> {
        self.user.as_ref().map(|user| CurrentUser {
            user_id: user.id,
            name: user.name.clone(),
            email: user.email.clone(),
            account_id: self.account,
            account_name: self.account_name.clone(),
            profile: user.profile.clone(),
            rights: self.rights,
            features: self.features.clone(),
        })
    }

    /// Loads a user as actor. Returns `None` if the user doesn't exist or is inactive.
    pub(crate) async fn load(db: &mut impl AsExecutor, user: UserId, auth_method: AuthMethod) -> Result<Option<Self>> {
        #[derive(sqlx::FromRow)]
        struct Row {
            account_id: AccountId,
            account_name: String,
            name: String,
            email: String,
            profile_id: ProfileId,
            profile: String,
            last_sign_in_at: Option<Timestamp>,
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
            auth_method,
            user: Some(ActorUser {
                id: user,
                name: row.name,
                email: row.email,
                profile_id: row.profile_id,
                profile: row.profile,
                last_sign_in_at: row.last_sign_in_at,
                language: row.language,
                time_zone: row.time_zone,
                serialized: OnceLock::new(),
            }),
        }))
    }
}

/// Loads the rights of a security profile. Ignores rights that are unknown to this version.
pub(crate) async fn rights(db: &mut impl AsExecutor, profile: ProfileId) -> Result<Rights> {
    let codes = fetch_all!(
        db,
        (String,),
        "select right_code from profile_rights where profile_id = $1",
        profile
    )?;
    Ok(codes.iter().filter_map(|(code,)| Right::from_code(code)).collect())
}

/// Loads the features that are enabled for an account.
pub(crate) async fn features(db: &mut impl AsExecutor, account: AccountId) -> Result<Vec<Feature>> {
    let codes = fetch_all!(
        db,
        (String,),
        "select feature from account_features where account_id = $1 order by feature",
        account
    )?;
    Ok(codes.iter().filter_map(|(code,)| Feature::from_code(code)).collect())
}
