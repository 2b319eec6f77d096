//! API tokens: OAuth 1 consumers and tokens, their secrets' one showing, and the pages of each.

mod access_denied;
pub mod consumer;
pub mod list;
mod page_url;
pub mod token;

mod actions;
mod data;

pub use crate::pages::api_tokens::consumer::page::ConsumerPage;
pub use crate::pages::api_tokens::list::page::ApiTokensPage;
pub use crate::pages::api_tokens::token::page::TokenPage;

use crate::pages::api_tokens::page_url::Address;
use leptos::prelude::*;
use leptos_router::hooks::use_url;

/// The pages above the API tokens page: address and title.
const ABOVE: [(&str, &str); 2] = [("/settings", "Settings"), ("/settings/portal", "Portal settings")];

/// The pages above those of a token or a consumer.
const ABOVE_ONE: [(&str, &str); 3] = [
    ABOVE[0],
    ABOVE[1],
    (crate::pages::api_tokens::page_url::PATH, "API tokens"),
];

/// The address of the page. It is the route's own, which stands still while another page is on its way.
fn current_address() -> Memo<Address> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| Address::parse(&format!("{}?{}", url.path(), url.search()))))
}
