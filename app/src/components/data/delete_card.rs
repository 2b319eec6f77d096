//! The card at the end of a page that leads to the deletion of what the page shows.

use leptos::prelude::*;

/// Renders a card with a link to the dialog that deletes an object.
#[component]
pub fn DeleteCard(
    /// The kind of object, such as `consumer`.
    what: &'static str,
    /// The URL of the dialog; none if the user can't delete the object.
    url: Option<String>,
    /// What else is deleted.
    help: &'static str,
    /// Why the user can't delete the object.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let link = url.map(|url| {
        view! {
            <a class="button danger" href=url data-noscroll>
                {format!("Delete {what}")}
            </a>
        }
    });
    view! {
        <section class="card danger-zone" aria-labelledby="delete">
            <div class="card-header">
                <h2 id="delete">{format!("Delete this {what}")}</h2>
                {link}
                <p>{help}</p>
            </div>
            {children.map(|children| children())}
        </section>
    }
    .into_any()
}
