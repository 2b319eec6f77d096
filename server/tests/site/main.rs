//! Tests pages and their protection, static files, the command line, the server process and its source.

#![allow(clippy::unwrap_used)]

mod architecture;
mod auth;
mod command_line;
mod connection_limits;
mod credential;
mod http;
mod mailed_links;
mod pages;
mod process;
mod security;
mod test_program;
mod test_site;
