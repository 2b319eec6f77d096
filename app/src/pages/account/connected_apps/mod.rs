//! The user's connected apps: their permissions, and disconnecting them.

mod disconnect;

use crate::components::data::data_table::{DataTable, heading};
use crate::components::data::empty_state::EmptyState;
use crate::components::data::list_card::ListCard;
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::{Time, timestamp_or_never};
use crate::components::feedback::error_message::access_error;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::effect::memo;
use crate::error::AppError;
use crate::icons::Icon;
use crate::page_data::PageData;
use crate::pages::account::connected_apps::disconnect::{DisconnectDialog, error_dialog};
use crate::pages::page::Page;
use crate::routing::query_string::use_query_parameter;
use crate::session::protocol::GetRequest;
use crate::session::{SessionClient, current_user};
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::ConnectedApp;
use domain::oauth2::scopes::Scope;
use leptos::prelude::*;

/// The path of the page.
const PATH: &str = "/connected-apps";

/// Returns the URL of the page with the dialog that disconnects an app.
fn dialog_url(app: OauthAppId) -> String {
    format!("{PATH}?disconnect={app}")
}

/// Lists the apps that have access to the user's account, by name.
///
/// # Errors
/// Returns the portal's error.
#[server(
    name = ListConnectedApps,
    prefix = "/fn",
    endpoint = "connected-apps/list",
    protocol = GetRequest,
    client = SessionClient,
)]
pub async fn list_connected_apps() -> Result<Vec<ConnectedApp>, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    Ok(portal::oauth2::connected_apps::list(&portal, &actor).await?)
}

/// The Connected apps page. Its URL contains the app whose dialog is open.
pub struct ConnectedAppsPage {
    dialog_app: Memo<Option<OauthAppId>>,
    apps: PageData<Vec<ConnectedApp>>,
}

impl Page for ConnectedAppsPage {
    fn data() -> Self {
        let disconnect = use_query_parameter("disconnect");
        let dialog_app = memo(move || disconnect.read().as_deref().and_then(|id| id.parse().ok()));
        Self {
            dialog_app,
            // Reload when the dialog closes, because it may have disconnected the app.
            apps: PageData::new(move || dialog_app.get(), |_| list_connected_apps()),
        }
    }

    fn view(this: Self) -> AnyView {
        let ConnectedAppsPage { dialog_app, apps } = this;
        let user = current_user();
        let list = dynamic(move || {
            suspend(async move {
                match (apps.await, user.await) {
                    (Ok(apps), Ok(_)) => card(apps).into_any(),
                    (Err(error), _) | (_, Err(error)) => access_error("open this page", error),
                }
            })
        });
        let dialog = dynamic(move || {
            let id = dialog_app.get();
            suspend(async move {
                let id = id?;
                match apps.await.ok()?.into_iter().find(|app| app.id == id) {
                    Some(app) => Some(view! { <DisconnectDialog app /> }.into_any()),
                    None => error_dialog(),
                }
            })
        });
        view! {
            <div class="page">
                <PageHeader
                    title="Connected apps"
                    lead="Applications with access to your account. Disconnect those that you no longer use."
                />
                <Transition>{list}</Transition>
            </div>
            <Suspense>{dialog}</Suspense>
        }
        .into_any()
    }
}

fn card(apps: Vec<ConnectedApp>) -> impl IntoView {
    let count = apps.len();
    let content = if apps.is_empty() {
        empty().into_any()
    } else {
        table(apps).into_any()
    };
    view! {
        <ListCard id="apps" title="Your apps" count>
            {content}
        </ListCard>
    }
}

fn table(apps: Vec<ConnectedApp>) -> impl IntoView {
    let rows = apps.into_iter().map(row).collect_view();
    view! {
        <DataTable
            caption="Your connected apps"
            headings=["App", "Permissions", "Allowed", "Last used"].map(heading)
            actions=true
        >
            {rows}
        </DataTable>
    }
}

fn row(app: ConnectedApp) -> impl IntoView {
    let permissions = app
        .scopes
        .iter()
        .map(|scope: Scope| view! { <li>{scope.description()}</li> })
        .collect_view();
    let label = format!(" {}", app.name);
    view! {
        <tr>
            <td class="title">
                <span>{app.name}</span>
            </td>
            <td data-label="Permissions">
                <ul class="permissions">{permissions}</ul>
            </td>
            <td data-label="Allowed">
                <Time at=app.granted_at />
            </td>
            <td data-label="Last used">{timestamp_or_never(app.last_used_at)}</td>
            <td class="action">
                <a class="button small" href=dialog_url(app.id) data-noscroll>
                    "Disconnect"
                    <span class="visually-hidden">{label}</span>
                </a>
            </td>
        </tr>
    }
}

fn empty() -> impl IntoView {
    view! {
        <EmptyState
            icon=Icon::Integration
            title="No connected apps"
            help="Applications that you allow to access your account are listed here."
        />
    }
}
