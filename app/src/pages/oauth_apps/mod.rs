//! OAuth 2 apps: the list, the form for a new one, and the page of each.

mod access_denied;
pub mod detail;
mod page_url;

mod actions;
mod data;
mod fields;
mod list_page;
mod new_page;
mod scopes;

pub use crate::pages::oauth_apps::detail::page::OauthAppPage;
pub use list_page::OauthAppsPage;
pub use new_page::NewOauthAppPage;

use crate::pages::oauth_apps::page_url::Address;
use leptos::prelude::*;
use leptos_router::hooks::use_url;

/// The pages above the list: address and title.
const ABOVE: [(&str, &str); 2] = [("/settings", "Settings"), ("/settings/portal", "Portal settings")];

/// The pages above those of one app.
const ABOVE_ONE: [(&str, &str); 3] = [
    ABOVE[0],
    ABOVE[1],
    (crate::pages::oauth_apps::page_url::PATH, "OAuth apps"),
];

/// The address of the page. It is the route's own, which stands still while another page is on its way.
fn current_address() -> Memo<Address> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| Address::parse(&format!("{}?{}", url.path(), url.search()))))
}
