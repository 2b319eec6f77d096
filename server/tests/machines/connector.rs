//! The connector API.

pub mod client;
mod events;
mod fields;
mod hostile;
mod keys;
pub mod logs;
mod once;
mod settings;
