//! The CMS instances that have been seen through the connector API.

use crate::components::data::list_card::ListCard;
use crate::components::data::time::moment;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::integration::current_address;
use crate::pages::integration::implementations::dialogs::{ForgetDialog, RenameDialog};
use crate::pages::integration::layout::{Section, Tab, shown};
use crate::pages::integration::page_url::Address;
use crate::pages::page::Page;
use crate::session::current_user;
use domain::integration::implementations::Implementation;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImplementationsData {
    implementations: Vec<Implementation>,
    /// The newest revision of the settings.
    newest: i64,
}

/// All implementations, the last seen first.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ListImplementations, prefix = "/fn", endpoint = "integration/implementations", input = GetUrl)]
pub async fn list_implementations() -> Result<ImplementationsData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(ImplementationsData {
        implementations: portal::integration::implementations::list(&portal, &actor).await?,
        newest: portal::integration::settings::get(&portal, &actor).await?.revision,
    })
}

/// The page Implementations.
pub struct ImplementationsPage {
    address: Memo<Address>,
    changes: RwSignal<u32>,
    data: Resource<Result<ImplementationsData, Failure>>,
}

impl Page for ImplementationsPage {
    fn data() -> Self {
        let changes = RwSignal::new(0);
        Self {
            address: current_address(),
            changes,
            data: Resource::new(move || changes.get(), |_| list_implementations()),
        }
    }

    fn view(this: Self) -> AnyView {
        let ImplementationsPage { address, changes, data } = this;
        let user = current_user();
        let body = move || suspend(async move { shown(data.await, user, |data| card(data).into_any()).await });
        let overlay = move || {
            let address = address.get();
            suspend(async move { overlay(data.await.ok()?, &address, changes) })
        };
        view! {
            <Section tab=Tab::Implementations>
                <Transition>{body}</Transition>
            </Section>
            <Suspense>{overlay}</Suspense>
        }
        .into_any()
    }
}

fn overlay(data: ImplementationsData, address: &Address, changes: RwSignal<u32>) -> Option<AnyView> {
    let id = address.get("id").parse().ok()?;
    let implementation = data.implementations.into_iter().find(|one| one.id == id)?;
    match address.get("dialog") {
        "rename" => {
            // A name that was refused without script is there to be mended.
            let typed = Some(address.get("name").to_owned()).filter(|name| !name.is_empty());
            Some(view! { <RenameDialog implementation typed changes /> }.into_any())
        }
        "forget" => Some(view! { <ForgetDialog implementation changes /> }.into_any()),
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
        empty().into_any()
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
        <div class="table-wrap">
            <table class="table stack two-actions">
                <caption class="visually-hidden">"Implementations"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Connector"</th>
                        <th scope="col">"Environment"</th>
                        <th scope="col">"Last seen"</th>
                        <th scope="col">"Settings"</th>
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

fn row(implementation: Implementation, newest: i64) -> impl IntoView {
    let title = implementation.title();
    let which = format!(" {title}");
    // Under a name of the account's own, the connector's own is worth a line.
    let own = (!implementation.name.is_empty()).then(|| implementation.connector.title());
    let connector = format!(
        "{} {}",
        implementation.connector.kind_label(),
        implementation.connector.version
    );
    let environment = match implementation.connector.environment.as_str() {
        "" => view! { <span class="muted">"Not said"</span> }.into_any(),
        name => view! { <span>{name.to_owned()}</span> }.into_any(),
    };
    let link = |dialog: &str| {
        let address = Address::page(Tab::Implementations.path()).with("dialog", dialog);
        address.with("id", implementation.id).to_string()
    };
    view! {
        <tr>
            <td class="title">
                <span>{title} {own.map(|own| view! { <small>{own}</small> })}</span>
            </td>
            <td data-label="Connector">
                <span>{connector}</span>
            </td>
            <td data-label="Environment">{environment}</td>
            <td data-label="Last seen">
                <span>
                    {moment(implementation.last_seen_at)}
                    <small>"first at " {moment(implementation.first_seen_at)}</small>
                </span>
            </td>
            <td data-label="Settings">{taken(implementation.revision, newest)}</td>
            <td class="action">
                <a class="button small quiet" href=link("rename") data-noscroll>
                    "Rename"
                    <span class="visually-hidden">{which.clone()}</span>
                </a>
                <a class="button small quiet danger" href=link("forget") data-noscroll>
                    "Forget"
                    <span class="visually-hidden">{which}</span>
                </a>
            </td>
        </tr>
    }
}

/// Which revision an implementation has taken, and how that stands to the newest.
fn taken(revision: Option<i64>, newest: i64) -> AnyView {
    let Some(revision) = revision else {
        return view! { <span class="badge plain">"None taken yet"</span> }.into_any();
    };
    let (class, words) = match newest - revision {
        ..=0 => ("badge success", "Up to date".to_owned()),
        behind => ("badge warning", format!("{behind} behind")),
    };
    view! {
        <span>
            <span class=class>{words}</span>
            <small>{format!("revision {revision}")}</small>
        </span>
    }
    .into_any()
}

fn empty() -> impl IntoView {
    view! {
        <div class="empty">
            <span class="arch large">
                <Draw icon=Icon::Integration size="large" />
            </span>
            <h3>"No implementations yet"</h3>
            <p>
                "Enter the API key in a connector’s configuration. With its first request, which names it in the header \
                 X-Connector, it appears here by itself."
            </p>
            <div class="buttons">
                <a class="button" href=Tab::Settings.path()>
                    "To the API key"
                </a>
                <a class="button" href=Tab::Developers.path()>
                    "See such a request"
                </a>
            </div>
        </div>
    }
}
