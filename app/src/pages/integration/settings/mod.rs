//! The Settings tab: API key, Bynder settings, language, remote logging, and settings as a file.

pub(crate) mod actions;
pub(crate) mod api_key;
pub(crate) mod api_key_actions;
pub(crate) mod api_key_dialogs;
pub(crate) mod checklist;
pub(crate) mod connection;
pub(crate) mod connection_test;
pub(crate) mod data;
pub(crate) mod import_export;
pub(crate) mod language;
pub(crate) mod page;
pub(crate) mod remote_logging;
