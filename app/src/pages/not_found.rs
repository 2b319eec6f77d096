//! Addresses that lead nowhere.

use crate::components::navigation::route_focus::focus_on_arrival;
use crate::components::reactive::suspend::suspend;
use crate::icons::{Draw, Icon};
use crate::layout::Frame;
use crate::pages::auth::layout::Gate;
use crate::session::me;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

const TITLE: &str = "There is nothing at this address";
const LEAD: &str = "The page may have moved, or what it showed was deleted.";

/// Says so inside the frame to those who are signed in, and on a card of its own to others.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let user = Resource::new(|| (), |()| me());
    let page = move || {
        suspend(async move {
            if user.await.is_ok() {
                view! {
                    <Frame user>
                        <Inside />
                    </Frame>
                }
                .into_any()
            } else {
                view! {
                    <Gate title=TITLE lead=LEAD>
                        <div class="choice one">
                            <a class="button primary" href="/sign-in" rel="external">
                                "Sign in"
                            </a>
                        </div>
                    </Gate>
                }
                .into_any()
            }
        })
    };
    view! { <Suspense>{page}</Suspense> }
}

#[component]
fn Inside() -> impl IntoView {
    let heading = focus_on_arrival();
    view! {
        <Title text="Not found" />
        <div class="page">
            <section class="card message">
                <span class="arch large">
                    <Draw icon=Icon::Search size="large" />
                </span>
                <div>
                    <h1 tabindex="-1" node_ref=heading>
                        {TITLE}
                    </h1>
                    <p>{LEAD}</p>
                    <div class="buttons">
                        <A href="/integration" attr:class="button primary">
                            "Go to Integration"
                        </A>
                        <A href="/settings" attr:class="button">
                            "Settings"
                        </A>
                    </div>
                </div>
            </section>
        </div>
    }
    .into_any()
}
