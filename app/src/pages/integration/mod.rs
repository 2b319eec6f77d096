//! The Integration section: how connectors work with the DAM, and the connectors themselves.

mod address;
mod api_key;
mod api_key_actions;
mod api_key_dialogs;
mod changes;
mod checklist;
mod connection;
mod connection_test;
mod developers_page;
mod fields;
mod filter_form;
mod frame;
mod history_actions;
mod history_dialogs;
mod history_page;
mod implementations_dialogs;
mod implementations_page;
mod language;
mod logs_page;
mod remote_logging;
mod settings_actions;
mod settings_data;
mod settings_file;
mod settings_page;
mod snippets;

pub use developers_page::DevelopersPage;
pub use fields::FieldsPage;
pub use history_page::HistoryPage;
pub use implementations_page::ImplementationsPage;
pub use logs_page::LogsPage;
pub use settings_page::SettingsTabPage;

use address::Address;
use leptos::prelude::*;
use leptos_router::hooks::use_url;

/// The address of the page. It is the route's own, which stands still while another page is on its way.
fn current_address() -> Memo<Address> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| Address::parse(&format!("{}?{}", url.path(), url.search()))))
}
