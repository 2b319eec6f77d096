//! A page that the reader's rights do not open.

use crate::icons::{Draw, Icon};
use domain::accounts::rights::Right;
use leptos::prelude::*;

/// In place of the whole page.
#[component]
pub fn ClosedPage(
    /// What the reader lacks.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card message" aria-labelledby="closed">
            <span class="arch large">
                <Draw icon=Icon::Lock size="large" />
            </span>
            <div>
                <h2 id="closed">"You cannot open this page"</h2>
                {children()}
                <p>"Whoever manages your account’s users can change your profile."</p>
            </div>
        </section>
    }
    .into_any()
}

/// Rights, and what each is for.
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
