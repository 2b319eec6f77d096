//! What the pages show, each gathered in one round trip.

use crate::error::Failure;
#[cfg(feature = "ssr")]
use crate::pages::oauth_apps::page_url::Address;
use domain::accounts::rights::Rights;
use domain::accounts::users::UserChoice;
use domain::auth::one_time_secrets::Reveal;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::{ClientSecret, OauthApp};
use domain::time::Timestamp;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// What the list shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListData {
    /// All apps, by name.
    pub apps: Vec<OauthApp>,
    /// The oldest secret that waits to be read.
    pub reveal: Option<Reveal>,
}

/// What a form for an app needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormData {
    /// A few people, who fit what the field holds.
    pub users: Vec<UserChoice>,
    /// What the person may do whom the field names, if it names one.
    pub rights: Option<Rights>,
}

/// What an app's page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppData {
    /// The app.
    pub app: OauthApp,
    /// Its secrets, the oldest first; none of a public client.
    pub secrets: Vec<ClientSecret>,
    /// What its form needs.
    pub form: FormData,
    /// The oldest secret that waits to be read.
    pub reveal: Option<Reveal>,
    /// The portal's address, for programs.
    pub public_url: String,
    /// The time by which secrets have expired or not.
    pub now: Timestamp,
}

/// What the list shows.
///
/// # Errors
/// [`Failure::Forbidden`] without Admin settings and Access & manage OAuth apps.
#[server(name = ReadApps, prefix = "/fn", endpoint = "oauth-apps/list", input = GetUrl)]
pub async fn list() -> Result<ListData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(ListData {
        apps: portal::oauth2::oauth_apps::list(&portal, &actor).await?,
        reveal: portal::auth::one_time_secrets::pending(&portal, &actor)
            .await?
            .into_iter()
            .next(),
    })
}

/// What the form for a new app needs.
///
/// # Errors
/// As [`list`].
#[server(name = ReadNewApp, prefix = "/fn", endpoint = "oauth-apps/new", input = GetUrl)]
pub async fn new_app(address: String) -> Result<FormData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let address = Address::parse(&address);
    let user = address.app_form().map(|form| form.user.clone()).unwrap_or_default();
    form(&portal, &actor, &user).await
}

/// What an app's page shows at an address.
///
/// # Errors
/// As [`list`], and [`Failure::NotFound`] where the account has no such app.
#[server(name = ReadApp, prefix = "/fn", endpoint = "oauth-apps/page", input = GetUrl)]
pub async fn app(id: OauthAppId, address: String) -> Result<AppData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let app = portal::oauth2::oauth_apps::get(&portal, &actor, id).await?;
    let form = match (Address::parse(&address).app_form(), &app.user) {
        (Some(filled), _) => form(&portal, &actor, &filled.user).await?,
        // The person may be inactive, and is known already.
        (None, Some(user)) => FormData {
            rights: Some(user.rights),
            ..form(&portal, &actor, "").await?
        },
        (None, None) => form(&portal, &actor, "").await?,
    };
    Ok(AppData {
        secrets: portal::oauth2::oauth_apps::secrets::list(&portal, &actor, id).await?,
        app,
        form,
        reveal: portal::auth::one_time_secrets::pending(&portal, &actor)
            .await?
            .into_iter()
            .next(),
        public_url: crate::context::site()?.public_url.to_string(),
        now: portal.now(),
    })
}

#[cfg(feature = "ssr")]
async fn form(portal: &portal::Portal, actor: &portal::Actor, user: &str) -> Result<FormData, Failure> {
    use domain::accounts::rights::Right;
    Ok(FormData {
        users: portal::accounts::users::choices(portal, actor, Right::ManageOauthApps, user).await?,
        rights: rights(portal, actor, user).await?,
    })
}

#[cfg(feature = "ssr")]
async fn rights(portal: &portal::Portal, actor: &portal::Actor, user: &str) -> Result<Option<Rights>, Failure> {
    let Some(user) = domain::oauth1::tokens::UserRef::parse(user) else {
        return Ok(None);
    };
    match portal::oauth2::oauth_apps::rights_of(portal, actor, &user).await {
        Ok(rights) => Ok(Some(rights)),
        Err(portal::Error::Invalid(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A few people whose name or e-mail holds `search`.
///
/// # Errors
/// As [`list`].
#[server(name = ReadAppUsers, prefix = "/fn", endpoint = "oauth-apps/users", input = GetUrl)]
pub async fn users(search: String) -> Result<Vec<UserChoice>, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let right = domain::accounts::rights::Right::ManageOauthApps;
    Ok(portal::accounts::users::choices(&portal, &actor, right, &search).await?)
}

/// What the person may do whom the text names; nothing where it names nobody.
///
/// # Errors
/// As [`list`].
#[server(name = ReadUserRights, prefix = "/fn", endpoint = "oauth-apps/user-rights", input = GetUrl)]
pub async fn user_rights(user: String) -> Result<Option<Rights>, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    rights(&portal, &actor, &user).await
}
