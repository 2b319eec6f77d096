//! API tokens: OAuth 1 consumers and tokens, their secrets' one showing, and the pages of each.

mod actions;
mod address;
mod closed;
mod consumer_forms;
mod consumer_page;
mod consumers;
mod create;
mod data;
mod delete;
mod empty;
mod examples;
mod list_page;
mod new_token;
mod revoke;
mod search;
mod token_page;
mod tokens;

pub use consumer_page::ConsumerPage;
pub use list_page::ApiTokensPage;
pub use token_page::TokenPage;

use address::Address;
use leptos::prelude::*;
use leptos_router::hooks::use_url;

/// The pages above the API tokens page: address and title.
const ABOVE: [(&str, &str); 2] = [("/settings", "Settings"), ("/settings/portal", "Portal settings")];

/// The pages above those of a token or a consumer.
const ABOVE_ONE: [(&str, &str); 3] = [ABOVE[0], ABOVE[1], (address::PATH, "API tokens")];

/// The address of the page. It is the route's own, which stands still while another page is on its way.
fn current_address() -> Memo<Address> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| Address::parse(&format!("{}?{}", url.path(), url.search()))))
}
