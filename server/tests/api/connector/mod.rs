//! Tests the connector API.

mod api_key;
pub mod client;
mod events;
mod fields;
mod idempotency_key;
pub mod logs;
mod malformed_requests;
mod settings;
