//! The layout of pages outside of the portal's navigation: sign-in, setup and consent.

use crate::components::navigation::route_focus::focus_on_navigation;
use crate::icons::Logo;
use crate::session::SignOut;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// Renders a centered card below the logo.
#[component]
pub fn AuthLayout(
    /// The title of the card and of the document.
    #[prop(into)]
    title: String,
    /// The heading of the card, if it is more than text.
    #[prop(into, optional)]
    heading: Option<AnyView>,
    /// A sentence below the heading.
    #[prop(into, optional)]
    lead: String,
    /// Whether to use the wide layout.
    #[prop(optional)]
    wide: bool,
    /// The content below the card.
    #[prop(into, optional)]
    footer: Option<ViewFnOnce>,
    /// The content of the card.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading_node = focus_on_navigation();
    let heading = heading.unwrap_or_else(|| title.clone().into_any());
    let class = if wide { "auth-card wide" } else { "auth-card" };
    view! {
        <Title text=title />
        <main class="auth">
            <div class="auth-brand">
                <Logo />
                "Gatehouse"
            </div>
            <section class=class aria-labelledby="auth-title">
                <h1 id="auth-title" tabindex="-1" node_ref=heading_node>
                    {heading}
                </h1>
                {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
                {children.map(|children| children())}
            </section>
            {footer.map(|footer| view! { <div class="auth-footer">{footer.run()}</div> })}
        </main>
    }
    .into_any()
}

/// Renders a button that signs out, to continue as another user.
#[component]
pub fn SwitchUser() -> impl IntoView {
    let location = use_location();
    let current_url = move || format!("{}?{}", location.pathname.get(), location.search.get());
    view! {
        <form action=SignOut::url() method="post">
            <input type="hidden" name="next" value=current_url />
            "Not you? "
            <button class="text-button">"Sign in as someone else"</button>
        </form>
    }
    .into_any()
}
