//! Redirects of server functions through the router.
//!
//! A redirect replaces the form's URL in the browser's history, so that going back doesn't open a form that was already
//! submitted. The router's own hook would add an entry.

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use {
    leptos_router::NavigateOptions,
    leptos_router::hooks::{use_navigate, use_url},
    std::cell::RefCell,
};

/// Navigates to a URL of the app.
#[cfg(feature = "hydrate")]
type Navigate = std::rc::Rc<dyn Fn(&str)>;

#[cfg(feature = "hydrate")]
thread_local! {
    /// Navigates to a URL of this site. The redirect hook is set before the router is created, so it reads this.
    static NAVIGATE: RefCell<Option<Navigate>> = const { RefCell::new(None) };
}

/// Sets the hook for redirects of server functions. Only the first hook counts, so call it before the router is created.
pub fn provide_redirects() {
    #[cfg(feature = "hydrate")]
    {
        // This fails only if the app is started twice in one document.
        let _ = leptos::server_fn::redirect::set_redirect_hook(follow);
    }
}

/// Provides the router to the hook. Render it inside the router and outside of every route.
#[component]
pub fn Redirects() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        let navigate = use_navigate();
        let current_url = use_url();
        let go = move |target: &str| {
            let (path, _) = target.split_once(['?', '#']).unwrap_or((target, ""));
            let options = NavigateOptions {
                replace: true,
                // When a dialog closes, its page keeps the scroll position.
                scroll: current_url.with_untracked(|url| url.path() != path),
                ..NavigateOptions::default()
            };
            navigate(target, options);
        };
        NAVIGATE.set(Some(std::rc::Rc::new(go)));
        on_cleanup(|| NAVIGATE.set(None));
    }
}

/// Navigates to `location` in the next frame, so that the action that received the redirect is updated first.
#[cfg(feature = "hydrate")]
fn follow(location: &str) {
    let Some(navigate) = NAVIGATE.with_borrow(Clone::clone) else {
        return load(location);
    };
    // A URL of this site may include the origin.
    let origin = window().location().origin().unwrap_or_default();
    let local = location.strip_prefix(&origin).unwrap_or(location);
    if !local.starts_with('/') || local.starts_with("//") {
        return load(location);
    }
    let local = local.to_owned();
    request_animation_frame(move || navigate(&local));
}

/// Loads a URL that the router doesn't handle.
#[cfg(feature = "hydrate")]
fn load(location: &str) {
    if window().location().set_href(location).is_err() {
        leptos::logging::error!("could not open the redirect URL");
    }
}
