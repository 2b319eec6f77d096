//! A card with a heading.

use leptos::prelude::*;

/// Renders a card with a heading, and its content below.
#[component]
pub fn Card(
    /// The heading's element id.
    id: &'static str,
    /// The heading.
    #[prop(into)]
    title: String,
    /// The link, button or badge beside the heading.
    #[prop(optional)]
    action: Option<AnyView>,
    /// A sentence below the heading.
    #[prop(into, optional)]
    help: String,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby=id>
            <div class="card-header">
                <h2 id=id>{title}</h2>
                {action}
                {(!help.is_empty()).then(|| view! { <p>{help}</p> })}
            </div>
            {children()}
        </section>
    }
    .into_any()
}
