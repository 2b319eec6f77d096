//! Where the browser is going, and the URL of the sign-in page that leads back there.

use crate::effect::effect;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::location::{Location, Url};
use std::cell::RefCell;

thread_local! {
    /// The URL that is being navigated to. The router knows it at the click, while the browser's location changes only
    /// when the page is shown.
    static DESTINATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Stores the current destination, so that the sign-in page can return to it.
pub fn remember_destination() {
    let Location { pathname, search, .. } = use_location();
    effect(move || {
        let (path, search) = (pathname.get(), search.get());
        let separator = if search.is_empty() { "" } else { "?" };
        DESTINATION.set(format!("{path}{separator}{search}"));
    });
}

/// Returns the path and query of the current page, or of the page that is being navigated to. Call it in the browser.
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

/// Returns the URL of the sign-in page that leads back to `here`, a path of this site.
#[must_use]
pub fn sign_in_url(here: &str) -> String {
    match here {
        "" | "/" => "/sign-in".to_owned(),
        here => format!("/sign-in?next={}", Url::escape(here)),
    }
}
