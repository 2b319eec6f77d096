//! Tests OAuth 1.0a, OAuth 2.0, the API and the connector API over HTTP, with the production router on a loopback port.
//! They run on SQLite and PostgreSQL. The request signer shares no code with the server.

#![allow(clippy::unwrap_used)]

mod accounts;
mod connector;
mod http;
mod infra;
mod oauth1;
mod oauth2;
mod signer;
mod test_server;
