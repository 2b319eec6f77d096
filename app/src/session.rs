//! The user's session: the signed-in user, signing out, and the URL of the sign-in page.

use crate::error::AppError;
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_location;
use leptos_router::location::{Location, Url};
use std::cell::RefCell;

/// Returns the signed-in user.
///
/// # Errors
/// [`AppError::SignedOut`] if no user is signed in.
#[server(name = LoadCurrentUser, prefix = "/fn", endpoint = "session/me", input = GetUrl)]
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
#[server(name = LoadContact, prefix = "/fn", endpoint = "session/contact", input = GetUrl)]
pub async fn contact() -> Result<String, AppError> {
    crate::context::require_sign_in()?;
    Ok(crate::context::site()?.contact.to_string())
}

/// Ends the session and redirects to the sign-in page, which then leads to `next`.
///
/// # Errors
/// Returns the portal's error.
#[server(prefix = "/fn", endpoint = "session/sign-out")]
pub async fn sign_out(#[server(default)] next: String) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    portal::auth::sessions::sign_out(&portal, &actor).await?;
    crate::context::clear_session_cookie()?;
    leptos_axum::redirect(&sign_in_url(&next));
    Ok(())
}

/// Provides the signed-in user to every page inside the [`Layout`](crate::layout::Layout).
#[derive(Clone, Copy)]
pub struct CurrentUserContext(pub Resource<Result<CurrentUser, AppError>>);

/// Returns the resource with the signed-in user that the layout provides.
///
/// # Panics
/// Panics outside of the layout.
#[must_use]
pub fn current_user() -> Resource<Result<CurrentUser, AppError>> {
    expect_context::<CurrentUserContext>().0
}

/// Returns the URL of the sign-in page that leads back to `here`, a path of this site.
#[must_use]
pub fn sign_in_url(here: &str) -> String {
    match here {
        "" | "/" => "/sign-in".to_owned(),
        here => format!("/sign-in?next={}", Url::escape(here)),
    }
}

thread_local! {
    /// The URL that is being navigated to. The router knows it at the click, while the browser's location changes only
    /// when the page is shown.
    static DESTINATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Stores the current destination, so that the sign-in page can return to it.
pub fn remember_destination() {
    let Location { pathname, search, .. } = use_location();
    Effect::new(move |_| {
        let (path, search) = (pathname.get(), search.get());
        let separator = if search.is_empty() { "" } else { "?" };
        DESTINATION.set(format!("{path}{separator}{search}"));
    });
}

/// Reports to the page that its session has ended. Inside the layout, a dialog asks the user to sign in again. A page
/// outside of the layout has no input to lose, so the browser goes to the sign-in page.
#[cfg(feature = "hydrate")]
pub fn handle_session_ended() {
    if !crate::components::navigation::session_ended::notify() {
        leave();
    }
}

/// Returns the path and query of the current page, or of the page that is being navigated to.
#[cfg(feature = "hydrate")]
#[must_use]
pub fn destination() -> String {
    let here = DESTINATION.with_borrow(String::clone);
    // Outside of the layout nothing is stored; use the browser's location.
    if here.is_empty() {
        let location = window().location();
        return location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    }
    here
}

/// Loads the sign-in page as a new document, so that no data of the ended session stays in the browser.
#[cfg(feature = "hydrate")]
fn leave() {
    if window().location().set_href(&sign_in_url(&destination())).is_err() {
        leptos::logging::error!("could not open the sign-in page");
    }
}
