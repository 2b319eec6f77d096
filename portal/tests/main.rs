//! Tests every operation of the portal on SQLite and PostgreSQL, with one module per subject below its group.
//!
//! `GATEHOUSE_TEST_POSTGRES` holds the URL of the PostgreSQL server; `./script/test unit` starts one and sets it.

#![allow(clippy::unwrap_used)]

mod accounts;
mod architecture;
mod auth;
mod demo;
mod infra;
mod integration;
mod mail;
mod oauth1;
mod oauth2;
mod unicode_names;
