//! The Integration section: settings, API keys, implementations, remote logs and the DAM connection.

pub mod api_keys;
pub mod connection_test;
pub mod implementations;
pub mod portal_url;
pub mod remote_logs;
pub mod selector;
pub mod settings;
