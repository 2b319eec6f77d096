//! The Integration section: settings, API keys, connectors, remote logs and the DAM.

pub mod api_keys;
pub mod connection_test;
pub mod connectors;
pub(crate) mod dam;
pub mod dam_assets;
pub mod implementations;
pub mod remote_logs;
pub mod requested_fields;
pub mod settings;
