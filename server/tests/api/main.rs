//! Tests OAuth 1.0a, OAuth 2.0, the API and the connector API over HTTP, with the production router on a loopback port.
//! They run on SQLite and PostgreSQL. The request signer shares no code with the server.

#![allow(clippy::unwrap_used)]

mod accounts;
mod cache_invalidation;
mod challenges;
mod client_variants;
mod connector;
mod cors;
mod http;
mod malformed_requests;
mod merge_slashes;
mod oauth2;
mod oauth2_crate;
mod openapi;
mod rate_limits;
mod rejected_requests;
mod replays;
mod request_bodies;
mod rsa;
mod signatures;
mod signer;
mod test_server;
mod three_legged;
mod three_legged_endpoints;
mod users;
