//! A card with a list.

use leptos::prelude::*;

/// A card with a list, and how much is in it.
#[component]
pub fn ListCard(
    /// The heading's element id.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// How many there are.
    count: usize,
    /// One sentence of help.
    #[prop(optional)]
    help: &'static str,
    /// The list, or why it is empty.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby=id>
            <div class="card-header">
                <h2 id=id>{title} " " {(count > 0).then(|| view! { <span class="count">{count}</span> })}</h2>
                {(!help.is_empty()).then(|| view! { <p>{help}</p> })}
            </div>
            {children()}
        </section>
    }
    .into_any()
}
