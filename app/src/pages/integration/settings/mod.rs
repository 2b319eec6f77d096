//! The Settings tab: API key, Bynder settings, language and remote logging.

pub(crate) mod actions;
pub(crate) mod api_key;
pub(crate) mod connection;
pub(crate) mod data;
pub(crate) mod language;
pub(crate) mod page;
pub(crate) mod remote_logging;
