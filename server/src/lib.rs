//! What listens: the router, the machine APIs, middleware, background work, configuration and the command line.

// The views that the router renders are types, as deep as the pages are.
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
