//! A card that contains a list.

use crate::components::reactive::dynamic::dynamic;
use leptos::prelude::*;

/// Renders a card with a list and its number of items.
#[component]
pub fn ListCard(
    /// The heading's element id.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// The number of items.
    #[prop(into)]
    count: Signal<usize>,
    /// The link beside the heading.
    #[prop(optional)]
    action: Option<AnyView>,
    /// A sentence below the heading.
    #[prop(into, optional)]
    help: Signal<&'static str>,
    /// The list, or its empty state.
    children: Children,
) -> impl IntoView {
    let count = move || {
        let count = count.get();
        (count > 0).then(|| view! { <span class="count">{count}</span> })
    };
    let help = move || {
        let help = help.get();
        (!help.is_empty()).then(|| view! { <p>{help}</p> })
    };
    view! {
        <section class="card" aria-labelledby=id>
            <div class="card-header">
                <h2 id=id>{title} " " {dynamic(count)}</h2>
                {action}
                {dynamic(help)}
            </div>
            {children()}
        </section>
    }
    .into_any()
}
