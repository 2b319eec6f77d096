//! The layout of every page for signed-in users: sidebar, account menu and main content.

use crate::components::navigation::session_ended::{SessionEnded, provide_page_session};
use crate::components::overlay::menu::close_menus;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::icons::{Icon, IconView, Logo};
use crate::page_data::PageData;
use crate::routing::destination::remember_destination;
use crate::session::{CurrentUserContext, SignOut, load_current_user};
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::{A, Outlet};
use leptos_router::hooks::use_location;

/// The sections of the sidebar: path, label, icon.
const SECTIONS: [(&str, &str, Icon); 5] = [
    ("/integration", "Integration", Icon::Integration),
    ("/asset-tracking", "Asset tracking", Icon::Tracking),
    ("/subscription", "Subscription", Icon::Subscription),
    ("/support", "Support ticket", Icon::Support),
    ("/settings", "Settings", Icon::Settings),
];

/// Renders the pages inside the layout. A user who is not signed in is redirected to the sign-in page.
#[component]
pub fn Layout() -> impl IntoView {
    let user = PageData::new(|| (), |()| load_current_user());
    provide_context(CurrentUserContext(user));
    let session = provide_page_session(user);
    view! {
        <AppShell user>
            <Outlet />
        </AppShell>
        <SessionEnded session />
    }
    .into_any()
}

/// Renders the sidebar, the account menu and the page.
#[component]
pub fn AppShell(
    /// The signed-in user.
    user: PageData<CurrentUser>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let account = dynamic(move || suspend(async move { user.await.map(|me| me.account_name).unwrap_or_default() }));
    let account_menu = dynamic(move || {
        suspend(async move {
            match user.await {
                Ok(me) => Some(view! { <AccountMenu me /> }),
                Err(_error) => {
                    #[cfg(feature = "ssr")]
                    crate::components::feedback::error_message::set_status(&_error);
                    None
                }
            }
        })
    });
    close_menus();
    remember_destination();
    view! {
        // `external`, because the router would only scroll, while the browser also moves the focus.
        <a class="skip-link" href="#main" rel="external">
            "Skip to main content"
        </a>
        <div class="shell">
            <header class="sidebar">
                <details class="menu nav-menu">
                    <summary class="button quiet square">
                        <IconView icon=Icon::Menu />
                        <span class="visually-hidden">"Menu"</span>
                    </summary>
                    <nav class="menu-items nav" aria-label="Main">
                        <Sections />
                    </nav>
                </details>
                <A href="/" attr:class="brand">
                    <Logo />
                    <span>
                        <strong>"Gatehouse"</strong>
                        <small>
                            <Suspense>{account}</Suspense>
                        </small>
                    </span>
                </A>
                <nav class="nav" aria-label="Main">
                    <Sections />
                </nav>
            </header>
            <nav class="topbar" aria-label="Account menu">
                <Suspense>{account_menu}</Suspense>
            </nav>
            <main id="main" tabindex="-1">
                {children()}
            </main>
        </div>
    }
    .into_any()
}

/// Renders the links to the sections and marks the current one.
#[component]
fn Sections() -> impl IntoView {
    let path = use_location().pathname;
    let items = SECTIONS.map(|(href, label, icon)| {
        let current = move || {
            path.with(|path| match path.strip_prefix(href) {
                Some("") => Some("page"),
                Some(below) if below.starts_with('/') => Some("true"),
                _ => None,
            })
        };
        view! {
            <li class:separated=href == "/settings">
                // Not an `A`, which marks only the exact page as current.
                <a href=href aria-current=current>
                    <IconView icon />
                    {label}
                </a>
            </li>
        }
    });
    view! { <ul>{items.into_iter().collect_view()}</ul> }
}

/// Renders the account menu: the user's name, the links to the user's own pages, and the sign-out button.
#[component]
fn AccountMenu(me: CurrentUser) -> impl IntoView {
    let initials: String = me
        .name
        .split(' ')
        .filter_map(|part| part.chars().next())
        .take(2)
        .collect();
    view! {
        <details class="menu account-menu">
            <summary>
                <span class="avatar" aria-hidden="true">
                    {initials}
                </span>
                <span class="name">{me.name.clone()}</span>
                <span class="visually-hidden">", account menu"</span>
                <IconView icon=Icon::ChevronDown />
            </summary>
            <div class="menu-items">
                <p class="menu-user">
                    <strong>{me.name}</strong>
                    <small>{me.email}</small>
                </p>
                <A href="/sessions">
                    <IconView icon=Icon::Sessions />
                    "Sessions"
                </A>
                <A href="/connected-apps">
                    <IconView icon=Icon::Integration />
                    "Connected apps"
                </A>
                <A href="/password">
                    <IconView icon=Icon::Key />
                    "Password"
                </A>
                // A plain form loads a new document, so that no data of the session stays in the browser.
                <form action=SignOut::url() method="post">
                    <button>
                        <IconView icon=Icon::SignOut />
                        "Sign out"
                    </button>
                </form>
            </div>
        </details>
    }
    .into_any()
}
