//! OAuth 1.0a, OAuth 2.0, the API that they open and the connector API, over real HTTP: the real router on a loopback port, on SQLite and, where
//! `GATEHOUSE_TEST_POSTGRES` names a server, on PostgreSQL. What signs the requests here shares no code with the server.

#![allow(clippy::unwrap_used)]

mod api;
mod bodies;
mod connector;
mod cors;
#[path = "../support/database.rs"]
mod database;
mod endpoints;

mod challenges;
mod client_variants;
mod flow;
mod hostile;
mod http;
mod limits;
mod nodes;
mod oauth2;
mod oauth2_crate;
mod openapi;
mod refusals;
mod replays;
mod rsa;
mod signatures;
mod signer;
mod slashes;
mod users;
mod world;
