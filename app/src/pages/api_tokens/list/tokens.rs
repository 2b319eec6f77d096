//! The Tokens tab. This is the page that is loaded most often, so its rows are plain markup: no signals, no components of
//! their own, and nothing of type `AnyView`, for which the renderer copies every attribute of a row.

use crate::components::data::data_table::DataTable;
use crate::components::data::time::{created, never, timestamp};
use crate::icons::{Icon, IconView};
use crate::pages::api_tokens::list::empty::no_tokens;
use crate::pages::api_tokens::list::search::Search;
use crate::pages::api_tokens::page_url::{Created, Dialog, PATH, PageUrl, Route};
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::tokens::{MAX_COUNTED, PagePosition, Token, TokenPage, TokenSort, TokenState};
use domain::time::Timestamp;
use leptos::prelude::*;

/// Renders the card with the search form, the list and the pager, or the empty state.
pub fn card(page: TokenPage, rights: Rights, url: &PageUrl, search: Search) -> impl IntoView + use<> {
    let count = page
        .any_in_account
        .then(|| view! { <span class="count">{format_count(page.total)}</span> });
    let toolbar = page.any_in_account.then(|| search.form(url));
    // The row of the new token takes the focus. If it is on another page of the list, the heading does.
    let is_on_another_page = match url.created {
        Some(Created::Token(id)) => page.tokens.iter().all(|token| token.id != id),
        _ => false,
    };
    view! {
        <section class="card" aria-labelledby="tokens">
            <div class="card-header">
                <h2 id="tokens" tabindex=is_on_another_page.then_some("-1") autofocus=is_on_another_page>
                    "Tokens "
                    {count}
                </h2>
                {toolbar}
            </div>
            {token_list(page, rights, url)}
        </section>
    }
}

/// Renders the table and its pager, or the empty state.
pub fn token_list(page: TokenPage, rights: Rights, url: &PageUrl) -> impl IntoView + use<> {
    if page.tokens.is_empty() {
        return no_tokens(&page, rights, url).into_any();
    }
    let range = format!("{} of {}", page.tokens.len(), format_count(page.total));
    let link = |label: &'static str, rel: &'static str, position: Option<PagePosition>| match position {
        Some(position) => {
            view! { <a class="button small" rel=rel href=url.page_at(position).to_string()>{label}</a> }.into_any()
        }
        None => view! { <span class="button small" aria-disabled="true">{label}</span> }.into_any(),
    };
    let pager = (page.next.is_some() || page.previous.is_some()).then(|| {
        view! {
            <nav class="card-footer pager" aria-label="Pages of tokens">
                <p>{range}</p>
                {link("Previous", "prev", page.previous.map(PagePosition::Before))}
                {link("Next", "next", page.next.map(PagePosition::After))}
            </nav>
        }
    });
    let headings = [
        Some(sortable_heading("User", TokenSort::User, url)),
        shows_consumer(url).then(|| sortable_heading("Consumer", TokenSort::Consumer, url)),
        Some(sortable_heading("Integration", TokenSort::Integration, url)),
        Some(sortable_heading("Created", TokenSort::Created, url)),
        Some(sortable_heading("Last used", TokenSort::Used, url)),
    ];
    let headings: Vec<AnyView> = headings.into_iter().flatten().collect();
    let rows = rows(page.tokens, rights.has(Right::RevokeApiTokens), url);
    view! {
        <DataTable caption="Tokens" headings actions=true>
            {rows}
        </DataTable>
        {pager}
    }
    .into_any()
}

/// Returns whether the table has a consumer column. The page of a consumer lists only that consumer's tokens.
fn shows_consumer(url: &PageUrl) -> bool {
    !matches!(url.route, Route::Consumer(_))
}

