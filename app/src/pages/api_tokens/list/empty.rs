//! Placeholders of the token list: empty states, missing rights, and the loading skeleton.

use crate::components::data::card::Card;
use crate::components::data::empty_state::EmptyState;
use crate::components::feedback::error_message::access_error;
use crate::error::AppError;
use crate::icons::Icon;
use crate::pages::api_tokens::page_url::{Dialog, PageUrl};
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::tokens::{PagePosition, TokenFilter, TokenPage};
use leptos::prelude::*;

/// Renders the empty state of the token list: why it is empty and what to do next.
pub fn no_tokens(page: &TokenPage, rights: Rights, url: &PageUrl) -> AnyView {
    let query = &url.query;
    if !page.any_in_account {
        return no_tokens_in_account(rights).into_any();
    }
    let first_page = PageUrl {
        route: url.route,
        ..PageUrl::default()
    };
    let (title, help, href, label) = if page.total > 0 {
        (
            "This page is empty".to_owned(),
            "The list has changed.",
            url.page_at(PagePosition::Start),
            "Back to first page",
        )
    } else if !query.search.is_empty() {
        (
            format!("No tokens match “{}”", query.search),
            "Search covers users, consumers and integrations within the current filter.",
            first_page,
            "Clear search",
        )
    } else {
        let (title, help) = match query.filter {
            TokenFilter::Ended => ("No revoked or expired tokens", "All tokens are current."),
            TokenFilter::Current | TokenFilter::All => ("No current tokens", "All tokens are revoked or expired."),
        };
        (
            title.to_owned(),
            help,
            first_page.with_search("", TokenFilter::All),
            "Show all tokens",
        )
    };
    view! {
        <EmptyState title help>
            <a class="button" href=href.to_string()>
                {label}
            </a>
        </EmptyState>
    }
    .into_any()
}

fn no_tokens_in_account(rights: Rights) -> impl IntoView {
    let new_consumer = PageUrl::default()
        .with_dialog(Dialog::NewConsumer(String::new()))
        .to_string();
    view! {
        <EmptyState
            icon=Icon::Token
            title="No tokens yet"
            help="Create a consumer for the application first, then a token for each user that it acts for."
        >
            {rights
                .has(Right::CreateApiTokens)
                .then(|| {
                    view! {
                        <a class="button" href=new_consumer data-noscroll>
                            "Create new consumer"
                        </a>
                    }
                })}
        </EmptyState>
    }
}

/// Replaces a tab for which the user lacks the right.
pub fn no_access(tab: &'static str, error: AppError) -> impl IntoView {
    let title = format!("You don’t have access to {}", tab.to_ascii_lowercase());
    view! {
        <Card id="no-access" title=tab>
            <EmptyState icon=Icon::Lock title>
                {access_error("view this list", error)}
            </EmptyState>
        </Card>
    }
}

/// Renders the skeleton that is shown while the list loads.
pub fn loading() -> impl IntoView {
    let row = || {
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
                    <tbody>{(0..5).map(|_| row()).collect_view()}</tbody>
                </table>
            </div>
            <p class="visually-hidden" role="status">
                "Loading"
            </p>
        </section>
    }
}
