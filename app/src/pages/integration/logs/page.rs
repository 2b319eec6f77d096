//! What connectors have logged and sent, in the last two weeks.

use crate::components::data::time::moment;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::integration::current_address;
use crate::pages::integration::filter_form::FilterForm;
use crate::pages::integration::layout::{Section, Tab, shown};
use crate::pages::integration::page_url::Address;
use crate::pages::page::Page;
use crate::session::current_user;
use domain::fields::too_long;
use domain::integration::remote_logs::{Filter, Level, Logs, MAX_SEARCH, RemoteLog};
use domain::unicode::escape_hidden;
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// From how many characters, or lines, a message is folded.
const LONG: (usize, usize) = (240, 3);

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogsData {
    logs: Logs,
    /// Whether anything is accepted at present.
    on: bool,
}

/// The records that an address asks for.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ListRemoteLogs, prefix = "/fn", endpoint = "integration/logs", input = GetUrl)]
pub async fn list_remote_logs(address: String) -> Result<LogsData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let filter = filter(&Address::parse(&address));
    Ok(LogsData {
        logs: portal::integration::remote_logs::list(&portal, &actor, &filter).await?,
        on: portal::integration::settings::get(&portal, &actor)
            .await?
            .settings
            .remote_logging,
    })
}

fn filter(address: &Address) -> Filter {
    Filter {
        search: address.get("q").to_owned(),
        level: Level::from_code(address.get("level")),
        implementation: address.get("implementation").to_owned(),
        before: address.get("before").parse().ok(),
    }
}

/// The page Remote logs.
pub struct LogsPage {
    address: Memo<Address>,
    data: Resource<Result<LogsData, Failure>>,
}

impl Page for LogsPage {
    fn data() -> Self {
        let address = current_address();
        Self {
            address,
            data: Resource::new(move || address.get(), |address| list_remote_logs(address.to_string())),
        }
    }

    fn view(this: Self) -> AnyView {
        let LogsPage { address, data } = this;
        let user = current_user();
        let body = move || {
            let address = address.get();
            suspend(async move { shown(data.await, user, |data| card(data, &address).into_any()).await })
        };
        view! {
            <Section tab=Tab::Logs>
                <Transition>{body}</Transition>
            </Section>
        }
        .into_any()
    }
}

fn card(data: LogsData, address: &Address) -> impl IntoView + use<> {
    let LogsData { logs, on } = data;
    let filter = filter(address);
    let (badge, words) = if on {
        ("badge success", "On")
    } else {
        ("badge plain", "Off")
    };
    let list = if logs.records.is_empty() {
        Either::Left(empty(on, &filter))
    } else {
        Either::Right(table(&logs, address))
    };
    view! {
        <section class="card" aria-labelledby="logs">
            <div class="card-header">
                <h2 id="logs">
                    "Remote logs " <span class=badge>"Remote logging: " {words}</span>
                </h2>
                <a class="button" href=format!("{}#advanced", Tab::Settings.path())>
                    "Advanced settings"
                </a>
            </div>
            {search(&filter, &logs.implementations)}
            {list}
        </section>
    }
}

/// What is looked for.
fn search(filter: &Filter, implementations: &[String]) -> impl IntoView + use<> {
    let levels = Level::ALL.map(|level| {
        let words = match level {
            Level::Error => "Errors".to_owned(),
            Level::Debug => "Debug and graver".to_owned(),
            other => format!("{} and graver", other.label()),
        };
        view! {
            <option value=level.code() selected=filter.level == Some(level)>
                {words}
            </option>
        }
    });
    let mut names = implementations.to_vec();
    // One that has been forgotten still has records, and may still be asked for.
    if !filter.implementation.is_empty() && !names.contains(&filter.implementation) {
        names.push(filter.implementation.clone());
    }
    let chosen = filter.implementation.clone();
    let names = names.into_iter().map(move |name| {
        let is_chosen = name == chosen;
        view! {
            <option value=name.clone() selected=is_chosen>
                {name.clone()}
            </option>
        }
    });
    let text = filter.search.clone();
    let is_too_long = text.trim().chars().count() > MAX_SEARCH;
    let cut = is_too_long.then(|| {
        let words = format!(
            "{} The start of the text is searched for.",
            too_long(MAX_SEARCH, text.trim())
        );
        view! {
            <div class="card-body">
                <Notice kind=Kind::Warning>
                    <p>{words}</p>
                </Notice>
            </div>
        }
    });
    let (levels, names) = (levels.into_iter().collect_view(), names.collect_view());
    view! {
        <FilterForm path=Tab::Logs.path() names=&["q", "level", "implementation"] class="toolbar in-card">
            <div class="search">
                <Draw icon=Icon::Search />
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=text
                    aria-label="Search messages"
                    placeholder="Message"
                    autocomplete="off"
                />
            </div>
            <select class="input" name="level" aria-label="Level" autocomplete="off">
                <option value="">"All levels"</option>
                {levels}
            </select>
            <select class="input" name="implementation" aria-label="Implementation" autocomplete="off">
                <option value="">"All implementations"</option>
                {names}
            </select>
            <button class="button">"Search"</button>
        </FilterForm>
        {cut}
    }
}

