//! Tests OAuth 2.0 over HTTP: the token, revocation and introspection endpoints, and API calls with bearer tokens.

mod attacks;
mod authorization_code;
mod bearer;
pub mod client;
mod client_credentials;
mod discovery;
mod introspection;
mod malformed_requests;
mod oauth2_crate;
mod refresh;
mod revocation;
mod signing_keys;
