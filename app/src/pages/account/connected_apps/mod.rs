//! One's own connected apps: which act for one, what they may do, and taking it back.

mod disconnect;

use crate::components::data::list_card::ListCard;
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::{Time, moment_or_never};
use crate::components::feedback::error_message::refusal;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::account::connected_apps::disconnect::DisconnectDialog;
use crate::pages::page::Page;
use crate::session::current_user;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::ConnectedApp;
use domain::oauth2::scopes::Scope;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_query_map;

/// The address of the page.
const PATH: &str = "/connected-apps";

/// The apps that act for the person, by name.
///
/// # Errors
/// Those of the portal.
#[server(name = ListConnectedApps, prefix = "/fn", endpoint = "connected-apps/list", input = GetUrl)]
pub async fn list_connected_apps() -> Result<Vec<ConnectedApp>, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(portal::oauth2::connected_apps::list(&portal, &actor).await?)
}

/// The page Connected apps. Its address names the app that the person is asked about, if one is.
pub struct ConnectedAppsPage {
    asked: Memo<Option<OauthAppId>>,
    apps: Resource<Result<Vec<ConnectedApp>, Failure>>,
}

impl Page for ConnectedAppsPage {
    fn data() -> Self {
        let query = use_query_map();
        let asked = Memo::new(move |_| query.read().get("disconnect").and_then(|id| id.parse().ok()));
        Self {
            asked,
            // Read again once the dialog is closed: the app may be gone.
            apps: Resource::new(move || asked.get(), |_| list_connected_apps()),
        }
    }

    fn view(this: Self) -> AnyView {
        let ConnectedAppsPage { asked, apps } = this;
        let user = current_user();
        let list = move || {
            suspend(async move {
                match (apps.await, user.await) {
                    (Ok(apps), Ok(_)) => card(apps).into_any(),
                    (Err(failure), _) | (_, Err(failure)) => refusal("This page", failure),
                }
            })
        };
        let overlay = move || {
            let asked = asked.get();
            suspend(async move {
                let app = apps.await.ok()?.into_iter().find(|app| Some(app.id) == asked)?;
                Some(view! { <DisconnectDialog app /> })
            })
        };
        view! {
            <div class="page">
                <PageHeader
                    title="Connected apps"
                    lead="Applications that you have allowed to act for you. Disconnect one that you do not use any more."
                />
                <Transition>{list}</Transition>
            </div>
            <Suspense>{overlay}</Suspense>
        }
        .into_any()
    }
}

fn card(apps: Vec<ConnectedApp>) -> impl IntoView {
    let count = apps.len();
    let shown = if apps.is_empty() {
        empty().into_any()
    } else {
        table(apps).into_any()
    };
    view! {
        <ListCard id="apps" title="Your apps" count>
            {shown}
        </ListCard>
    }
}

fn table(apps: Vec<ConnectedApp>) -> impl IntoView {
    let rows = apps.into_iter().map(row).collect_view();
    view! {
        <div class="table-wrap">
            <table class="table stack">
                <caption class="visually-hidden">"Your connected apps"</caption>
                <thead>
                    <tr>
                        <th scope="col">"App"</th>
                        <th scope="col">"What it may do"</th>
                        <th scope="col">"Allowed"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col" class="action">
                            <span class="visually-hidden">"Action"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(app: ConnectedApp) -> impl IntoView {
    let sentences = app
        .scopes
        .iter()
        .map(|scope: Scope| view! { <li>{scope.sentence()}</li> })
        .collect_view();
    let which = format!(" {}", app.name);
    view! {
        <tr>
            <td class="title">
                <span>{app.name}</span>
            </td>
            <td data-label="It may">
                <ul class="sentences">{sentences}</ul>
            </td>
            <td data-label="Allowed">
                <Time at=app.allowed_at />
            </td>
            <td data-label="Last used">{moment_or_never(app.last_used_at)}</td>
            <td class="action">
                <a class="button small" href=format!("{PATH}?disconnect={}", app.id) data-noscroll>
                    "Disconnect"
                    <span class="visually-hidden">{which}</span>
                </a>
            </td>
        </tr>
    }
}

fn empty() -> impl IntoView {
    view! {
        <div class="empty">
            <span class="arch large">
                <Draw icon=Icon::Integration size="large" />
            </span>
            <h3>"No connected apps"</h3>
            <p>"When an application asks to act for you and you allow it, it is listed here."</p>
        </div>
    }
}
