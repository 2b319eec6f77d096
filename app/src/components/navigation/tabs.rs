//! The tab bar of a page. Each tab is a URL.

use leptos::prelude::*;

/// Describes a tab.
pub struct Tab {
    /// The URL of the page with this tab selected.
    pub url: String,
    /// The label.
    pub label: &'static str,
    /// Whether the tab is selected.
    pub is_selected: bool,
}

/// Renders a tab bar.
#[component]
pub fn Tabs(
    /// The name of the page or section, for screen readers.
    label: &'static str,
    /// The tabs.
    #[prop(into)]
    tabs: Vec<Tab>,
) -> impl IntoView {
    let links = tabs.into_iter().map(|tab| {
        view! {
            <a href=tab.url aria-current=tab.is_selected.then_some("page")>
                {tab.label}
            </a>
        }
    });
    view! {
        <nav class="tabs" aria-label=label>
            {links.collect_view()}
        </nav>
    }
    .into_any()
}
