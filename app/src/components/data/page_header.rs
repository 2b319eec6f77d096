//! The header of a page: breadcrumbs, title and actions.

use crate::components::navigation::route_focus::focus_on_navigation;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

/// Renders the header of a page.
#[component]
pub fn PageHeader(
    /// The title of the page and of the document.
    #[prop(into)]
    title: String,
    /// A sentence below the title.
    #[prop(into, optional)]
    lead: String,
    /// The URLs and titles of the parent pages, outermost first.
    #[prop(optional)]
    breadcrumbs: Vec<(&'static str, &'static str)>,
    /// The actions: buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = focus_on_navigation();
    let navigation = (!breadcrumbs.is_empty()).then(|| {
        let items = breadcrumbs
            .into_iter()
            .map(|(href, title)| view! { <li><A href=href>{title}</A></li> })
            .collect_view();
        view! {
            <nav class="breadcrumbs" aria-label="Breadcrumbs">
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
            {navigation}
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
