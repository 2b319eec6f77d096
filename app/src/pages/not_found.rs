//! The page for paths that don't exist.

use crate::components::navigation::route_focus::focus_on_navigation;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::icons::{Icon, IconView};
use crate::layout::AppShell;
use crate::page_data::PageData;
use crate::pages::auth::layout::AuthLayout;
use crate::pages::page::Page;
use crate::session::load_current_user;
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

const TITLE: &str = "Page not found";
const LEAD: &str = "The page may have been moved or deleted.";

/// The page for all paths that no other page has: inside the layout for a signed-in user, and without it otherwise.
pub struct NotFoundPage {
    user: PageData<CurrentUser>,
}

impl Page for NotFoundPage {
    fn data() -> Self {
        #[cfg(feature = "ssr")]
        if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(http::StatusCode::NOT_FOUND);
        }
        Self {
            user: PageData::new(|| (), |()| load_current_user()),
        }
    }

    fn view(this: Self) -> AnyView {
        let user = this.user;
        let page = dynamic(move || {
            suspend(async move {
                if user.await.is_ok() {
                    view! {
                        <AppShell user>
                            <Content />
                        </AppShell>
                    }
                    .into_any()
                } else {
                    view! {
                        <AuthLayout title=TITLE lead=LEAD>
                            <div class="button-pair single">
                                <a class="button primary" href="/sign-in" rel="external">
                                    "Sign in"
                                </a>
                            </div>
                        </AuthLayout>
                    }
                    .into_any()
                }
            })
        });
        view! { <Suspense>{page}</Suspense> }.into_any()
    }
}

#[component]
fn Content() -> impl IntoView {
    let heading = focus_on_navigation();
    view! {
        <Title text="Not found" />
        <div class="page">
            <section class="card message">
                <span class="icon-badge large">
                    <IconView icon=Icon::Search size="large" />
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
