//! What listens: the router, the machine APIs, middleware, background work, configuration and the command line.

// The views that the router renders are types, as deep as the pages are.
#![recursion_limit = "512"]

pub mod api;
pub mod assets;
mod body;
pub mod cli;
pub mod config;
pub mod connections;
pub mod connector;
pub mod error_page;
mod html;
mod integration;
pub mod log;
pub mod middleware;
pub mod oauth1;
pub mod oauth2;
pub mod open;
pub mod problem;
pub mod rate_limit;
pub mod router;
pub mod serve;
pub mod state;

pub use config::Config;
pub use state::App;
