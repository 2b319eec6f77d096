//! The list page of OAuth apps.

use crate::components::data::data_table::{DataTable, heading, number_heading};
use crate::components::data::empty_state::EmptyState;
use crate::components::data::list_card::ListCard;
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::timestamp_or_never;
use crate::components::feedback::error_message::access_error;
use crate::components::overlay::secret_dialog::SecretDialog;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::icons::{Icon, IconView};
use crate::page_data::PageData;
use crate::pages::oauth_apps::BREADCRUMBS;
use crate::pages::oauth_apps::access_denied::PageUnavailable;
use crate::pages::oauth_apps::data::{ListData, load_apps};
use crate::pages::oauth_apps::page_url::{PATH, PageUrl};
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::current_user;
use domain::oauth2::oauth_apps::{AppUser, OauthApp};
use domain::oauth2::scopes::Scopes;
use leptos::prelude::*;

const LEAD: &str = "Applications that get access tokens with OAuth 2.0, either for one fixed user or for each user who \
                    grants access.";

/// Renders the list page of OAuth apps.
pub struct OauthAppsPage {
    data: PageData<ListData>,
}

impl Page for OauthAppsPage {
    fn data() -> Self {
        // Reloaded on every visit: a secret that is still to be shown may have been created on another page.
        let url = use_page_url(PageUrl::parse);
        Self {
            data: PageData::new(move || url.get(), |_| load_apps()),
        }
    }

    fn view(this: Self) -> AnyView {
        let OauthAppsPage { data } = this;
        let user = current_user();
        let add_button = dynamic(move || suspend(async move { data.await.is_ok().then(add_app_link) }));
        let content = dynamic(move || {
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(_)) => card(data.apps).into_any(),
                    (Err(error), Ok(me)) => view! { <PageUnavailable error me /> }.into_any(),
                    (_, Err(error)) => access_error("open this page", error),
                }
            })
        });
        let dialog_view = dynamic(move || {
            suspend(async move {
                let secret = data.await.ok()?.one_time_secret?;
                Some(view! { <SecretDialog secret back=PATH.to_owned() /> })
            })
        });
        view! {
            <div class="page">
                <PageHeader title="OAuth apps" lead=LEAD breadcrumbs=BREADCRUMBS.to_vec()>
                    <Suspense>{add_button}</Suspense>
                </PageHeader>
                <Transition>{content}</Transition>
            </div>
            <Suspense>{dialog_view}</Suspense>
        }
        .into_any()
    }
}

fn add_app_link() -> impl IntoView {
    view! {
        <a class="button primary" href=PageUrl::new_app().to_string()>
            <IconView icon=Icon::Plus />
            "Add new app"
        </a>
    }
}

fn card(apps: Vec<OauthApp>) -> impl IntoView {
    let count = apps.len();
    let content = if apps.is_empty() {
        empty_state().into_any()
    } else {
        table(apps).into_any()
    };
    view! {
        <ListCard id="apps" title="Apps" count>
            {content}
        </ListCard>
    }
}

fn table(apps: Vec<OauthApp>) -> impl IntoView {
    let rows = apps.into_iter().map(|app| {
        view! {
            <tr>
                <td class="title">
                    <a href=PageUrl::app(app.id).to_string()>{app.name}</a>
                </td>
                <td data-label="Grant type">
                    <span>{app.grant.label()}</span>
                </td>
                <td data-label="User">{app_user(app.user)}</td>
                <td data-label="Scopes">{scopes(app.scopes)}</td>
                <td data-label="Last used">{timestamp_or_never(app.last_used_at)}</td>
                <td data-label="Active tokens" class="number">
                    <span>{app.active_tokens}</span>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <DataTable
            caption="OAuth apps"
            headings=[
                heading("Name"),
                heading("Grant type"),
                heading("User"),
                heading("Scopes"),
                heading("Last used"),
                number_heading("Active tokens"),
            ]
        >
            {rows}
        </DataTable>
    }
}

/// Renders the user whose permissions an app has. An app is disabled while its user is inactive.
pub fn app_user(user: Option<AppUser>) -> impl IntoView {
    let Some(user) = user else {
        return view! { <span class="muted">"Any user who grants access"</span> }.into_any();
    };
    let inactive_badge = (!user.active).then(|| {
        view! {
            " "
            <span class="badge warning">"User inactive"</span>
            <small>"App disabled."</small>
        }
    });
    view! {
        <span>
            {user.name} {inactive_badge} <small class="break">{user.email}</small>
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

fn empty_state() -> impl IntoView {
    view! {
        <EmptyState
            icon=Icon::Consumer
            title="No apps yet"
            help="A connector needs an app to upload assets and to track asset usage. Use the grant type Client \
                  Credentials, select a user, and select the connector scopes."
        >
            <a class="button" href=PageUrl::new_app().to_string()>
                "Add new app"
            </a>
        </EmptyState>
    }
}
