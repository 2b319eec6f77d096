//! Tests pages and their protection, static files, the command line, the server process and its source.

#![allow(clippy::unwrap_used)]

mod architecture;
mod authorization_request;
mod command_line;
mod config;
mod connection_limits;
mod credential;
mod csrf;
mod dam;
mod form_redirects;
mod html_escaping;
mod integration_commands;
mod oauth_app_commands;
mod outages;
mod page_user;
mod requests;
mod require_auth;
mod secret_leaks;
mod security_headers;
mod server_errors;
mod settings_upload;
mod sign_in;
mod startup_shutdown;
mod static_files;
mod test_program;
mod test_site;
mod token_settings;
