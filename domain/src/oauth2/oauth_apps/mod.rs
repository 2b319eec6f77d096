//! OAuth 2 apps, the clients of RFC 6749 §2, and their client secrets.

mod client_secrets;
mod form;
mod grant;
mod token_settings;

pub use crate::oauth2::oauth_apps::client_secrets::{
    ClientSecret, MAX_SECRET_DAYS, MAX_SECRETS, SecretForm, ValidatedSecret,
};
pub use crate::oauth2::oauth_apps::form::{AppForm, ValidatedApp};
pub use crate::oauth2::oauth_apps::grant::Grant;
pub use crate::oauth2::oauth_apps::token_settings::{
    ParseSigningAlgorithmError, REFRESH_TOKEN_IDLE_DAYS, REFRESH_TOKEN_LIFETIME_DAYS, SigningAlgorithm, TokenSettings,
    TokenSettingsForm,
};

use crate::accounts::rights::Rights;
use crate::ids::{OauthAppId, UserId};
use crate::oauth2::scopes::Scopes;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Describes an app, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OauthApp {
    /// The id, whose text form is the client ID.
    pub id: OauthAppId,
    /// The name, unique in the account.
    pub name: String,
    /// The grant type.
    pub grant: Grant,
    /// The user whose permissions it has, for client credentials only.
    pub user: Option<AppUser>,
    /// The redirect URIs.
    pub redirect_uris: Vec<String>,
    /// The maximum scopes of its tokens.
    pub scopes: Scopes,
    /// The scopes that it has used in requests.
    pub used_scopes: Scopes,
    /// The token settings.
    pub token_settings: TokenSettings,
    /// The name of the user who created it; `None` for the command line.
    pub created_by: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When a token was last issued to it.
    pub last_used_at: Option<Timestamp>,
    /// The number of its active access and refresh tokens.
    pub active_tokens: i64,
}

/// Describes the user whose permissions an app has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppUser {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The email.
    pub email: String,
    /// Whether the user is active. The app is disabled while the user is inactive.
    pub active: bool,
    /// The user's rights, which limit the scopes of the app's tokens.
    pub rights: Rights,
}

/// Describes an app that a user has granted access, for the user's "Connected apps" page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedApp {
    /// The app's id.
    pub id: OauthAppId,
    /// The app's name.
    pub name: String,
    /// The granted scopes.
    pub scopes: Scopes,
    /// When the user first granted access.
    pub granted_at: Timestamp,
    /// When a token was last issued to it for the user.
    pub last_used_at: Option<Timestamp>,
}
