//! The browser's own session: who is signed in, signing out, and the way to sign in again.

use crate::error::Failure;
use domain::accounts::users::Me;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_location;
use leptos_router::location::{Location, Url};
use std::cell::RefCell;

/// Who is signed in.
///
/// # Errors
/// [`Failure::SignedOut`] when nobody is.
#[server(name = ReadMe, prefix = "/fn", endpoint = "session/me", input = GetUrl)]
pub async fn me() -> Result<Me, Failure> {
    crate::context::visitor()?
        .actor
        .and_then(|actor| actor.me())
        .ok_or(Failure::SignedOut)
}

/// Whom to ask for what only the people who run the portal can change.
///
/// # Errors
/// [`Failure::SignedOut`] when nobody is signed in.
#[server(name = ReadContact, prefix = "/fn", endpoint = "session/contact", input = GetUrl)]
pub async fn contact() -> Result<String, Failure> {
    crate::context::signed_in()?;
    Ok(crate::context::site()?.contact.to_string())
}

/// Ends the session and goes to the sign-in page, and from there to `next`.
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "session/sign-out")]
pub async fn sign_out(#[server(default)] next: String) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    portal::auth::sessions::sign_out(&portal, &actor).await?;
    crate::context::clear_session_cookie()?;
    leptos_axum::redirect(&sign_in_address(&next));
    Ok(())
}

/// Who is signed in, for every page inside the [`Layout`](crate::layout::Layout).
#[derive(Clone, Copy)]
pub struct CurrentUser(pub Resource<Result<Me, Failure>>);

/// The resource that the layout provides.
///
/// # Panics
/// Outside of the layout.
#[must_use]
pub fn current_user() -> Resource<Result<Me, Failure>> {
    expect_context::<CurrentUser>().0
}

/// The address of the sign-in page that leads back to `here`, a path of this site.
#[must_use]
pub fn sign_in_address(here: &str) -> String {
    match here {
        "" | "/" => "/sign-in".to_owned(),
        here => format!("/sign-in?next={}", Url::escape(here)),
    }
}

thread_local! {
    /// Where the person is going: the router knows it at the click, the browser's address only once the page has come.
    static DESTINATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps in mind where the person is going, for the way back from the sign-in page.
pub fn remember_destination() {
    let Location { pathname, search, .. } = use_location();
    Effect::new(move |_| {
        let (path, search) = (pathname.get(), search.get());
        let mark = if search.is_empty() { "" } else { "?" };
        DESTINATION.set(format!("{path}{mark}{search}"));
    });
}

/// Tells the page that its session has ended: the layout asks to sign in again. A page outside of the layout holds nothing
/// that a person has typed, and is left for the sign-in page.
#[cfg(feature = "hydrate")]
pub fn ended() {
    if !crate::components::navigation::session_ended::notify() {
        leave();
    }
}

/// Where the person is, or is going: a path of this site with its query.
#[cfg(feature = "hydrate")]
#[must_use]
pub fn destination() -> String {
    let here = DESTINATION.with_borrow(String::clone);
    // On a page outside of the layout, the address is that of the page.
    if here.is_empty() {
        let location = window().location();
        return location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    }
    here
}

/// Leaves for the sign-in page by a full load, so that nothing of the ended session stays behind in the browser.
#[cfg(feature = "hydrate")]
fn leave() {
    if window().location().set_href(&sign_in_address(&destination())).is_err() {
        leptos::logging::error!("the sign-in page could not be opened");
    }
}
