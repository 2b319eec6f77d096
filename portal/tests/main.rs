//! Tests every operation of the portal on SQLite and PostgreSQL, with one module per subject.
//!
//! `GATEHOUSE_TEST_POSTGRES` holds the URL of the PostgreSQL server; `./script/test unit` starts one and sets it.

#![allow(clippy::unwrap_used)]

mod accounts;
mod api_keys;
mod architecture;
mod audit;
mod cache_invalidation;
mod cancellation;
mod connection_test;
mod connectors;
mod consumers;
mod dam_assets;
mod demo;
mod features;
mod fuzz_input;
mod key_rotation;
mod known_browsers;
mod maintenance;
mod migrations;
mod nonces;
mod oauth1;
mod oauth_apps;
mod one_time_secrets;
mod outages;
mod passwords;
mod profiles;
mod repeated_sign_in;
mod request_tokens;
mod rights;
mod schema;
mod secrets_at_rest;
mod sessions;
mod settings;
mod settings_files;
mod setup;
mod sign_in;
mod token_list;
mod token_list_performance;
mod tokens;
mod unicode_names;
mod users;
