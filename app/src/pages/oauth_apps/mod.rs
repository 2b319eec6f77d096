//! The OAuth apps pages: the list, the form for a new app, and the page of an app.

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

/// Breadcrumbs of the list page: path and title of each ancestor.
const BREADCRUMBS: [(&str, &str); 2] = [("/settings", "Settings"), ("/settings/portal", "Portal settings")];

/// Breadcrumbs of the form for a new app and of an app's page.
const DETAIL_BREADCRUMBS: [(&str, &str); 3] = [
    BREADCRUMBS[0],
    BREADCRUMBS[1],
    (crate::pages::oauth_apps::page_url::PATH, "OAuth apps"),
];