fn sortable_heading(label: &'static str, sort: TokenSort, url: &PageUrl) -> AnyView {
    let query = &url.query;
    let is_time = matches!(sort, TokenSort::Created | TokenSort::Used);
    // By default times sort newest first and names from A to Z.
    let is_descending = |reverse: bool| is_time != reverse;
    let is_current = query.sort == sort;
    let direction = is_current.then(|| {
        if is_descending(query.reverse) {
            "descending"
        } else {
            "ascending"
        }
    });
    let icon = if is_descending(is_current && query.reverse) {
        Icon::SortDown
    } else {
        Icon::SortUp
    };
    view! {
        <th scope="col" aria-sort=direction>
            <a class="sort" href=url.sorted_by(sort).to_string() data-noscroll>
                {label}
                <IconView icon />
            </a>
        </th>
    }
    .into_any()
}

fn rows(tokens: Vec<Token>, may_revoke: bool, url: &PageUrl) -> impl IntoView + use<> {
    let shows_consumer = shows_consumer(url);
    // The URL prefix that the revoke links of all rows share.
    let revoke = url.with_dialog(Dialog::RevokeToken(None)).to_string();
    let just_created = url.created;
    let row = move |token: Token| {
        let is_new = just_created == Some(Created::Token(token.id));
        let is_inactive = token.state.has_ended();
        let action = (may_revoke && !is_inactive).then(|| {
            view! {
                <a
                    class="button small quiet danger"
                    href=token.id.with_prefix(&[&revoke, "&token="])
                    data-noscroll
                >
                    "Revoke"
                    <span class="visually-hidden">
                        {[" the token of ", &token.user, " for ", &token.integration].concat()}
                    </span>
                </a>
            }
        });
        view! {
            <tr class=is_inactive.then_some("inactive")>
                <td class="title">
                    <span>
                        <a href=token.id.with_prefix(&[PATH, "/tokens/"]) autofocus=is_new>
                            {token.user}
                        </a>
                        " "
                        {state_badge(token.state)}
                        <small>{token.user_email}</small>
                    </span>
                </td>
                {shows_consumer
                    .then(|| {
                        view! {
                            <td data-label="Consumer">
                                <a href=token.consumer_id.with_prefix(&[PATH, "/consumers/"])>{token.consumer}</a>
                            </td>
                        }
                    })}
                <td data-label="Integration">
                    <span>{token.integration}</span>
                </td>
                <td data-label="Created">{created(token.created_at, token.created_by)}</td>
                <td data-label="Last used">{last_used(token.last_used_at, token.last_used_from)}</td>
                <td class="action">{action}</td>
            </tr>
        }
    };
    tokens.into_iter().map(row).collect_view()
}

/// Renders a token's state as a colored badge.
pub fn state_badge(state: TokenState) -> impl IntoView {
    let class = match state {
        TokenState::Active => "badge success",
        TokenState::Expired | TokenState::Suspended => "badge warning",
        TokenState::Revoked => "badge danger",
    };
    view! { <span class=class>{state.label()}</span> }
}

/// Renders when a token was last used and from which address.
pub fn last_used(at: Option<Timestamp>, from: Option<String>) -> impl IntoView {
    let Some(at) = at else {
        return never().into_any();
    };
    let from = from.map(|from| view! { <small>{["from ", &from].concat()}</small> });
    view! {
        <span>
            {timestamp(at)}
            {from}
        </span>
    }
    .into_any()
}

/// Formats a number of tokens. Numbers above [`MAX_COUNTED`] are not exact and are written as "more than".
pub fn format_count(total: i64) -> String {
    if total > MAX_COUNTED {
        format!("more than {}", with_thousands_separator(MAX_COUNTED))
    } else {
        with_thousands_separator(total)
    }
}

fn with_thousands_separator(number: i64) -> String {
    if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1000, number % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::format_count;

    #[test]
    fn counts_have_thousands_separators_and_an_upper_bound() {
        assert_eq!([0, 40, 999].map(format_count), ["0", "40", "999"]);
        assert_eq!([1000, 9_999, 10_000].map(format_count), ["1,000", "9,999", "10,000"]);
        assert_eq!(format_count(MAX_PLUS_ONE), "more than 10,000");
    }

    const MAX_PLUS_ONE: i64 = domain::oauth1::tokens::MAX_COUNTED + 1;
}
