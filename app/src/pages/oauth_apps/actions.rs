//! What the pages do.

use crate::error::Failure;
use domain::ids::{ClientSecretId, OauthAppId};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::answer,
    crate::pages::oauth_apps::page_url::{Address, Dialog, Filled},
    domain::oauth2::oauth_apps::{AppForm, SecretForm, TokenSettingsForm},
};

/// Registers an app; its secret, where it has one, waits on its page.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for fields that do not hold what they must among them.
#[server(prefix = "/fn", endpoint = "oauth-apps/create")]
pub async fn create_app(
    name: String,
    #[server(default)] grant: String,
    #[server(default)] user: String,
    #[server(default)] redirect_uris: String,
    #[server(default)] scopes: Vec<String>,
) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let form = AppForm {
        name,
        grant,
        user,
        redirect_uris,
        scopes,
    };
    let settings = TokenSettingsForm::from(crate::context::site()?.signing_algorithm);
    let made = portal::oauth2::oauth_apps::create_with(&portal, &actor, form.clone(), settings).await;
    let page = made
        .as_ref()
        .map_or_else(|_| Address::default(), |app| Address::app(app.id));
    let again = Address::new_app().filled(Filled::App(form));
    answer::<CreateApp>(made.map(drop), &page, &again)
}

/// Changes everything about an app but its grant.
///
/// # Errors
/// As [`create_app`], and [`Failure::Conflict`] where scopes are added without `confirmed`.
#[server(prefix = "/fn", endpoint = "oauth-apps/update")]
pub async fn update_app(
    app: OauthAppId,
    name: String,
    #[server(default)] user: String,
    #[server(default)] redirect_uris: String,
    #[server(default)] scopes: Vec<String>,
    #[server(default)] confirmed: bool,
) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let form = AppForm {
        name,
        grant: String::new(),
        user,
        redirect_uris,
        scopes,
    };
    let updated = portal::oauth2::oauth_apps::update(&portal, &actor, app, form.clone(), confirmed).await;
    let page = Address::app(app);
    answer::<UpdateApp>(updated, &page, &page.filled(Filled::App(form)))
}

/// Changes an app's token settings.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for fields that do not hold what they must among them.
#[server(prefix = "/fn", endpoint = "oauth-apps/set-token-settings")]
pub async fn set_token_settings(
    app: OauthAppId,
    #[server(default)] rotate_refresh_tokens: bool,
    #[server(default)] signing_algorithm: String,
    #[server(default)] allow_introspection: bool,
) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let form = TokenSettingsForm {
        rotate_refresh_tokens,
        signing_algorithm,
        allow_introspection,
    };
    let set = portal::oauth2::oauth_apps::set_token_settings(&portal, &actor, app, form).await;
    let page = Address::app(app);
    answer::<SetTokenSettings>(set, &page, &page)
}

/// Adds a secret to an app; it waits on the app's page.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for fields that do not hold what they must among them.
#[server(prefix = "/fn", endpoint = "oauth-apps/add-secret")]
pub async fn add_secret(
    app: OauthAppId,
    #[server(default)] note: String,
    #[server(default)] days: String,
) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let form = SecretForm { note, days };
    let added = portal::oauth2::oauth_apps::secrets::add(&portal, &actor, app, form.clone()).await;
    let page = Address::app(app);
    answer::<AddSecret>(added.map(drop), &page, &page.filled(Filled::Secret(form)))
}

/// Deletes one of an app's secrets.
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "oauth-apps/delete-secret")]
pub async fn delete_secret(app: OauthAppId, secret: ClientSecretId) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let deleted = portal::oauth2::oauth_apps::secrets::delete(&portal, &actor, app, secret).await;
    let page = Address::app(app);
    answer::<DeleteSecret>(deleted, &page, &page.with(Dialog::DeleteSecret(secret)))
}

/// Revokes all refresh tokens of an app.
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "oauth-apps/revoke")]
pub async fn revoke_refresh_tokens(app: OauthAppId) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let revoked = portal::oauth2::oauth_apps::revoke_refresh_tokens(&portal, &actor, app).await;
    let page = Address::app(app);
    answer::<RevokeRefreshTokens>(revoked.map(drop), &page, &page.with(Dialog::Revoke))
}

/// Deletes an app with its secrets and tokens, when `name` is its name.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for another name among them.
#[server(prefix = "/fn", endpoint = "oauth-apps/delete")]
pub async fn delete_app(app: OauthAppId, name: String) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let deleted = portal::oauth2::oauth_apps::delete(&portal, &actor, app, &name).await;
    answer::<DeleteApp>(deleted, &Address::default(), &Address::app(app).with(Dialog::Delete))
}
