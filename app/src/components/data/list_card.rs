//! A card that contains a list.

use leptos::prelude::*;

/// Renders a card with a list and its number of items.
#[component]
pub fn ListCard(
    /// The heading's element id.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// The number of items.
    count: usize,
    /// The link beside the heading.
    #[prop(optional)]
    action: Option<AnyView>,
    /// A sentence below the heading.
    #[prop(optional)]
    help: &'static str,
    /// The list, or its empty state.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby=id>
            <div class="card-header">
                <h2 id=id>{title} " " {(count > 0).then(|| view! { <span class="count">{count}</span> })}</h2>
                {action}
                {(!help.is_empty()).then(|| view! { <p>{help}</p> })}
            </div>
            {children()}
        </section>
    }
    .into_any()
}
