//! Redirects, to the sign-in page and to other URLs.

use crate::context::{request_context, site};
use crate::error::AppError;
use crate::routing::destination::sign_in_url;
use http::StatusCode;
use http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use portal::{Actor, Portal};
use std::sync::Arc;

/// Returns the portal and the signed-in user. Without a session, a browser that loads a page is redirected to the sign-in
/// page.
///
/// # Errors
/// [`AppError::SignedOut`] if no user is signed in.
pub fn require_sign_in() -> Result<(Portal, Arc<Actor>), AppError> {
    let Some(actor) = request_context()?.actor else {
        redirect_to_sign_in();
        return Err(AppError::SignedOut);
    };
    Ok((site()?.portal, actor))
}

/// Redirects to the sign-in page, which returns to the current page.
///
/// A server function doesn't redirect: a script leaves the page itself, and the server answers a form that was submitted
/// without script with a page that keeps its input.
pub(crate) fn redirect_to_sign_in() {
    let Some(parts) = use_context::<Parts>() else { return };
    if !parts.uri.path().starts_with("/fn/") {
        let current_url = parts.uri.path_and_query();
        leptos_axum::redirect(&sign_in_url(current_url.map_or("/", |url| url.as_str())));
    }
}

/// Redirects to `url`, both for a script that called a server function and for a client that loads the page, whatever
/// its `Accept` header is.
pub(crate) fn redirect_to(url: &str) {
    leptos_axum::redirect(url);
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>()) else {
        return;
    };
    if !parts.uri.path().starts_with("/fn/") {
        response.set_status(StatusCode::FOUND);
    }
}
