//! Every operation of the portal, on SQLite and on PostgreSQL: one module per subject.
//!
//! PostgreSQL is the server that `GATEHOUSE_TEST_POSTGRES` names; `./script/test unit` starts one and sets it.

#![allow(clippy::unwrap_used)]

#[macro_use]
mod support;

mod accounts;
mod api_keys;
mod audit;
mod changes;
mod connection;
mod connectors;
mod consumers;
mod dam_assets;
mod demo;
mod features;
mod keyring;
mod known_browsers;
mod lost_answers;
mod maintenance;
mod many_tokens;
mod migrations;
mod names;
mod nonces;
mod oauth1;
mod oauth_apps;
mod odd_texts;
mod outages;
mod passwords;
mod people;
mod profiles;
mod request_tokens;
mod reveals;
mod rights;
mod secrets_at_rest;
mod sessions;
mod settings;
mod settings_files;
mod setup;
mod sign_in;
mod sign_in_again;
mod token_list;
mod tokens;
