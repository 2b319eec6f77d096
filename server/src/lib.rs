//! The server: router, APIs, middleware, background tasks, configuration and command line.

// Leptos views are deeply nested types.
#![recursion_limit = "512"]

pub mod api;
pub mod cli;
pub mod config;
pub mod http;
pub mod listener;
pub mod middleware;
mod open_files;
pub mod router;
pub mod site;
pub mod startup;
pub mod state;

pub use crate::config::Config;
pub use state::AppState;
