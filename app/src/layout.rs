//! The frame of every page for people who are signed in: side bar, menu, main part.

use crate::components::navigation::session_ended::{SessionEnded, provide_page_session};
use crate::components::overlay::menu::close_menus;
use crate::components::reactive::suspend::suspend;
use crate::components::reactive::sync_view::AtOnce;
use crate::icons::{Draw, Icon, Mark};
use crate::session::{CurrentUser, SignOut, me, remember_destination};
use domain::accounts::users::Me;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::{A, Outlet};
use leptos_router::hooks::use_location;

/// The sections of the side bar: address, words, icon.
const SECTIONS: [(&str, &str, Icon); 5] = [
    ("/integration", "Integration", Icon::Integration),
    ("/asset-tracking", "Asset tracking", Icon::Tracking),
    ("/subscription", "Subscription", Icon::Subscription),
    ("/support", "Support ticket", Icon::Support),
    ("/settings", "Settings", Icon::Settings),
];

/// The pages inside the frame. Whoever is not signed in is led to sign in first.
#[component]
pub fn Layout() -> impl IntoView {
    let user = Resource::new(|| (), |()| me());
    provide_context(CurrentUser(user));
    let session = provide_page_session(user);
    view! {
        <Frame user>
            <Outlet />
        </Frame>
        <SessionEnded session />
    }
    .into_any()
}

/// Side bar, person's menu, and the page inside.
#[component]
pub fn Frame(
    /// Who is signed in.
    user: Resource<Result<Me, crate::error::Failure>>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let account = move || suspend(async move { user.await.map(|me| me.account_name).unwrap_or_default() });
    let person = move || {
        suspend(async move {
            match user.await {
                Ok(me) => Some(view! { <PersonMenu me /> }),
                Err(_failure) => {
                    #[cfg(feature = "ssr")]
                    crate::components::feedback::error_message::set_status(&_failure);
                    None
                }
            }
        })
    };
    close_menus();
    remember_destination();
    view! {
        // The router would only scroll; the browser itself moves the focus as well.
        <a class="skip" href="#main" rel="external">
            "Skip to the content"
        </a>
        <div class="shell">
            <header class="side">
                <details class="menu nav-menu">
                    <summary class="button quiet square">
                        <Draw icon=Icon::Menu />
                        <span class="visually-hidden">"Menu"</span>
                    </summary>
                    <nav class="menu-items nav" aria-label="Main">
                        <Sections />
                    </nav>
                </details>
                <A href="/" attr:class="brand">
                    <Mark />
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
            <nav class="topbar" aria-label="Your menu">
                <Suspense>{person}</Suspense>
            </nav>
            <main id="main" tabindex="-1">
                {children()}
            </main>
        </div>
    }
    .into_any()
}

/// The links to the sections, with the current one marked.
#[component]
fn Sections() -> impl IntoView {
    let path = use_location().pathname;
    let items = SECTIONS.map(|(href, words, icon)| {
        let current = move || {
            path.with(|path| match path.strip_prefix(href) {
                Some("") => Some("page"),
                Some(below) if below.starts_with('/') => Some("true"),
                _ => None,
            })
        };
        view! {
            <li class:apart=href == "/settings">
                // A plain link: the router's own marks only the exact page.
                <a href=href aria-current=current>
                    <Draw icon />
                    {words}
                </a>
            </li>
        }
    });
    AtOnce(view! { <ul>{items.into_iter().collect_view()}</ul> })
}

/// The person's name, sessions, connected apps, and the way out.
#[component]
fn PersonMenu(me: Me) -> impl IntoView {
    let initials: String = me
        .name
        .split(' ')
        .filter_map(|part| part.chars().next())
        .take(2)
        .collect();
    view! {
        <details class="menu person">
            <summary>
                <span class="avatar" aria-hidden="true">
                    {initials.to_uppercase()}
                </span>
                <span class="name">{me.name.clone()}</span>
                <span class="visually-hidden">", your menu"</span>
                <Draw icon=Icon::ChevronDown />
            </summary>
            <div class="menu-items">
                <p class="who">
                    <strong>{me.name}</strong>
                    <small>{me.email}</small>
                </p>
                <A href="/sessions">
                    <Draw icon=Icon::Sessions />
                    "Sessions"
                </A>
                <A href="/connected-apps">
                    <Draw icon=Icon::Integration />
                    "Connected apps"
                </A>
                // A plain form: what comes after is loaded anew, so that nothing of the session stays in the browser.
                <form action=SignOut::url() method="post">
                    <button>
                        <Draw icon=Icon::SignOut />
                        "Sign out"
                    </button>
                </form>
            </div>
        </details>
    }
    .into_any()
}
