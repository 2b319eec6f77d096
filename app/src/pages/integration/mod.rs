//! Pages of the Integration section: settings, field settings, implementations, remote logs, history and code snippets.

pub mod developers;
pub mod history;
pub mod implementations;
mod layout;
pub mod logs;
mod page_url;
pub mod settings;

mod changes;
mod fields;
mod filter_form;

pub use crate::pages::integration::developers::page::DevelopersPage;
pub use crate::pages::integration::fields::FieldsPage;
pub use crate::pages::integration::history::page::HistoryPage;
pub use crate::pages::integration::implementations::page::ImplementationsPage;
pub use crate::pages::integration::logs::page::LogsPage;
pub use crate::pages::integration::settings::page::IntegrationSettingsPage;

use crate::pages::integration::page_url::PageUrl;
use leptos::prelude::*;
use leptos_router::hooks::use_url;

/// Returns the URL of the current page.
///
/// It is the URL of the route, which doesn't change while another page is loading.
fn current_url() -> Memo<PageUrl> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| PageUrl::parse(&format!("{}?{}", url.path(), url.search()))))
}
