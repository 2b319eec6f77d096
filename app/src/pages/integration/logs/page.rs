//! Page with the logs that connectors sent in the last 14 days.

use crate::components::data::data_table::{DataTable, heading};
use crate::components::data::empty_state::EmptyState;
use crate::components::data::time::timestamp;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::field::SearchField;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::error::AppError;
use crate::icons::Icon;
use crate::page_data::PageData;
use crate::pages::integration::filter_form::FilterForm;
use crate::pages::integration::layout::{IntegrationLayout, Tab, render_or_error};
use crate::pages::integration::page_url::PageUrl;
use crate::pages::integration::pager::pager;
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::protocol::GetRequest;
use crate::session::{SessionClient, current_user};
use domain::fields::too_long_message;
use domain::integration::remote_logs::{Level, LogFilter, LogPage, MAX_SEARCH_CHARS, RemoteLog};
use domain::unicode::escape_hidden;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The number of characters above which a message is folded.
const MAX_UNFOLDED_CHARS: usize = 240;

/// The number of lines above which a message is folded.
const MAX_UNFOLDED_LINES: usize = 3;

/// Data of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogsData {
    logs: LogPage,
    /// Whether remote logging is on.
    is_enabled: bool,
}

/// Lists the log records that match the filter in the query of `address`.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(name = ListRemoteLogs, prefix = "/fn", endpoint = "integration/logs", protocol = GetRequest, client = SessionClient)]
pub async fn list_remote_logs(address: String) -> Result<LogsData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let filter = filter(&PageUrl::parse(&address));
    Ok(LogsData {
        logs: portal::integration::remote_logs::list(&portal, &actor, &filter).await?,
        is_enabled: portal::integration::settings::get(&portal, &actor)
            .await?
            .settings
            .remote_logging,
    })
}

fn filter(url: &PageUrl) -> LogFilter {
    LogFilter {
        search: url.get("q").to_owned(),
        level: Level::from_code(url.get("level")),
        implementation: url.get("implementation").to_owned(),
        before: url.get("before").parse().ok(),
    }
}

/// The Remote logs page.
pub struct LogsPage {
    url: Memo<PageUrl>,
    data: PageData<LogsData>,
}

impl Page for LogsPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        Self {
            url,
            data: PageData::new(move || url.get(), |url| list_remote_logs(url.to_string())),
        }
    }

    fn view(this: Self) -> AnyView {
        let LogsPage { url, data } = this;
        let user = current_user();
        let content = dynamic(move || {
            let url = url.get();
            suspend(async move { render_or_error(data.await, user, |data| card(data, &url).into_any()).await })
        });
        view! {
            <IntegrationLayout tab=Tab::Logs>
                <Transition>{content}</Transition>
            </IntegrationLayout>
        }
        .into_any()
    }
}

fn card(data: LogsData, url: &PageUrl) -> impl IntoView + use<> {
    let LogsData { logs, is_enabled } = data;
    let filter = filter(url);
    let (badge, status) = if is_enabled {
        ("badge success", "On")
    } else {
        ("badge plain", "Off")
    };
    let list = if logs.records.is_empty() {
        empty_state(is_enabled, &filter).into_any()
    } else {
        table(&logs, url).into_any()
    };
    view! {
        <section class="card" aria-labelledby="logs">
            <div class="card-header">
                <h2 id="logs">
                    "Remote logs " <span class=badge>"Remote logging: " {status}</span>
                </h2>
                <a class="button" href=format!("{}#advanced", Tab::Settings.path())>
                    "Advanced settings"
                </a>
            </div>
            {search_form(&filter, &logs.implementations)}
            {list}
        </section>
    }
}

/// Renders the search and the filters.
fn search_form(filter: &LogFilter, implementations: &[String]) -> impl IntoView + use<> {
    let levels = Level::ALL.map(|level| {
        let label = match level {
            Level::Error => "Errors".to_owned(),
            Level::Debug => "Debug and above".to_owned(),
            other => format!("{} and above", other.label()),
        };
        view! {
            <option value=level.code() selected=filter.level == Some(level)>
                {label}
            </option>
        }
    });
    let mut names = implementations.to_vec();
    // An implementation that was removed may still have records.
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
    let is_too_long = text.trim().chars().count() > MAX_SEARCH_CHARS;
    let warning = is_too_long.then(|| {
        let message = format!(
            "{} Only the start of the text is searched for.",
            too_long_message(MAX_SEARCH_CHARS, text.trim())
        );
        view! {
            <div class="card-body">
                <Notice kind=NoticeKind::Warning>
                    <p>{message}</p>
                </Notice>
            </div>
        }
    });
    let (levels, names) = (levels.into_iter().collect_view(), names.collect_view());
    view! {
        <FilterForm path=Tab::Logs.path() names=&["q", "level", "implementation"] class="toolbar in-card">
            <SearchField label="Search messages" placeholder="Message" value=text />
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
        {warning}
    }
}

fn table(logs: &LogPage, url: &PageUrl) -> impl IntoView + use<> {
    let rows = logs.records.iter().map(row).collect_view();
    let oldest = logs.records.last().filter(|_| logs.more);
    let pager = pager("Remote log pages", url, oldest.map(|last| last.id.to_string()));
    view! {
        <DataTable
            caption="Remote logs"
            class="table stack logs"
            headings=["Time", "Level", "Implementation", "Message"].map(heading)
        >
            {rows}
        </DataTable>
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
        "" => view! { <span class="muted">"Unknown"</span> }.into_any(),
        name => view! { <span>{name.to_owned()}</span> }.into_any(),
    };
    view! {
        <tr>
            <td data-label="Time">{timestamp(record.at)}</td>
            <td data-label="Level">
                <span class=class>{record.level.label()}</span>
            </td>
            <td data-label="Implementation">{implementation}</td>
            <td data-label="Message">{message(&escape_hidden(&record.message))}</td>
        </tr>
    }
}

/// Renders a message. A long one is folded behind the start of its first line.
fn message(text: &str) -> impl IntoView + use<> {
    let is_long = text.chars().count() > MAX_UNFOLDED_CHARS || text.lines().count() > MAX_UNFOLDED_LINES;
    if !is_long {
        return view! { <p class="log-message">{text.to_owned()}</p> }.into_any();
    }
    let start: String = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(MAX_UNFOLDED_CHARS / 2)
        .collect();
    view! {
        <details class="log-message">
            <summary>{start} "…"</summary>
            <pre>{text.to_owned()}</pre>
        </details>
    }
    .into_any()
}

/// Explains why no records are shown.
fn empty_state(is_enabled: bool, filter: &LogFilter) -> impl IntoView + use<> {
    let is_filtered = !filter.search.is_empty() || filter.level.is_some() || !filter.implementation.is_empty();
    let (title, description, href, label) = if is_filtered || filter.before.is_some() {
        (
            "No matching logs",
            "No logs of the last 14 days match your search.",
            Tab::Logs.path().to_owned(),
            "Show all logs",
        )
    } else if is_enabled {
        (
            "No logs yet",
            "Remote logging is on. Logs appear here as connectors send them.",
            Tab::Implementations.path().to_owned(),
            "Show implementations",
        )
    } else {
        (
            "Remote logging is off",
            "Turn it on under Advanced settings so that connectors can send logs.",
            format!("{}#advanced", Tab::Settings.path()),
            "Go to Advanced settings",
        )
    };
    view! {
        <EmptyState icon=Icon::Clock title help=description>
            <a class="button" href=href>
                {label}
            </a>
        </EmptyState>
    }
}
