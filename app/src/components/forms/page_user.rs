//! The user of a form that is submitted without script.

use crate::session::PAGE_USER_FIELD;
use leptos::prelude::*;

/// Renders the hidden field with the ID of the user that the page was loaded for. Every form that requires a session has it.
/// The server rejects the form if another user has signed in since; a script sends a header instead.
#[component]
pub fn PageUser() -> impl IntoView {
    #[cfg(feature = "ssr")]
    let user = crate::context::signed_in_user();
    #[cfg(not(feature = "ssr"))]
    let user = crate::session::page_user();
    view! { <input type="hidden" name=PAGE_USER_FIELD value=user.map(|user| user.to_string()) /> }.into_any()
}
