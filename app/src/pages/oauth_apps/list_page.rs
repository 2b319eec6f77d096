//! The list of OAuth apps.

use crate::components::data::list_card::ListCard;
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::moment_or_never;
use crate::components::feedback::error_message::refusal;
use crate::components::overlay::secret_dialog::RevealDialog;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::oauth_apps::access_denied::Closed;
use crate::pages::oauth_apps::data::{ListData, list};
use crate::pages::oauth_apps::page_url::{Address, PATH};
use crate::pages::oauth_apps::{ABOVE, current_address};
use crate::pages::page::Page;
use crate::session::current_user;
use domain::oauth2::oauth_apps::{AppUser, OauthApp};
use domain::oauth2::scopes::Scopes;
use leptos::prelude::*;

const LEAD: &str = "Applications that get access tokens by OAuth 2: for themselves, with the permissions of one user, or \
                    for each user who allows it.";

/// The page OAuth apps.
pub struct OauthAppsPage {
    data: Resource<Result<ListData, Failure>>,
}

impl Page for OauthAppsPage {
    fn data() -> Self {
        // Read again whenever the page is come to: what is pending may have been made on another.
        let address = current_address();
        Self {
            data: Resource::new(move || address.get(), |_| list()),
        }
    }

    fn view(this: Self) -> AnyView {
        let OauthAppsPage { data } = this;
        let user = current_user();
        let add = move || suspend(async move { data.await.is_ok().then(add_link) });
        let body = move || {
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(_)) => card(data.apps).into_any(),
                    (Err(failure), Ok(me)) => view! { <Closed failure me /> }.into_any(),
                    (_, Err(failure)) => refusal("This page", failure),
                }
            })
        };
        let overlay = move || {
            suspend(async move {
                let reveal = data.await.ok()?.reveal?;
                Some(view! { <RevealDialog reveal back=PATH.to_owned() /> })
            })
        };
        view! {
            <div class="page">
                <PageHeader title="OAuth apps" lead=LEAD crumbs=ABOVE.to_vec()>
                    <Suspense>{add}</Suspense>
                </PageHeader>
                <Transition>{body}</Transition>
            </div>
            <Suspense>{overlay}</Suspense>
        }
        .into_any()
    }
}

fn add_link() -> impl IntoView {
    view! {
        <a class="button primary" href=Address::new_app().to_string()>
            <Draw icon=Icon::Plus />
            "Add new app"
        </a>
    }
}

fn card(apps: Vec<OauthApp>) -> impl IntoView {
    let count = apps.len();
    let shown = if apps.is_empty() {
        empty().into_any()
    } else {
        table(apps).into_any()
    };
    view! {
        <ListCard id="apps" title="Apps" count>
            {shown}
        </ListCard>
    }
}

fn table(apps: Vec<OauthApp>) -> impl IntoView {
    let rows = apps.into_iter().map(|app| {
        view! {
            <tr>
                <td class="title">
                    <a href=Address::app(app.id).to_string()>{app.name}</a>
                </td>
                <td data-label="Grant type">
                    <span>{app.grant.label()}</span>
                </td>
                <td data-label="User">{acts_for(app.user)}</td>
                <td data-label="Scopes">{scopes(app.scopes)}</td>
                <td data-label="Last used">{moment_or_never(app.last_used_at)}</td>
                <td data-label="Tokens alive" class="number">
                    <span>{app.live_tokens}</span>
                </td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap">
            <table class="table stack">
                <caption class="visually-hidden">"OAuth apps"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Grant type"</th>
                        <th scope="col">"User"</th>
                        <th scope="col">"Scopes"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col" class="number">
                            "Tokens alive"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// With whose permissions an app acts; an app stops with its user.
pub fn acts_for(user: Option<AppUser>) -> impl IntoView {
    let Some(user) = user else {
        return view! { <span class="muted">"Whoever allows it"</span> }.into_any();
    };
    let stopped = (!user.active).then(|| {
        view! {
            " "
            <span class="badge warning">"User inactive"</span>
            <small>"The app has stopped."</small>
        }
    });
    view! {
        <span>
            {user.name} {stopped} <small class="break">{user.email}</small>
        </span>
    }
    .into_any()
}

fn scopes(scopes: Scopes) -> impl IntoView {
    view! {
        <span>
            {scopes.iter().count()} <small>{scopes.to_string()}</small>
        </span>
    }
}

fn empty() -> impl IntoView {
    view! {
        <div class="empty">
            <span class="arch large">
                <Draw icon=Icon::Consumer size="large" />
            </span>
            <h3>"No apps yet"</h3>
            <p>
                "A connector needs one to upload assets and to report where they are used: with client credentials, a \
                 user, and the seven scopes of a connector."
            </p>
            <a class="button" href=Address::new_app().to_string()>
                "Add new app"
            </a>
        </div>
    }
}
