//! What the settings page shows.

use crate::error::Failure;
use crate::pages::integration::page_url::Address;
use domain::integration::api_keys::ApiKeys;
use domain::integration::connection_test::Report;
use domain::integration::settings::{Clashes, ConnectionForm, Edit, GlobalForm, Revised};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsData {
    /// The settings.
    pub revised: Revised,
    /// The API keys, without what is secret.
    pub keys: ApiKeys,
    /// The API key itself, where the address asks for it.
    pub key: Option<String>,
    /// What the form clashes with that came back without script.
    pub clashes: Option<Clashes>,
    /// What the last test of the connection came to.
    pub report: Option<Report>,
}

/// What the page shows at an address.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ReadSettings, prefix = "/fn", endpoint = "integration/settings", input = GetUrl)]
pub async fn settings(address: String) -> Result<SettingsData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let address = Address::parse(&address);
    let clashes = match filled(&address) {
        Some((base, edit)) => crate::components::forms::save_form::clashes(&portal, &actor, base, &edit).await?,
        None => None,
    };
    let key = match address.get("show") {
        "api-key" => {
            let key = portal::integration::api_keys::show(&portal, &actor).await?;
            Some(key.expose().to_owned())
        }
        _ => None,
    };
    Ok(SettingsData {
        revised: portal::integration::settings::get(&portal, &actor).await?,
        keys: portal::integration::api_keys::get(&portal, &actor).await?,
        key,
        clashes,
        report: portal::integration::connection_test::last(&portal, &actor).await?,
    })
}

/// The form that came back with what was typed, if one has, and the revision that it is of.
#[must_use]
pub fn filled(address: &Address) -> Option<(i64, Edit)> {
    let edit = match address.get("form") {
        "connection" => Edit::Connection(ConnectionForm {
            url: address.get("url").to_owned(),
            dam: address.get("dam").to_owned(),
            client_id: address.get("client_id").to_owned(),
        }),
        "language" => Edit::Global(GlobalForm {
            language: address.get("language").to_owned(),
        }),
        "remote-logging" => Edit::RemoteLogging(address.get("remote_logging") == "true"),
        _ => return None,
    };
    Some((address.get("base").parse().ok()?, edit))
}
