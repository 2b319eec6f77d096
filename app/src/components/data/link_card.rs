//! Cards that link to pages, and cards that explain why a page can't be opened.

use crate::icons::{Icon, IconView};
use leptos::prelude::*;
use leptos_router::components::A;

/// Renders a group of link cards under one heading.
#[component]
pub fn LinkCards(
    /// The heading's element id.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// The cards.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="group" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <ul class="link-cards">{children()}</ul>
        </section>
    }
    .into_any()
}

/// Renders a card that links to a page.
#[component]
pub fn LinkCard(
    /// The page's URL.
    href: &'static str,
    /// Its icon.
    icon: Icon,
    /// Its title.
    title: &'static str,
    /// A short description of the page.
    help: &'static str,
) -> impl IntoView {
    view! {
        <li>
            <A href=href attr:class="link-card">
                <span class="icon-badge">
                    <IconView icon />
                </span>
                <span>
                    <strong>{title}</strong>
                    <small>{help}</small>
                </span>
                <IconView icon=Icon::ChevronRight />
            </A>
        </li>
    }
    .into_any()
}

/// Renders a card for a page that the user can't open.
#[component]
pub fn LockedCard(
    /// The page's title.
    title: &'static str,
    /// Why the user can't open it.
    #[prop(into)]
    reason: String,
) -> impl IntoView {
    view! {
        <li>
            <div class="link-card disabled">
                <span class="icon-badge">
                    <IconView icon=Icon::Lock />
                </span>
                <span>
                    <strong>{title}</strong>
                    <small>{reason}</small>
                </span>
            </div>
        </li>
    }
    .into_any()
}
