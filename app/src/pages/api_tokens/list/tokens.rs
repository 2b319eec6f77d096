//! The list of tokens. It is the page that is read most, so its rows are plain markup: no signals, no components of
//! their own, and nothing of type `AnyView`, for which the renderer copies every attribute of a row.

use crate::components::data::time::{created, moment, never};
use crate::icons::{Draw, Icon};
use crate::pages::api_tokens::list::empty::no_tokens;
use crate::pages::api_tokens::list::search::Search;
use crate::pages::api_tokens::page_url::{Address, Created, Dialog, PATH, Spot};
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::tokens::{MAX_COUNTED, Place, Token, TokenPage, TokenSort, TokenState};
use domain::time::Timestamp;
use leptos::either::Either;
use leptos::prelude::*;

/// The card with search, list and pager; or why it is empty.
pub fn card(page: TokenPage, rights: Rights, address: &Address, search: Search) -> impl IntoView + use<> {
    let count = page
        .any_in_account
        .then(|| view! { <span class="count">{counted(page.total)}</span> });
    let toolbar = page.any_in_account.then(|| search.form(address));
    // The row of what was just created takes the focus; where it is on another page of the list, the heading does.
    let is_elsewhere = match address.created {
        Some(Created::Token(id)) => page.tokens.iter().all(|token| token.id != id),
        _ => false,
    };
    view! {
        <section class="card" aria-labelledby="tokens">
            <div class="card-header">
                <h2 id="tokens" tabindex=is_elsewhere.then_some("-1") autofocus=is_elsewhere>
                    "Tokens "
                    {count}
                </h2>
                {toolbar}
            </div>
            {list(page, rights, address)}
        </section>
    }
}

/// The table and its pager, or why there is none.
pub fn list(page: TokenPage, rights: Rights, address: &Address) -> impl IntoView + use<> {
    if page.tokens.is_empty() {
        return Either::Left(no_tokens(&page, rights, address));
    }
    let shows_consumer = shows_consumer(address);
    let shown = format!("{} of {}", page.tokens.len(), counted(page.total));
    let link = |label: &'static str, rel: &'static str, place: Option<Place>| match place {
        Some(place) => {
            Either::Left(view! { <a class="button small" rel=rel href=address.at(place).to_string()>{label}</a> })
        }
        None => Either::Right(view! { <span class="button small" aria-disabled="true">{label}</span> }),
    };
    let pager = (page.next.is_some() || page.previous.is_some()).then(|| {
        view! {
            <nav class="card-footer pager" aria-label="Pages of tokens">
                <p>{shown}</p>
                {link("Previous", "prev", page.previous.map(Place::Before))}
                {link("Next", "next", page.next.map(Place::After))}
            </nav>
        }
    });
    Either::Right(view! {
        <div class="table-wrap">
            <table class="table stack">
                <caption class="visually-hidden">"Tokens"</caption>
                <thead>
                    <tr>
                        {heading("User", TokenSort::User, address)}
                        {shows_consumer.then(|| heading("Consumer", TokenSort::Consumer, address))}
                        {heading("Integration", TokenSort::Integration, address)}
                        {heading("Created", TokenSort::Created, address)}
                        {heading("Last used", TokenSort::Used, address)}
                        <th scope="col" class="action">
                            <span class="visually-hidden">"Action"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows(page.tokens, rights.has(Right::RevokeApiTokens), address)}</tbody>
            </table>
        </div>
        {pager}
    })
}

/// On the page of a consumer all tokens are its own.
fn shows_consumer(address: &Address) -> bool {
    !matches!(address.spot, Spot::Consumer(_))
}

fn heading(label: &'static str, sort: TokenSort, address: &Address) -> impl IntoView + use<> {
    let query = &address.query;
    let is_time = matches!(sort, TokenSort::Created | TokenSort::Used);
    // Times start with the newest, names with A.
    let descends = |reverse: bool| is_time != reverse;
    let is_current = query.sort == sort;
    let direction = is_current.then(|| {
        if descends(query.reverse) {
            "descending"
        } else {
            "ascending"
        }
    });
    let icon = if descends(is_current && query.reverse) {
        Icon::SortDown
    } else {
        Icon::SortUp
    };
    view! {
        <th scope="col" aria-sort=direction>
            <a class="sort" href=address.sorted(sort).to_string() data-noscroll>
                {label}
                <Draw icon />
            </a>
        </th>
    }
}

fn rows(tokens: Vec<Token>, may_revoke: bool, address: &Address) -> impl IntoView + use<> {
    let shows_consumer = shows_consumer(address);
    // The part of the revoke links that is the same in each row.
    let revoke = address.with(Dialog::Revoke(None)).to_string();
    let created_now = address.created;
    let row = move |token: Token| {
        let is_new = created_now == Some(Created::Token(token.id));
        let is_off = token.state.has_ended();
        let action = (may_revoke && !is_off).then(|| {
            view! {
                <a
                    class="button small quiet danger"
                    href=token.id.at_end_of(&[&revoke, "&token="])
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
            <tr class=is_off.then_some("off")>
                <td class="title">
                    <span>
                        <a href=token.id.at_end_of(&[PATH, "/tokens/"]) autofocus=is_new>
                            {token.user}
                        </a>
                        " "
                        {badge(token.state)}
                        <small>{token.user_email}</small>
                    </span>
                </td>
                {shows_consumer
                    .then(|| {
                        view! {
                            <td data-label="Consumer">
                                <a href=token.consumer_id.at_end_of(&[PATH, "/consumers/"])>{token.consumer}</a>
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

/// The word for a token's state, in its colour.
pub fn badge(state: TokenState) -> impl IntoView {
    let class = match state {
        TokenState::Active => "badge success",
        TokenState::Expired | TokenState::Suspended => "badge warning",
        TokenState::Revoked => "badge danger",
    };
    view! { <span class=class>{state.label()}</span> }
}

/// When a token was last used, and from where.
pub fn last_used(at: Option<Timestamp>, from: Option<String>) -> impl IntoView {
    let Some(at) = at else {
        return Either::Left(never());
    };
    let from = from.map(|from| view! { <small>{["from ", &from].concat()}</small> });
    Either::Right(view! {
        <span>
            {moment(at)}
            {from}
        </span>
    })
}

/// How many there are, as far as they are counted.
pub fn counted(total: i64) -> String {
    if total > MAX_COUNTED {
        format!("more than {}", grouped(MAX_COUNTED))
    } else {
        grouped(total)
    }
}

fn grouped(number: i64) -> String {
    if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1000, number % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!([0, 40, 999].map(counted), ["0", "40", "999"]);
        assert_eq!([1000, 9_999, 10_000].map(counted), ["1,000", "9,999", "10,000"]);
        assert_eq!(counted(MAX_PLUS_ONE), "more than 10,000");
    }

    const MAX_PLUS_ONE: i64 = domain::oauth1::tokens::MAX_COUNTED + 1;
}
