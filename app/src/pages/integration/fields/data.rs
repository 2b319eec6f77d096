//! What the page shows, gathered in one round trip; the preview's assets come by themselves, as they may be far away.

use crate::error::Failure;
use domain::integration::selector::preview::Preview;
use domain::integration::settings::{Clashes, Revised};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldsData {
    /// The settings, all fields among them.
    pub revised: Revised,
    /// Fields that connectors have asked for and nobody has configured.
    pub asked: Vec<String>,
    /// What a form that came back clashes with.
    pub clashes: Option<Clashes>,
}

/// What the page shows at an address.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ReadFields, prefix = "/fn", endpoint = "integration/fields", input = GetUrl)]
pub async fn page(address: String) -> Result<FieldsData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let clashes = match crate::pages::integration::fields::page_url::Address::parse(&address).filled {
        Some(filled) => {
            let edit = domain::integration::settings::Edit::Field(filled.form);
            crate::components::forms::save_form::clashes(&portal, &actor, filled.base, &edit).await?
        }
        None => None,
    };
    Ok(FieldsData {
        revised: portal::integration::settings::get(&portal, &actor).await?,
        asked: portal::integration::requested_fields::list(&portal, &actor).await?,
        clashes,
    })
}

/// The assets that the preview has to show.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ReadPreview, prefix = "/fn", endpoint = "integration/preview", input = GetUrl)]
pub async fn preview() -> Result<Preview, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(portal::integration::dam_assets::preview(&portal, &actor).await?)
}
