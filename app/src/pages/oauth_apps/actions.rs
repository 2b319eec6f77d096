//! Server functions behind the forms of the OAuth apps pages.

use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::ids::{ClientSecretId, OauthAppId};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::respond,
    crate::pages::oauth_apps::page_url::{Dialog, FormDraft, PageUrl},
    domain::oauth2::oauth_apps::{AppForm, SecretForm, TokenSettingsForm},
};

/// Registers an app. If it has a client secret, the app's page shows it once.
///
/// # Errors
/// Returns the portal's error, such as [`AppError::Invalid`] for invalid fields.
#[server(prefix = "/fn", endpoint = "oauth-apps/create", protocol = PostRequest, client = SessionClient)]
pub async fn create_app(
    name: String,
    #[server(default)] grant: String,
    #[server(default)] user: String,
    #[server(default)] redirect_uris: String,
    #[server(default)] scopes: Vec<String>,
) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let form = AppForm {
        name,
        grant,
        user,
        redirect_uris,
        scopes,
    };
    let settings = TokenSettingsForm::from(crate::context::site()?.signing_algorithm);
    let result = portal::oauth2::oauth_apps::create_with(&portal, &actor, form.clone(), settings).await;
    let page_url = result
        .as_ref()
        .map_or_else(|_| PageUrl::default(), |app| PageUrl::app(app.id));
    let retry_url = PageUrl::new_app().with_draft(FormDraft::App(form));
    respond::<CreateApp>(result.map(drop), &page_url, &retry_url)
}

/// Changes an app's name, user, redirect URIs and scopes. The grant type can't be changed.
///
/// # Errors
/// Returns the same errors as [`create_app`], and [`AppError::Conflict`] if scopes are added without `confirmed`.
#[server(prefix = "/fn", endpoint = "oauth-apps/update", protocol = PostRequest, client = SessionClient)]
pub async fn update_app(
    app: OauthAppId,
    name: String,
    #[server(default)] user: String,
    #[server(default)] redirect_uris: String,
    #[server(default)] scopes: Vec<String>,
    #[server(default)] confirmed: bool,
) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let form = AppForm {
        name,
        grant: String::new(),
        user,
        redirect_uris,
        scopes,
    };
    let result = portal::oauth2::oauth_apps::update(&portal, &actor, app, form.clone(), confirmed).await;
    let page_url = PageUrl::app(app);
    respond::<UpdateApp>(result, &page_url, &page_url.with_draft(FormDraft::App(form)))
}

/// Changes an app's token settings.
///
/// # Errors
/// Returns the portal's error, such as [`AppError::Invalid`] for invalid fields.
#[server(prefix = "/fn", endpoint = "oauth-apps/set-token-settings", protocol = PostRequest, client = SessionClient)]
pub async fn set_token_settings(
    app: OauthAppId,
    #[server(default)] rotate_refresh_tokens: bool,
    #[server(default)] signing_algorithm: String,
    #[server(default)] allow_introspection: bool,
) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let form = TokenSettingsForm {
        rotate_refresh_tokens,
        signing_algorithm,
        allow_introspection,
    };
    let result = portal::oauth2::oauth_apps::set_token_settings(&portal, &actor, app, form.clone()).await;
    let page_url = PageUrl::app(app);
    respond::<SetTokenSettings>(result, &page_url, &page_url.with_draft(FormDraft::TokenSettings(form)))
}

/// Adds a client secret to an app. The app's page shows it once.
///
/// # Errors
/// Returns the portal's error, such as [`AppError::Invalid`] for invalid fields.
#[server(prefix = "/fn", endpoint = "oauth-apps/add-secret", protocol = PostRequest, client = SessionClient)]
pub async fn add_secret(
    app: OauthAppId,
    #[server(default)] note: String,
    #[server(default)] days: String,
) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let form = SecretForm { note, days };
    let result = portal::oauth2::oauth_apps::secrets::add(&portal, &actor, app, form.clone()).await;
    let page_url = PageUrl::app(app);
    respond::<AddSecret>(
        result.map(drop),
        &page_url,
        &page_url.with_draft(FormDraft::Secret(form)),
    )
}

/// Deletes a client secret of an app.
///
/// # Errors
/// Returns the portal's error.
#[server(prefix = "/fn", endpoint = "oauth-apps/delete-secret", protocol = PostRequest, client = SessionClient)]
pub async fn delete_secret(app: OauthAppId, secret: ClientSecretId) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let result = portal::oauth2::oauth_apps::secrets::delete(&portal, &actor, app, secret).await;
    let page_url = PageUrl::app(app);
    respond::<DeleteSecret>(result, &page_url, &page_url.with_dialog(Dialog::DeleteSecret(secret)))
}

/// Revokes all refresh tokens of an app.
///
/// # Errors
/// Returns the portal's error.
#[server(prefix = "/fn", endpoint = "oauth-apps/revoke", protocol = PostRequest, client = SessionClient)]
pub async fn revoke_refresh_tokens(app: OauthAppId) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let result = portal::oauth2::oauth_apps::revoke_refresh_tokens(&portal, &actor, app).await;
    let page_url = PageUrl::app(app);
    respond::<RevokeRefreshTokens>(
        result.map(drop),
        &page_url,
        &page_url.with_dialog(Dialog::RevokeRefreshTokens),
    )
}

/// Deletes an app with its secrets and tokens if `name` matches its name.
///
/// # Errors
/// Returns the portal's error, such as [`AppError::Invalid`] if `name` does not match.
#[server(prefix = "/fn", endpoint = "oauth-apps/delete", protocol = PostRequest, client = SessionClient)]
pub async fn delete_app(app: OauthAppId, name: String) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let result = portal::oauth2::oauth_apps::delete(&portal, &actor, app, &name).await;
    respond::<DeleteApp>(
        result,
        &PageUrl::default(),
        &PageUrl::app(app).with_dialog(Dialog::DeleteApp(name)),
    )
}
