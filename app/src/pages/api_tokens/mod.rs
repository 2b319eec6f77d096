//! The API tokens pages: OAuth 1 consumers and tokens, and the one-time display of their secrets.

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

/// Breadcrumbs of the API tokens page: path and title of each ancestor.
const BREADCRUMBS: [(&str, &str); 2] = [("/settings", "Settings"), ("/settings/portal", "Portal settings")];

/// Breadcrumbs of the pages of a token and a consumer.
const DETAIL_BREADCRUMBS: [(&str, &str); 3] = [
    BREADCRUMBS[0],
    BREADCRUMBS[1],
    (crate::pages::api_tokens::page_url::PATH, "API tokens"),
];
