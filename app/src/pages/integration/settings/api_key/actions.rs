//! Server functions that show, rotate and revoke the API key.

use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::ids::ApiKeyId;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::{respond, respond_error},
    crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::PageUrl,
    domain::fields::FieldErrors,
    domain::integration::api_keys::Overlap,
};

/// Returns the API key. A browser without JavaScript is redirected to `back`, a page of this section that shows it.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(prefix = "/fn", endpoint = "integration/show-api-key", protocol = PostRequest, client = SessionClient)]
pub async fn show_api_key(#[server(default)] back: String) -> Result<String, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let page = match PageUrl::parse(&back) {
        developers if developers.has_path(Tab::Developers.path()) => developers,
        _ => PageUrl::new(Tab::Settings.path()),
    };
    let key = portal::integration::api_keys::show(&portal, &actor).await;
    let key = key.map_err(|error| respond_error::<ShowApiKey>(error.into(), &page))?;
    if crate::context::is_submitted_without_script() {
        leptos_axum::redirect(&page.with("show", "api-key").to_string());
        return Ok(String::new());
    }
    Ok(key.expose().to_owned())
}

/// Replaces the key `current` with a new one.
///
/// # Errors
/// Errors of the portal, including [`AppError::Conflict`] if `current` is no longer the current key.
#[server(prefix = "/fn", endpoint = "integration/rotate-api-key", protocol = PostRequest, client = SessionClient)]
pub async fn rotate_api_key(current: ApiKeyId, #[server(default)] overlap: String) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let rotated = match Overlap::from_code(&overlap) {
        Some(overlap) => portal::integration::api_keys::rotate(&portal, &actor, current, overlap).await,
        None => Err(FieldErrors::single("overlap", "Select how long the previous key stays active.").into()),
    };
    let page = PageUrl::new(Tab::Settings.path());
    let retry_url = page.clone().with("dialog", "rotate").with("overlap", overlap);
    respond::<RotateApiKey>(rotated, &page, &retry_url)
}

/// Revokes the previous key immediately.
///
/// # Errors
/// Errors of the portal, including [`AppError::NotFound`] if there is no previous key.
#[server(prefix = "/fn", endpoint = "integration/revoke-previous-api-key", protocol = PostRequest, client = SessionClient)]
pub async fn revoke_previous_api_key() -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let revoked = portal::integration::api_keys::revoke_previous(&portal, &actor).await;
    let page = PageUrl::new(Tab::Settings.path());
    respond::<RevokePreviousApiKey>(revoked, &page, &page.clone().with("dialog", "revoke-key"))
}
