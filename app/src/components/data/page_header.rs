//! The top of a page: where it stands, what it is, what can be done.

use crate::components::navigation::route_focus::focus_on_arrival;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

/// The top of a page. `crumbs` are the pages above it, from the outermost; `children` are its actions.
#[component]
pub fn PageHeader(
    /// The page's title, also the document's.
    #[prop(into)]
    title: String,
    /// One sentence of help.
    #[prop(into, optional)]
    lead: String,
    /// The pages above: address and title.
    #[prop(optional)]
    crumbs: Vec<(&'static str, &'static str)>,
    /// Buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = focus_on_arrival();
    let trail = (!crumbs.is_empty()).then(|| {
        let items = crumbs
            .into_iter()
            .map(|(href, title)| view! { <li><A href=href>{title}</A></li> })
            .collect_view();
        view! {
            <nav class="crumbs" aria-label="Breadcrumbs">
                <ol>
                    {items}
                    <li aria-current="page">{title.clone()}</li>
                </ol>
            </nav>
        }
    });
    view! {
        <Title text=title.clone() />
        <header class="page-header">
            {trail}
            <div>
                <h1 tabindex="-1" node_ref=heading>
                    {title}
                </h1>
                {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="buttons">{children()}</div> })}
        </header>
    }
    .into_any()
}
