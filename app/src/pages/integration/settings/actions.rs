//! Server functions that save the forms of the Settings tab.

use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::integration::settings::Saved;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::respond_error,
    crate::components::forms::save_form::respond_saved,
    crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::PageUrl,
    domain::integration::settings::{ConnectionForm, Edit, GlobalForm},
    leptos::server_fn::ServerFn,
    portal::Secret,
    portal::integration::settings::{BaseRevision, SecretChange},
};

/// Returns the URL that shows a form again after it was rejected without JavaScript.
#[cfg(feature = "ssr")]
fn retry_url_of(form: &str, base: i64) -> PageUrl {
    PageUrl::new(Tab::Settings.path()).with("form", form).with("base", base)
}

/// Returns the saved client ID.
#[cfg(feature = "ssr")]
async fn saved_client_id() -> Result<String, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let saved = portal::integration::settings::get(&portal, &actor).await?;
    Ok(saved.settings.portal.client_id.unwrap_or_default())
}

/// Saves an edit and responds to its form.
#[cfg(feature = "ssr")]
async fn save<S: ServerFn>(
    base: i64,
    over: Option<i64>,
    edit: &Edit,
    secret: SecretChange,
    retry_url: &PageUrl,
) -> Result<Saved, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let revision = BaseRevision {
        seen: base,
        overwrite: over,
    };
    let saved = portal::integration::settings::save_with(&portal, &actor, revision, edit, secret).await;
    respond_saved::<S>(saved, Tab::Settings.path(), retry_url)
}

/// Saves the Bynder settings, edited at revision `base`, overwriting conflicting changes up to revision `over`.
///
/// The saved client ID is kept unless the form has a field for it, which the Webdam form doesn't. An empty value alone can't
/// tell, because an empty field and a missing one are decoded to the same value.
///
/// # Errors
/// Errors of the portal, including [`AppError::Invalid`] for invalid fields.
#[server(prefix = "/fn", endpoint = "integration/save-connection", protocol = PostRequest, client = SessionClient)]
pub async fn save_connection(
    base: i64,
    #[server(default)] over: Option<i64>,
    #[server(default)] url: String,
    #[server(default)] dam: String,
    #[server(default)] client_id: String,
    #[server(default)] has_client_id: bool,
    #[server(default)] client_secret: String,
    #[server(default)] remove_secret: bool,
) -> Result<Saved, AppError> {
    let retry_url = retry_url_of("connection", base).with("url", &url).with("dam", &dam);
    let client_id = if client_id.is_empty() && !has_client_id {
        saved_client_id()
            .await
            .map_err(|error| respond_error::<SaveConnection>(error, &retry_url))?
    } else {
        client_id
    };
    let client_secret = client_secret.trim().to_owned();
    let mut retry_url = retry_url.with("client_id", &client_id);
    let secret = if !client_secret.is_empty() {
        // A secret is never part of a URL, so the user has to enter it again.
        retry_url = retry_url.with("secret", "again");
        SecretChange::Replace(Secret::new(client_secret))
    } else if remove_secret {
        retry_url = retry_url.with("remove_secret", true);
        SecretChange::Remove
    } else {
        SecretChange::Keep
    };
    let edit = Edit::Connection(ConnectionForm { url, dam, client_id });
    save::<SaveConnection>(base, over, &edit, secret, &retry_url).await
}

/// Saves the asset selector global settings.
///
/// # Errors
/// The errors of [`save_connection`].
#[server(prefix = "/fn", endpoint = "integration/save-language", protocol = PostRequest, client = SessionClient)]
pub async fn save_language(
    base: i64,
    #[server(default)] over: Option<i64>,
    #[server(default)] language: String,
) -> Result<Saved, AppError> {
    let retry_url = retry_url_of("language", base).with("language", &language);
    let edit = Edit::Global(GlobalForm { language });
    save::<SaveLanguage>(base, over, &edit, SecretChange::Keep, &retry_url).await
}

/// Saves the advanced settings.
///
/// # Errors
/// The errors of [`save_connection`].
#[server(prefix = "/fn", endpoint = "integration/save-remote-logging", protocol = PostRequest, client = SessionClient)]
pub async fn save_remote_logging(
    base: i64,
    #[server(default)] over: Option<i64>,
    #[server(default)] remote_logging: bool,
) -> Result<Saved, AppError> {
    let retry_url = retry_url_of("remote-logging", base).with("remote_logging", remote_logging);
    let edit = Edit::RemoteLogging(remote_logging);
    save::<SaveRemoteLogging>(base, over, &edit, SecretChange::Keep, &retry_url).await
}
