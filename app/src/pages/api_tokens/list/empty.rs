//! What stands in place of a list: why there is nothing in it, or that it is on its way.

use crate::components::feedback::error_message::refusal;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::api_tokens::page_url::{Address, Dialog};
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::tokens::{Place, TokenFilter, TokenPage};
use leptos::prelude::*;

/// Why the list of tokens is empty, and what can be done about it.
pub fn no_tokens(page: &TokenPage, rights: Rights, address: &Address) -> AnyView {
    let query = &address.query;
    if !page.any_in_account {
        return none_yet(rights).into_any();
    }
    let start = Address {
        spot: address.spot,
        ..Address::default()
    };
    let (title, words, href, label) = if page.total > 0 {
        let words = "The tokens that were here are elsewhere in the list now.";
        (
            "Nothing on this page any more".to_owned(),
            words,
            address.at(Place::Start),
            "Go to the start",
        )
    } else if !query.search.is_empty() {
        let words = "Search looks at users, consumers and integrations, among the tokens that the filter lets through.";
        (
            format!("Nothing matches “{}”", query.search),
            words,
            start,
            "Clear the search",
        )
    } else {
        let (title, words) = match query.filter {
            TokenFilter::Ended => ("No token has ended", "None was revoked, and none has expired."),
            TokenFilter::Current | TokenFilter::All => ("No current tokens", "All tokens of this account have ended."),
        };
        (
            title.to_owned(),
            words,
            start.searched("", TokenFilter::All),
            "Show all tokens",
        )
    };
    view! {
        <div class="empty">
            <h3>{title}</h3>
            <p>{words}</p>
            <a class="button" href=href.to_string()>
                {label}
            </a>
        </div>
    }
    .into_any()
}

fn none_yet(rights: Rights) -> impl IntoView {
    let new = Address::default().with(Dialog::NewConsumer(String::new())).to_string();
    view! {
        <div class="empty">
            <span class="arch large">
                <Draw icon=Icon::Token size="large" />
            </span>
            <h3>"No tokens yet"</h3>
            <p>"Create a consumer for the application first, then a token for the user it will act for."</p>
            {rights
                .has(Right::CreateApiTokens)
                .then(|| {
                    view! {
                        <a class="button" href=new data-noscroll>
                            "Create new consumer"
                        </a>
                    }
                })}
        </div>
    }
}

/// In place of a part whose right is missing.
pub fn unseen(part: &'static str, failure: Failure) -> impl IntoView {
    let title = format!("You cannot see the {}", part.to_lowercase());
    view! {
        <section class="card" aria-labelledby="unseen">
            <div class="card-header">
                <h2 id="unseen">{part}</h2>
            </div>
            <div class="empty">
                <span class="arch large">
                    <Draw icon=Icon::Lock size="large" />
                </span>
                <h3>{title}</h3>
                {refusal("This list", failure)}
            </div>
        </section>
    }
}

/// While the list is on its way.
pub fn loading() -> impl IntoView {
    let line = || {
        view! {
            <tr>
                <td class="title">
                    <span class="skeleton"></span>
                </td>
                <td data-label="Consumer">
                    <span class="skeleton"></span>
                </td>
                <td data-label="Created">
                    <span class="skeleton short"></span>
                </td>
            </tr>
        }
    };
    view! {
        <section class="card" aria-busy="true">
            <div class="table-wrap">
                <table class="table stack">
                    <tbody>{(0..5).map(|_| line()).collect_view()}</tbody>
                </table>
            </div>
            <p class="visually-hidden" role="status">
                "Loading"
            </p>
        </section>
    }
}
