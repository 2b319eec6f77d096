//! The user's session: the signed-in user, signing out, and how a page notices that its session has ended or changed.

pub(crate) mod client;
mod page_session;
pub(crate) mod protocol;

pub use client::SessionClient;
#[cfg(feature = "ssr")]
pub use page_session::PAGE_USER_HEADER;
pub use page_session::{
    PAGE_USER_FIELD, SessionEvent, clear_page_session, page_user, set_page_user, set_session_handler,
};

use crate::error::AppError;
use crate::page_data::PageData;
use crate::session::protocol::{GetRequest, PostRequest};
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;

/// Returns the signed-in user.
///
/// # Errors
/// [`AppError::SignedOut`] if no user is signed in.
#[server(name = LoadCurrentUser, prefix = "/fn", endpoint = "session/me", protocol = GetRequest, client = SessionClient)]
pub async fn load_current_user() -> Result<CurrentUser, AppError> {
    crate::context::request_context()?
        .actor
        .and_then(|actor| actor.current_user())
        .ok_or(AppError::SignedOut)
}

/// Returns who to contact about settings that only the portal's operator can change.
///
/// # Errors
/// [`AppError::SignedOut`] if no user is signed in.
#[server(name = LoadContact, prefix = "/fn", endpoint = "session/contact", protocol = GetRequest, client = SessionClient)]
pub async fn contact() -> Result<String, AppError> {
    crate::context::require_sign_in()?;
    Ok(crate::context::site()?.contact.to_string())
}

/// Ends the session, if it hasn't ended yet, and redirects to the sign-in page, which then leads to `next`.
///
/// # Errors
/// Returns the portal's error.
#[server(prefix = "/fn", endpoint = "session/sign-out", protocol = PostRequest, client = SessionClient)]
pub async fn sign_out(#[server(default)] next: String) -> Result<(), AppError> {
    if let Some(actor) = crate::context::request_context()?.actor {
        let portal = crate::context::site()?.portal;
        portal::auth::sessions::sign_out(&portal, &actor).await?;
        crate::context::clear_session_cookie()?;
    }
    leptos_axum::redirect(&crate::routing::destination::sign_in_url(&next));
    Ok(())
}

/// Provides the signed-in user to every page inside the [`Layout`](crate::layout::Layout).
#[derive(Clone, Copy)]
pub struct CurrentUserContext(pub PageData<CurrentUser>);

/// Returns the resource with the signed-in user that the layout provides.
///
/// # Panics
/// Panics outside of the layout.
#[must_use]
pub fn current_user() -> PageData<CurrentUser> {
    expect_context::<CurrentUserContext>().0
}
