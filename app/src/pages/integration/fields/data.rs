//! Data of the page, loaded in one round trip, and the assets of the preview, loaded separately as the DAM may be slow.

use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::GetRequest;
use domain::integration::selector::preview::Preview;
use domain::integration::settings::{Conflicts, SettingsRevision};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Data of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldsData {
    /// The settings, including all fields, and their revision.
    pub current: SettingsRevision,
    /// Fields that connectors requested but that have no settings.
    pub requested_fields: Vec<String>,
    /// Conflicts of a form that was rejected without JavaScript.
    pub conflicts: Option<Conflicts>,
}

/// Loads the data of the page at the URL `address`.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(name = LoadFields, prefix = "/fn", endpoint = "integration/fields", protocol = GetRequest, client = SessionClient)]
pub async fn load_fields_data(address: String) -> Result<FieldsData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let conflicts = match crate::pages::integration::fields::page_url::FieldsUrl::parse(&address).draft {
        Some(draft) => {
            let edit = domain::integration::settings::Edit::Field(draft.form);
            crate::components::forms::save_form::conflicts(&portal, &actor, draft.base, &edit).await?
        }
        None => None,
    };
    Ok(FieldsData {
        current: portal::integration::settings::get(&portal, &actor).await?,
        requested_fields: portal::integration::requested_fields::list(&portal, &actor).await?,
        conflicts,
    })
}

/// Loads the assets that the preview shows.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(name = LoadPreview, prefix = "/fn", endpoint = "integration/preview", protocol = GetRequest, client = SessionClient)]
pub async fn load_preview() -> Result<Preview, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    Ok(portal::integration::dam_assets::preview(&portal, &actor).await?)
}
