//! The server: router, APIs, middleware, background tasks, configuration and command line.

// Leptos views are deeply nested types.
#![recursion_limit = "512"]

pub mod http;
pub mod listener;
pub mod startup;

pub mod api;
pub mod cli;
pub mod config;
pub mod connector;
pub mod middleware;
pub mod oauth1;
pub mod oauth2;
pub mod router;
pub mod state;

pub use crate::config::Config;
pub use state::App;
