//! What the cards of the settings page save.

use crate::error::Failure;
use domain::integration::settings::Saved;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::save_form::answer_saved,
    crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::Address,
    domain::integration::settings::{ConnectionForm, Edit, GlobalForm},
    portal::Secret,
    portal::integration::settings::{Base, SecretChange},
};

/// A form of the settings page, as it comes back when it cannot be saved without script.
#[cfg(feature = "ssr")]
fn back(form: &str, base: i64) -> Address {
    Address::page(Tab::Settings.path())
        .with("form", form)
        .with("base", base)
}

/// Saves Bynder settings as they follow from revision `base`, or from `over` where somebody has chosen to keep theirs.
/// Without `client_id`, which Webdam has no field for, it stays as it is.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for fields that do not hold what they must among them.
#[server(prefix = "/fn", endpoint = "integration/save-connection")]
pub async fn save_connection(
    base: i64,
    #[server(default)] over: Option<i64>,
    #[server(default)] url: String,
    #[server(default)] dam: String,
    #[server(default)] client_id: Option<String>,
    #[server(default)] client_secret: String,
    #[server(default)] remove_secret: bool,
) -> Result<Saved, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let client_id = match client_id {
        Some(client_id) => client_id,
        None => {
            let kept = portal::integration::settings::get(&portal, &actor).await?;
            kept.settings.portal.client_id.unwrap_or_default()
        }
    };
    let client_secret = client_secret.trim().to_owned();
    let mut again = back("connection", base)
        .with("url", &url)
        .with("dam", &dam)
        .with("client_id", &client_id);
    let secret = if !client_secret.is_empty() {
        // It is part of no address, and has to be typed again.
        again = again.with("secret", "again");
        SecretChange::Replace(Secret::new(client_secret))
    } else if remove_secret {
        again = again.with("remove_secret", true);
        SecretChange::Remove
    } else {
        SecretChange::Keep
    };
    let edit = Edit::Connection(ConnectionForm { url, dam, client_id });
    let saved =
        portal::integration::settings::save_with(&portal, &actor, Base { shown: base, over }, &edit, secret).await;
    answer_saved::<SaveConnection>(saved, Tab::Settings.path(), &again)
}

/// Saves Asset selector global settings.
///
/// # Errors
/// As [`save_connection`].
#[server(prefix = "/fn", endpoint = "integration/save-language")]
pub async fn save_language(
    base: i64,
    #[server(default)] over: Option<i64>,
    #[server(default)] language: String,
) -> Result<Saved, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let again = back("language", base).with("language", &language);
    let edit = Edit::Global(GlobalForm { language });
    let saved = portal::integration::settings::save(&portal, &actor, Base { shown: base, over }, &edit).await;
    answer_saved::<SaveLanguage>(saved, Tab::Settings.path(), &again)
}

/// Saves Advanced settings.
///
/// # Errors
/// As [`save_connection`].
#[server(prefix = "/fn", endpoint = "integration/save-remote-logging")]
pub async fn save_remote_logging(
    base: i64,
    #[server(default)] over: Option<i64>,
    #[server(default)] remote_logging: bool,
) -> Result<Saved, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let again = back("remote-logging", base).with("remote_logging", remote_logging);
    let edit = Edit::RemoteLogging(remote_logging);
    let saved = portal::integration::settings::save(&portal, &actor, Base { shown: base, over }, &edit).await;
    answer_saved::<SaveRemoteLogging>(saved, Tab::Settings.path(), &again)
}
