//! Page with the CMS instances that have used the connector API.

use crate::components::data::data_table::{DataTable, heading};
use crate::components::data::empty_state::EmptyState;
use crate::components::data::list_card::ListCard;
use crate::components::data::time::timestamp;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::error::AppError;
use crate::icons::Icon;
use crate::page_data::PageData;
use crate::pages::integration::implementations::dialogs::{RemoveDialog, RenameDialog};
use crate::pages::integration::layout::{IntegrationLayout, Tab, render_or_error};
use crate::pages::integration::page_url::PageUrl;
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::protocol::GetRequest;
use crate::session::{SessionClient, current_user};
use domain::integration::implementations::Implementation;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Data of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImplementationsData {
    implementations: Vec<Implementation>,
    /// The newest revision of the settings.
    newest: i64,
}

/// Lists all implementations, most recently seen first.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(
    name = ListImplementations,
    prefix = "/fn",
    endpoint = "integration/implementations",
    protocol = GetRequest,
    client = SessionClient,
)]
pub async fn list_implementations() -> Result<ImplementationsData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    Ok(ImplementationsData {
        implementations: portal::integration::implementations::list(&portal, &actor).await?,
        newest: portal::integration::settings::get(&portal, &actor).await?.revision,
    })
}

/// The Implementations page.
pub struct ImplementationsPage {
    url: Memo<PageUrl>,
    changes: RwSignal<u32>,
    data: PageData<ImplementationsData>,
}

impl Page for ImplementationsPage {
    fn data() -> Self {
        let changes = RwSignal::new(0);
        Self {
            url: use_page_url(PageUrl::parse),
            changes,
            data: PageData::new(move || changes.get(), |_| list_implementations()),
        }
    }

    fn view(this: Self) -> AnyView {
        let ImplementationsPage { url, changes, data } = this;
        let user = current_user();
        let content = dynamic(move || {
            suspend(async move { render_or_error(data.await, user, |data| card(data).into_any()).await })
        });
        let dialog = dynamic(move || {
            let url = url.get();
            suspend(async move { open_dialog(data.await.ok()?, &url, changes) })
        });
        view! {
            <IntegrationLayout tab=Tab::Implementations>
                <Transition>{content}</Transition>
            </IntegrationLayout>
            <Suspense>{dialog}</Suspense>
        }
        .into_any()
    }
}

fn open_dialog(data: ImplementationsData, url: &PageUrl, changes: RwSignal<u32>) -> Option<AnyView> {
    let id = url.get("id").parse().ok()?;
    let implementation = data.implementations.into_iter().find(|one| one.id == id)?;
    match url.get("dialog") {
        "rename" => {
            // A name that was rejected without JavaScript is filled in again.
            let typed = Some(url.get("name").to_owned()).filter(|name| !name.is_empty());
            Some(view! { <RenameDialog implementation typed changes /> }.into_any())
        }
        "remove" => Some(view! { <RemoveDialog implementation changes /> }.into_any()),
        _ => None,
    }
}

fn card(data: ImplementationsData) -> impl IntoView {
    let ImplementationsData {
        implementations,
        newest,
    } = data;
    let count = implementations.len();
    let list = if implementations.is_empty() {
        empty_state().into_any()
    } else {
        table(implementations, newest).into_any()
    };
    view! {
        <ListCard id="implementations" title="Implementations" count>
            {list}
        </ListCard>
    }
}

fn table(implementations: Vec<Implementation>, newest: i64) -> impl IntoView {
    let rows = implementations.into_iter().map(|one| row(one, newest)).collect_view();
    view! {
        <DataTable
            caption="Implementations"
            class="table stack two-actions"
            headings=["Name", "Connector", "Environment", "Last seen", "Settings"].map(heading)
            actions=true
        >
            {rows}
        </DataTable>
    }
}

fn row(implementation: Implementation, newest: i64) -> impl IntoView {
    let title = implementation.title();
    let label = format!(" {title}");
    // The name that the connector reports is shown below a custom name.
    let reported_name = (!implementation.name.is_empty()).then(|| implementation.connector.title());
    let connector = format!(
        "{} {}",
        implementation.connector.kind_label(),
        implementation.connector.version
    );
    let environment = match implementation.connector.environment.as_str() {
        "" => view! { <span class="muted">"Unknown"</span> }.into_any(),
        name => view! { <span>{name.to_owned()}</span> }.into_any(),
    };
    let link = |dialog: &str| {
        let url = PageUrl::new(Tab::Implementations.path()).with("dialog", dialog);
        url.with("id", implementation.id).to_string()
    };
    view! {
        <tr>
            <td class="title">
                <span>{title} {reported_name.map(|name| view! { <small>{name}</small> })}</span>
            </td>
            <td data-label="Connector">
                <span>{connector}</span>
            </td>
            <td data-label="Environment">{environment}</td>
            <td data-label="Last seen">
                <span>
                    {timestamp(implementation.last_seen_at)}
                    <small>"first seen " {timestamp(implementation.first_seen_at)}</small>
                </span>
            </td>
            <td data-label="Settings">{sync_status(implementation.revision, newest)}</td>
            <td class="action">
                <a class="button small quiet" href=link("rename") data-noscroll>
                    "Rename"
                    <span class="visually-hidden">{label.clone()}</span>
                </a>
                <a class="button small quiet danger" href=link("remove") data-noscroll>
                    "Remove"
                    <span class="visually-hidden">{label}</span>
                </a>
            </td>
        </tr>
    }
}

/// Renders the revision that an implementation last fetched, compared with the newest.
fn sync_status(revision: Option<i64>, newest: i64) -> AnyView {
    let Some(revision) = revision else {
        return view! { <span class="badge plain">"Not synced"</span> }.into_any();
    };
    let (class, status) = match newest - revision {
        ..=0 => ("badge success", "Up to date".to_owned()),
        1 => ("badge warning", "1 revision behind".to_owned()),
        behind => ("badge warning", format!("{behind} revisions behind")),
    };
    view! {
        <span>
            <span class=class>{status}</span>
            <small>{format!("revision {revision}")}</small>
        </span>
    }
    .into_any()
}

fn empty_state() -> impl IntoView {
    view! {
        <EmptyState
            icon=Icon::Integration
            title="No implementations yet"
            help="Enter the API key in a connector’s configuration. The connector appears here after its first request \
                  with an X-Connector header."
        >
            <div class="buttons">
                <a class="button" href=Tab::Settings.path()>
                    "View API key"
                </a>
                <a class="button" href=Tab::Developers.path()>
                    "View example request"
                </a>
            </div>
        </EmptyState>
    }
}
