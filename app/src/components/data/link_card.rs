//! Doors to further pages: open ones, and closed ones that say why.

use crate::icons::{Draw, Icon};
use leptos::prelude::*;
use leptos_router::components::A;

/// A group of doors under one heading.
#[component]
pub fn LinkCards(
    /// The heading's element id.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// The doors.
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

/// A door to a page.
#[component]
pub fn LinkCard(
    /// The page's address.
    href: &'static str,
    /// Its icon.
    icon: Icon,
    /// Its title.
    title: &'static str,
    /// What is behind it.
    help: &'static str,
) -> impl IntoView {
    view! {
        <li>
            <A href=href attr:class="link-card">
                <span class="arch">
                    <Draw icon />
                </span>
                <span>
                    <strong>{title}</strong>
                    <small>{help}</small>
                </span>
                <Draw icon=Icon::ChevronRight />
            </A>
        </li>
    }
    .into_any()
}

/// A door that the reader may not open.
#[component]
pub fn ClosedCard(
    /// The page's title.
    title: &'static str,
    /// Why it is closed.
    #[prop(into)]
    why: String,
) -> impl IntoView {
    view! {
        <li>
            <div class="link-card closed">
                <span class="arch">
                    <Draw icon=Icon::Lock />
                </span>
                <span>
                    <strong>{title}</strong>
                    <small>{why}</small>
                </span>
            </div>
        </li>
    }
    .into_any()
}