fn table(logs: &Logs, address: &Address) -> impl IntoView + use<> {
    let rows = logs.records.iter().map(row).collect_view();
    let older = logs.records.last().filter(|_| logs.more).map(|last| {
        view! {
            <a class="button small" rel="next" href=address.clone().with("before", last.id).to_string()>
                "Older"
            </a>
        }
    });
    let newest = (!address.get("before").is_empty()).then(|| {
        view! {
            <a class="button small" href=address.clone().with("before", "").to_string()>
                "Newest"
            </a>
        }
    });
    let pager = (older.is_some() || newest.is_some()).then(|| {
        view! {
            <nav class="card-footer pager" aria-label="Pages of remote logs">
                {newest}
                {older}
            </nav>
        }
    });
    view! {
        <div class="table-wrap">
            <table class="table stack logs">
                <caption class="visually-hidden">"Remote logs"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col">"Level"</th>
                        <th scope="col">"Implementation"</th>
                        <th scope="col">"Message"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {pager}
    }
}

fn row(record: &RemoteLog) -> impl IntoView + use<> {
    let class = match record.level {
        Level::Error => "badge danger",
        Level::Warning => "badge warning",
        Level::Info => "badge info",
        Level::Debug => "badge",
    };
    let implementation = match record.implementation.as_str() {
        "" => Either::Left(view! { <span class="muted">"Not said"</span> }),
        name => Either::Right(view! { <span>{name.to_owned()}</span> }),
    };
    view! {
        <tr>
            <td data-label="Time">{moment(record.at)}</td>
            <td data-label="Level">
                <span class=class>{record.level.label()}</span>
            </td>
            <td data-label="Implementation">{implementation}</td>
            <td data-label="Message">{message(&escape_hidden(&record.message))}</td>
        </tr>
    }
}

/// A message, whose first line opens the rest where it is long.
fn message(text: &str) -> impl IntoView + use<> {
    let (characters, lines) = LONG;
    let is_long = text.chars().count() > characters || text.lines().count() > lines;
    if !is_long {
        return Either::Left(view! { <p class="log-message">{text.to_owned()}</p> });
    }
    let start: String = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(characters / 2)
        .collect();
    Either::Right(view! {
        <details class="log-message">
            <summary>{start} "…"</summary>
            <pre>{text.to_owned()}</pre>
        </details>
    })
}

/// Why there is nothing to see.
fn empty(on: bool, filter: &Filter) -> impl IntoView + use<> {
    let is_filtered = !filter.search.is_empty() || filter.level.is_some() || !filter.implementation.is_empty();
    let (title, words, href, label) = if is_filtered || filter.before.is_some() {
        (
            "Nothing matches",
            "No record of the last 14 days is what you look for.",
            Tab::Logs.path().to_owned(),
            "Show all records",
        )
    } else if on {
        (
            "Nothing was sent yet",
            "Remote logging is on. What connectors log appears here as they send it.",
            Tab::Implementations.path().to_owned(),
            "Show implementations",
        )
    } else {
        (
            "Remote logging is off",
            "Connectors can send what they log once it is switched on under Advanced settings.",
            format!("{}#advanced", Tab::Settings.path()),
            "Go to Advanced settings",
        )
    };
    view! {
        <div class="empty">
            <span class="arch large">
                <Draw icon=Icon::Clock size="large" />
            </span>
            <h3>{title}</h3>
            <p>{words}</p>
            <a class="button" href=href>
                {label}
            </a>
        </div>
    }
}
