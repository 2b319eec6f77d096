//! Pages of the Integration section: settings, field settings, implementations, remote logs, history and code snippets.

pub mod developers;
pub mod history;
pub mod implementations;
mod layout;
pub mod logs;
mod page_url;
mod pager;
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
