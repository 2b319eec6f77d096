//! OAuth 2.0: apps get tokens over real HTTP, and open the API with them.

mod attacks;
mod authorization_code;
mod bearer;
pub mod client;
mod client_credentials;
mod discovery;
mod introspection;
mod kept_refresh_tokens;
mod keys;
mod malformed;
mod refresh;
mod revocation;
