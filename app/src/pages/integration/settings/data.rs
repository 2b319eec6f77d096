//! Data of the Settings tab.

use crate::components::reactive::reload::reload_on_change;
use crate::error::AppError;
use crate::pages::integration::layout::Tab;
use crate::pages::integration::page_url::PageUrl;
use crate::session::SessionClient;
use crate::session::protocol::GetRequest;
use domain::integration::api_keys::ApiKeys;
use domain::integration::connection_test::Report;
use domain::integration::settings::{Conflicts, ConnectionForm, Edit, GlobalForm, SettingsRevision};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Data of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsData {
    /// The settings and their revision.
    pub current: SettingsRevision,
    /// Details of the API keys, without their secrets.
    pub keys: ApiKeys,
    /// The API key itself, if the URL asks to show it.
    pub key: Option<String>,
    /// Conflicts of a form that was rejected without JavaScript.
    pub conflicts: Option<Conflicts>,
    /// The report of the last connection test.
    pub report: Option<Report>,
}

/// Loads the data of the page at the URL `address`.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(
    name = LoadSettings,
    prefix = "/fn",
    endpoint = "integration/settings",
    protocol = GetRequest,
    client = SessionClient,
)]
pub async fn load_settings_data(address: String) -> Result<SettingsData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let url = PageUrl::parse(&address);
    let conflicts = match form_draft(&url) {
        Some((base, edit)) => crate::components::forms::save_form::conflicts(&portal, &actor, base, &edit).await?,
        None => None,
    };
    let key = match url.get("show") {
        "api-key" => {
            let key = portal::integration::api_keys::show(&portal, &actor).await?;
            Some(key.expose().to_owned())
        }
        _ => None,
    };
    Ok(SettingsData {
        current: portal::integration::settings::get(&portal, &actor).await?,
        keys: portal::integration::api_keys::get(&portal, &actor).await?,
        key,
        conflicts,
        report: portal::integration::connection_test::last(&portal, &actor).await?,
    })
}

/// Returns the data of the last reload, if any. The data is loaded again after each change; if that fails, the page keeps
/// the old data until the next change.
pub fn reload_after_changes(changes: RwSignal<u32>) -> RwSignal<Option<Arc<SettingsData>>> {
    reload_on_change(
        move || changes.get(),
        |_| async {
            let data = load_settings_data(Tab::Settings.path().to_owned()).await;
            data.ok().map(Arc::new)
        },
    )
}

/// Returns the values of a form that was rejected without JavaScript, and the revision it was loaded at.
#[must_use]
pub fn form_draft(url: &PageUrl) -> Option<(i64, Edit)> {
    let edit = match url.get("form") {
        "connection" => Edit::Connection(ConnectionForm {
            url: url.get("url").to_owned(),
            dam: url.get("dam").to_owned(),
            client_id: url.get("client_id").to_owned(),
        }),
        "language" => Edit::Global(GlobalForm {
            language: url.get("language").to_owned(),
        }),
        "remote-logging" => Edit::RemoteLogging(url.get("remote_logging") == "true"),
        _ => return None,
    };
    Some((url.get("base").parse().ok()?, edit))
}
