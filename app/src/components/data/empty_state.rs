//! What is shown in place of an empty list.

use crate::icons::{Icon, IconView};
use leptos::prelude::*;

/// Renders why a list is empty and what to do next.
#[component]
pub fn EmptyState(
    /// The icon, if any.
    #[prop(optional)]
    icon: Option<Icon>,
    /// Why the list is empty.
    #[prop(into)]
    title: String,
    /// What the list shows or how it is filled.
    #[prop(optional)]
    help: &'static str,
    /// The links to what to do next.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let icon = icon.map(|icon| {
        view! {
            <span class="icon-badge large">
                <IconView icon size="large" />
            </span>
        }
    });
    view! {
        <div class="empty">
            {icon}
            <h3>{title}</h3>
            {(!help.is_empty()).then(|| view! { <p>{help}</p> })}
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}
