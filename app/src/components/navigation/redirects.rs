//! Where the router goes when a server function redirects.
//!
//! The address that a form was sent from is replaced in the browser's history: going back must not open the form of
//! something that is done. The router's own hook would add an entry.

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use {
    leptos_router::NavigateOptions,
    leptos_router::hooks::{use_navigate, use_url},
    std::cell::RefCell,
};

/// Goes to an address of the app.
#[cfg(feature = "hydrate")]
type Navigate = std::rc::Rc<dyn Fn(&str)>;

#[cfg(feature = "hydrate")]
thread_local! {
    /// Navigates to an address of this site. The hook has to be set before there is a router, so it looks here.
    static NAVIGATE: RefCell<Option<Navigate>> = const { RefCell::new(None) };
}

/// Sets the hook for redirects of server functions. Only the first one set counts, so call it before the router is made.
pub fn provide_redirects() {
    #[cfg(feature = "hydrate")]
    {
        // Another hook is set already only where the app is started twice in one document.
        let _ = leptos::server_fn::redirect::set_redirect_hook(follow);
    }
}

/// Gives the hook the router to navigate with. Belongs inside of the router, outside of every route.
#[component]
pub fn Redirects() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        let navigate = use_navigate();
        let url = use_url();
        let go = move |address: &str| {
            let (path, _) = address.split_once(['?', '#']).unwrap_or((address, ""));
            let options = NavigateOptions {
                replace: true,
                // A dialog that is done leaves its page where it was.
                scroll: url.with_untracked(|url| url.path() != path),
                ..NavigateOptions::default()
            };
            navigate(address, options);
        };
        NAVIGATE.set(Some(std::rc::Rc::new(go)));
        on_cleanup(|| NAVIGATE.set(None));
    }
}

/// Goes to `location`, a frame later, so that the action whose answer it came with is updated first.
#[cfg(feature = "hydrate")]
fn follow(location: &str) {
    let Some(navigate) = NAVIGATE.with_borrow(Clone::clone) else {
        return load(location);
    };
    // An address of this site may come with its origin.
    let origin = window().location().origin().unwrap_or_default();
    let local = location.strip_prefix(&origin).unwrap_or(location);
    if !local.starts_with('/') || local.starts_with("//") {
        return load(location);
    }
    let local = local.to_owned();
    request_animation_frame(move || navigate(&local));
}

/// Loads an address that the router does not lead to.
#[cfg(feature = "hydrate")]
fn load(location: &str) {
    if window().location().set_href(location).is_err() {
        leptos::logging::error!("the address that the server led to could not be opened");
    }
}
