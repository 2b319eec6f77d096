//! OAuth 1.0a and the API that it opens, over real HTTP: the real router on a loopback port, on SQLite and, where
//! `GATEHOUSE_TEST_POSTGRES` names a server, on PostgreSQL. What signs the requests here shares no code with the server.

#![allow(clippy::unwrap_used)]

mod api;
mod endpoints;
mod flow;
mod hostile;
mod http;
mod limits;
mod nodes;
mod oauth2_crate;
mod refusals;
mod replays;
mod rsa;
mod signatures;
mod signer;
mod users;
mod world;
