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
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode};

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

/// Returns whether the page is hydrated. The sign-in page takes passwords and runs no script at all, so it loads faster
/// and no script can read the password.
#[cfg(feature = "ssr")]
fn is_hydrated() -> bool {
    use_context::<http::request::Parts>().is_none_or(|parts| parts.uri.path() != "/sign-in")
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
                <Route path=RoutePath("/setup") view={Lazy::<AuthPages>::new()} ssr=SsrMode::Async />
                <Route path=RoutePath("/sign-in") view={Lazy::<AuthPages>::new()} ssr=SsrMode::Async />
                <Route path=RoutePath("/oauth1/authorise") view={Lazy::<AuthPages>::new()} ssr=SsrMode::Async />
                <Route path=RoutePath("/oauth2/authorise") view={Lazy::<AuthPages>::new()} ssr=SsrMode::Async />
                <ParentRoute path=RoutePath("/") view=Layout ssr=SsrMode::Async>
                    <Route path=RoutePath("") view=HomePage ssr=SsrMode::Async />
                    <Route path=RoutePath("integration") view={Lazy::<IntegrationPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("integration/fields") view={Lazy::<IntegrationPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("integration/implementations") view={Lazy::<IntegrationPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("integration/logs") view={Lazy::<IntegrationPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("integration/history") view={Lazy::<IntegrationPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("integration/developers") view={Lazy::<IntegrationPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("asset-tracking") view={Lazy::<SectionPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("subscription") view={Lazy::<SectionPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("support") view={Lazy::<SectionPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("sessions") view={Lazy::<SettingsPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("signed-in") view={Lazy::<SettingsPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("connected-apps") view={Lazy::<SettingsPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("settings") view={Lazy::<SettingsPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("settings/permissions") view={Lazy::<SettingsPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("settings/portal") view={Lazy::<SettingsPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("settings/portal/api-tokens") view={Lazy::<ApiTokensPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("settings/portal/api-tokens/tokens/:id") view={Lazy::<ApiTokensPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("settings/portal/api-tokens/consumers/:id") view={Lazy::<ApiTokensPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("settings/portal/oauth-apps") view={Lazy::<OauthAppsPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("settings/portal/oauth-apps/new") view={Lazy::<OauthAppsPages>::new()} ssr=SsrMode::Async />
                    <Route path=RoutePath("settings/portal/oauth-apps/:id") view={Lazy::<OauthAppsPages>::new()} ssr=SsrMode::Async />
                </ParentRoute>
                <Route path=RoutePath("/*any") view={Lazy::<SectionPages>::new()} ssr=SsrMode::Async />
            </Routes>
            <Toasts />
            <Redirects />
        </Router>
    }
}
