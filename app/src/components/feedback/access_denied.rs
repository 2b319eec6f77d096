//! The message in place of a page that the user has no right to open.

use crate::icons::{Icon, IconView};
use domain::accounts::rights::Right;
use leptos::prelude::*;

/// Renders the message in place of the page.
#[component]
pub fn AccessDenied(
    /// What the user is missing.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card message" aria-labelledby="access-denied">
            <span class="icon-badge large">
                <IconView icon=Icon::Lock size="large" />
            </span>
            <div>
                <h2 id="access-denied">"You don’t have access to this page"</h2>
                {children()}
                <p>"Ask an administrator to change your security profile."</p>
            </div>
        </section>
    }
    .into_any()
}

/// Renders a list of rights and their descriptions.
pub fn rights_list(rights: &[Right]) -> impl IntoView + use<> {
    let items = rights.iter().map(|right| {
        view! {
            <li>
                <strong>{right.label()}</strong>
                ": "
                {right.help()}
            </li>
        }
    });
    let items = items.collect_view();
    view! { <ul>{items}</ul> }
}
