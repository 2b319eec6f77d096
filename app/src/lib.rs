//! The user interface: routes, pages, components, and the server functions that pages call.
//!
//! Every page is first rendered completely on the server (`SsrMode::Async`), so that it can be read and its forms work
//! without JavaScript. The browser then hydrates it. The code of the pages is split into lazy bundles; see [`routes`].

// View types nest as deeply as their elements, and the futures that hold them nest deeper.
#![recursion_limit = "512"]

pub mod codec;
pub mod documents;
mod effect;
pub mod error;
mod page_data;
pub mod routes;
mod routing;

pub mod components;
#[cfg(feature = "ssr")]
pub mod context;
pub mod icons;
mod layout;
mod pages;
mod session;

#[cfg(feature = "ssr")]
pub use crate::documents::error_page::error_page;
#[cfg(feature = "ssr")]
pub use crate::documents::redirect_page::redirect_page;
#[cfg(feature = "ssr")]
pub use crate::documents::signed_out_page::{
    FormInput, RETURN_TO_FIELD, SignedOutForm, other_user_page, signed_out_page,
};
#[cfg(feature = "ssr")]
pub use crate::session::{PAGE_USER_FIELD, PAGE_USER_HEADER};

use crate::components::feedback::toast::{Toasts, provide_toasts};
use crate::components::navigation::history_guard::provide_history_guard;
use crate::components::navigation::redirects::{Redirects, provide_redirects};
use crate::components::navigation::route_focus::provide_route_focus;
#[cfg(feature = "ssr")]
use crate::documents::site_files::{HydrationScript, site_files};
use crate::pages::home::HomePage;
use crate::routes::{ApiTokensPages, AuthPages, IntegrationPages, OauthAppsPages, SectionPages, SettingsPages};
use crate::routing::route_path::RoutePath;
use layout::Layout;
use leptos::RouteList;
use leptos::prelude::*;
use leptos::tachys::view::any_view::IntoMaybeErased as _;
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::any_nested_route::AnyNestedRoute;
use leptos_router::components::{Router, Routes};
use leptos_router::{ChooseView, Lazy, LazyRoute, NestedRoute, SsrMode};

/// Renders the HTML document around the app.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let files = site_files(&options);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link id="style" rel="stylesheet" href=files.style.as_str() />
                {is_hydrated()
                    .then(|| {
                        view! {
                            // Comes before the app's script, because it listens for that script's errors.
                            <script src="/crash-notice.js" defer></script>
                            <AutoReload options=options.clone() />
                            <HydrationScript files />
                        }
                    })}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The pages that run no script at all. They are small forms that people open first, so they load faster, and no script can
/// read the password that the sign-in page takes.
#[cfg(feature = "ssr")]
const PAGES_WITHOUT_SCRIPT: [&str; 2] = ["/sign-in", "/forgot-password"];

/// Returns whether the page is hydrated.
#[cfg(feature = "ssr")]
fn is_hydrated() -> bool {
    use_context::<http::request::Parts>().is_none_or(|parts| !PAGES_WITHOUT_SCRIPT.contains(&parts.uri.path()))
}

/// Returns the document's title for a page's title.
///
/// On the server the result is HTML: `leptos_meta` writes the text of a [`Title`] into the page without escaping it, so
/// that names chosen by users would be markup. In the browser it is set as text.
fn document_title(title: String) -> String {
    let title = format!("{title} · Gatehouse");
    #[cfg(feature = "ssr")]
    let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    title
}

/// Renders the app: its routes, and the page for all other paths.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_toasts();
    provide_route_focus();
    provide_history_guard();
    provide_redirects();
    view! {
        <Title formatter=document_title />
        <Router>
            <Routes fallback=|| ()>
                <PageRoutes />
            </Routes>
            <Toasts />
            <Redirects />
        </Router>
    }
}

/// Lists the routes of all pages.
#[component(transparent)]
fn PageRoutes() -> RouteList<AnyNestedRoute> {
    let in_layout = RouteList::from(vec![
        route("", HomePage),
        lazy_route::<IntegrationPages>("integration"),
        lazy_route::<IntegrationPages>("integration/fields"),
        lazy_route::<IntegrationPages>("integration/implementations"),
        lazy_route::<IntegrationPages>("integration/logs"),
        lazy_route::<IntegrationPages>("integration/history"),
        lazy_route::<IntegrationPages>("integration/developers"),
        lazy_route::<SectionPages>("asset-tracking"),
        lazy_route::<SectionPages>("subscription"),
        lazy_route::<SectionPages>("support"),
        lazy_route::<SettingsPages>("sessions"),
        lazy_route::<SettingsPages>("signed-in"),
        lazy_route::<SettingsPages>("connected-apps"),
        lazy_route::<SettingsPages>("password"),
        lazy_route::<SettingsPages>("settings"),
        lazy_route::<SettingsPages>("settings/permissions"),
        lazy_route::<SettingsPages>("settings/portal"),
        lazy_route::<ApiTokensPages>("settings/portal/api-tokens"),
        lazy_route::<ApiTokensPages>("settings/portal/api-tokens/tokens/:id"),
        lazy_route::<ApiTokensPages>("settings/portal/api-tokens/consumers/:id"),
        lazy_route::<OauthAppsPages>("settings/portal/oauth-apps"),
        lazy_route::<OauthAppsPages>("settings/portal/oauth-apps/new"),
        lazy_route::<OauthAppsPages>("settings/portal/oauth-apps/:id"),
    ]);
    let layout = NestedRoute::new(RoutePath("/"), Layout)
        .ssr_mode(SsrMode::Async)
        .child(in_layout);
    RouteList::from(vec![
        lazy_route::<AuthPages>("/setup"),
        lazy_route::<AuthPages>("/sign-in"),
        lazy_route::<AuthPages>("/forgot-password"),
        lazy_route::<AuthPages>("/reset-password"),
        lazy_route::<AuthPages>("/oauth1/authorise"),
        lazy_route::<AuthPages>("/oauth2/authorise"),
        layout.into_maybe_erased(),
        lazy_route::<SectionPages>("/*any"),
    ])
}

/// Returns the route of a page in the bundle `B`.
fn lazy_route<B>(path: &'static str) -> AnyNestedRoute
where
    B: LazyRoute,
    Lazy<B>: ChooseView,
{
    route(path, Lazy::<B>::new())
}

/// Returns the route of a page, which is rendered completely before it is sent.
fn route<V: ChooseView + Clone + 'static>(path: &'static str, page: V) -> AnyNestedRoute {
    NestedRoute::new(RoutePath(path), page)
        .ssr_mode(SsrMode::Async)
        .into_maybe_erased()
}
