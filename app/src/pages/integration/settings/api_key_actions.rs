//! What can be done with the API key.

use crate::error::Failure;
use domain::ids::ApiKeyId;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::{answer, refuse},
    crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::Address,
    domain::fields::FieldErrors,
    domain::integration::api_keys::Overlap,
};

/// The API key. A browser without script is led `back` to a page of this section, which then shows it.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(prefix = "/fn", endpoint = "integration/show-api-key")]
pub async fn show_api_key(#[server(default)] back: String) -> Result<String, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let page = match Address::parse(&back) {
        developers if developers.is_of(Tab::Developers.path()) => developers,
        _ => Address::page(Tab::Settings.path()),
    };
    let key = portal::integration::api_keys::show(&portal, &actor).await;
    let key = key.map_err(|error| refuse::<ShowApiKey>(error.into(), &page))?;
    let parts = use_context::<http::request::Parts>();
    if parts.is_some_and(|parts| crate::context::accepts_html(&parts.headers)) {
        leptos_axum::redirect(&page.with("show", "api-key").to_string());
        return Ok(String::new());
    }
    Ok(key.expose().to_owned())
}

/// Puts a new key in the place of `current`.
///
/// # Errors
/// Those of the portal, [`Failure::Conflict`] where it is the current one no longer among them.
#[server(prefix = "/fn", endpoint = "integration/rotate-api-key")]
pub async fn rotate_api_key(current: ApiKeyId, #[server(default)] overlap: String) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let rotated = match Overlap::from_code(&overlap) {
        Some(overlap) => portal::integration::api_keys::rotate(&portal, &actor, current, overlap).await,
        None => Err(FieldErrors::one("overlap", "Select for how long the key before works.").into()),
    };
    let page = Address::page(Tab::Settings.path());
    answer::<RotateApiKey>(rotated, &page, &page.clone().with("dialog", "rotate"))
}

/// Ends the key before at once.
///
/// # Errors
/// Those of the portal, [`Failure::NotFound`] where there is none among them.
#[server(prefix = "/fn", endpoint = "integration/end-api-key")]
pub async fn end_api_key() -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let ended = portal::integration::api_keys::end_previous(&portal, &actor).await;
    let page = Address::page(Tab::Settings.path());
    answer::<EndApiKey>(ended, &page, &page.clone().with("dialog", "end-key"))
}
