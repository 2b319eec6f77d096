//! Server functions that load the data of the OAuth apps pages, one request per page.

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::oauth_apps::page_url::PageUrl;
use crate::session::SessionClient;
use crate::session::protocol::GetRequest;
use domain::accounts::rights::Rights;
use domain::accounts::users::UserOption;
use domain::auth::one_time_secrets::OneTimeSecret;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::{ClientSecret, OauthApp};
use domain::time::Timestamp;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Holds the data of the list page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListData {
    /// All apps, sorted by name.
    pub apps: Vec<OauthApp>,
    /// The oldest secret that has not been shown yet.
    pub one_time_secret: Option<OneTimeSecret>,
}

/// Holds the data that the form of an app needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppFormData {
    /// The first users that match the text in the user field.
    pub users: Vec<UserOption>,
    /// The rights of the selected user, if the field identifies one.
    pub rights: Option<Rights>,
}

/// Holds the data of an app's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppData {
    /// The app.
    pub app: OauthApp,
    /// Its client secrets, oldest first. Empty for a public client.
    pub secrets: Vec<ClientSecret>,
    /// The data of its form.
    pub form: AppFormData,
    /// The oldest secret that has not been shown yet.
    pub one_time_secret: Option<OneTimeSecret>,
    /// The public URL of the portal.
    pub public_url: String,
    /// The current time, to tell which secrets have expired.
    pub now: Timestamp,
}

/// Loads the list page.
///
/// # Errors
/// Returns [`AppError::Forbidden`] without the rights Admin settings and Access & manage OAuth apps.
#[server(name = LoadApps, prefix = "/fn", endpoint = "oauth-apps/list", protocol = GetRequest, client = SessionClient)]
pub async fn load_apps() -> Result<ListData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    Ok(ListData {
        apps: portal::oauth2::oauth_apps::list(&portal, &actor).await?,
        one_time_secret: portal::auth::one_time_secrets::list(&portal, &actor)
            .await?
            .into_iter()
            .next(),
    })
}

/// Loads the page with the form for a new app.
///
/// # Errors
/// Returns the same errors as [`load_apps`].
#[server(name = LoadNewApp, prefix = "/fn", endpoint = "oauth-apps/new", protocol = GetRequest, client = SessionClient)]
pub async fn load_new_app(address: String) -> Result<AppFormData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let url = PageUrl::parse(&address);
    let user = url.app_draft().map(|form| form.user.clone()).unwrap_or_default();
    form_data(&portal, &actor, &user).await
}

/// Loads an app's page at a URL.
///
/// # Errors
/// Returns the same errors as [`load_apps`], and [`AppError::NotFound`] if the account has no such app.
#[server(name = LoadApp, prefix = "/fn", endpoint = "oauth-apps/page", protocol = GetRequest, client = SessionClient)]
pub async fn load_app(id: OauthAppId, address: String) -> Result<AppData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let app = portal::oauth2::oauth_apps::get(&portal, &actor, id).await?;
    let form = match (PageUrl::parse(&address).app_draft(), &app.user) {
        (Some(draft), _) => form_data(&portal, &actor, &draft.user).await?,
        // The app's user may be inactive, so it is not looked up by name.
        (None, Some(user)) => AppFormData {
            rights: Some(user.rights),
            ..form_data(&portal, &actor, "").await?
        },
        (None, None) => form_data(&portal, &actor, "").await?,
    };
    Ok(AppData {
        secrets: portal::oauth2::oauth_apps::secrets::list(&portal, &actor, id).await?,
        app,
        form,
        one_time_secret: portal::auth::one_time_secrets::list(&portal, &actor)
            .await?
            .into_iter()
            .next(),
        public_url: crate::context::site()?.public_url.to_string(),
        now: portal.now(),
    })
}

#[cfg(feature = "ssr")]
async fn form_data(portal: &portal::Portal, actor: &portal::Actor, user: &str) -> Result<AppFormData, AppError> {
    use domain::accounts::rights::Right;
    Ok(AppFormData {
        users: portal::accounts::users::suggest(portal, actor, Right::ManageOauthApps, user).await?,
        rights: find_rights(portal, actor, user).await?,
    })
}

#[cfg(feature = "ssr")]
async fn find_rights(portal: &portal::Portal, actor: &portal::Actor, user: &str) -> Result<Option<Rights>, AppError> {
    let Some(user) = domain::oauth1::tokens::UserRef::parse(user) else {
        return Ok(None);
    };
    match portal::oauth2::oauth_apps::rights_of(portal, actor, &user).await {
        Ok(rights) => Ok(Some(rights)),
        Err(portal::Error::Invalid(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Returns the first users whose name or email contains `search`.
///
/// # Errors
/// Returns the same errors as [`load_apps`].
#[server(name = FindAppUsers, prefix = "/fn", endpoint = "oauth-apps/users", protocol = GetRequest, client = SessionClient)]
pub async fn find_users(search: String) -> Result<Vec<UserOption>, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let right = domain::accounts::rights::Right::ManageOauthApps;
    Ok(portal::accounts::users::suggest(&portal, &actor, right, &search).await?)
}

/// Returns the rights of the user that the text identifies, or `None` if it identifies no user.
///
/// # Errors
/// Returns the same errors as [`load_apps`].
#[server(
    name = LoadUserRights,
    prefix = "/fn",
    endpoint = "oauth-apps/user-rights",
    protocol = GetRequest,
    client = SessionClient,
)]
pub async fn load_user_rights(user: String) -> Result<Option<Rights>, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    find_rights(&portal, &actor, &user).await
}
