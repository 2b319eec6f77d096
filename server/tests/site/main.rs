//! The server as browsers and operators meet it: pages and what guards them, files, the command line, the whole process.

#![allow(clippy::unwrap_used)]

mod authorization_request;
mod command_line;
mod connections;
mod cross_site;
mod dam;
#[path = "../support/database.rs"]
mod database;
mod failures;
mod files;
mod form_redirects;
mod gate;
mod headers;
mod integration;
mod oauth_apps;
mod outages;
mod process;
mod program;
mod requests;
mod secrets;
mod settings;
mod settings_upload;
mod sign_in;
#[path = "../../../portal/tests/support/small_disk.rs"]
mod small_disk;
mod stored_markup;
mod support;
mod token_settings;
