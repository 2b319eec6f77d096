//! The Integration section: how connectors work with the DAM, and the connectors themselves.

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
pub use crate::pages::integration::settings::page::SettingsTabPage;

use crate::pages::integration::page_url::Address;
use leptos::prelude::*;
use leptos_router::hooks::use_url;

/// The address of the page. It is the route's own, which stands still while another page is on its way.
fn current_address() -> Memo<Address> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| Address::parse(&format!("{}?{}", url.path(), url.search()))))
}
