//! The frame of pages outside of the portal: sign-in, setup, consent.

use crate::components::navigation::route_focus::focus_on_arrival;
use crate::icons::Mark;
use crate::session::SignOut;
use domain::accounts::users::Me;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// A centred card under the brand's mark.
#[component]
pub fn Gate(
    /// The card's title, also the document's.
    #[prop(into)]
    title: String,
    /// The title as it stands on the card, where it is more than text.
    #[prop(into, optional)]
    heading: Option<AnyView>,
    /// One sentence of help.
    #[prop(into, optional)]
    lead: String,
    /// Whether it needs more room.
    #[prop(optional)]
    wide: bool,
    /// What stands below the card.
    #[prop(into, optional)]
    foot: Option<ViewFnOnce>,
    /// What the card holds besides.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading_node = focus_on_arrival();
    let heading = heading.unwrap_or_else(|| title.clone().into_any());
    let class = if wide { "gate-card wide" } else { "gate-card" };
    view! {
        <Title text=title />
        <main class="gate">
            <div class="gate-brand">
                <Mark />
                "Gatehouse"
            </div>
            <section class=class aria-labelledby="gate-title">
                <h1 id="gate-title" tabindex="-1" node_ref=heading_node>
                    {heading}
                </h1>
                {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
                {children.map(|children| children())}
            </section>
            {foot.map(|foot| view! { <div class="gate-foot">{foot.run()}</div> })}
        </main>
    }
    .into_any()
}

/// Who asks, and who is asked.
#[component]
pub fn WhoAsks(
    /// The name of the consumer or app that asks.
    application: String,
    /// Who is asked.
    me: Me,
) -> impl IntoView {
    view! {
        <dl class="facts framed">
            <div>
                <dt>"Application"</dt>
                <dd>
                    <bdi>{application}</bdi>
                </dd>
            </div>
            <div>
                <dt>"Account"</dt>
                <dd>{me.account_name}</dd>
            </div>
            <div>
                <dt>"You"</dt>
                <dd>{me.name} <small>{me.email}</small></dd>
            </div>
        </dl>
    }
    .into_any()
}

/// The way to answer as somebody else.
#[component]
pub fn SwitchUser() -> impl IntoView {
    let location = use_location();
    let here = move || format!("{}?{}", location.pathname.get(), location.search.get());
    view! {
        <form action=SignOut::url() method="post">
            <input type="hidden" name="next" value=here />
            "Not you? "
            <button class="text-button">"Sign in as someone else"</button>
        </form>
    }
    .into_any()
}

/// The question of a consent page. The application chose its own name, whose direction of writing moves nothing beside it
/// (UTR #36 §2.5).
pub fn consent_heading(application: String) -> AnyView {
    view! { "Allow “" <bdi>{application}</bdi> "” to use your account?" }.into_any()
}
