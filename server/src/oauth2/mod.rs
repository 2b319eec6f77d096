//! OAuth 2.0 over HTTP: authorization, token, revocation, introspection and discovery endpoints.

pub(crate) mod error;
pub(crate) mod introspection;

pub(crate) mod authorize;
pub(crate) mod discovery;
mod form;
pub(crate) mod token;

pub use crate::oauth2::introspection::{introspect, revoke};
pub use authorize::{get as authorize, post as authorize_by_form};
pub use discovery::{jwks, metadata, scopes};
pub use token::token;

/// Holds the paths of the endpoints.
pub mod path {
    /// The authorization endpoint (RFC 6749 §3.1).
    pub const AUTHORIZE: &str = "/v6/authentication/oauth2/auth";
    /// The token endpoint (RFC 6749 §3.2).
    pub const TOKEN: &str = "/v6/authentication/oauth2/token";
    /// The revocation endpoint (RFC 7009).
    pub const REVOKE: &str = "/v6/authentication/oauth2/revoke";
    /// The introspection endpoint (RFC 7662).
    pub const INTROSPECT: &str = "/v6/authentication/oauth2/introspect";
    /// The list of scopes.
    pub const SCOPES: &str = "/v6/authentication/oauth2/scopes";
    /// The authorization server metadata (RFC 8414).
    pub const METADATA: &str = "/.well-known/oauth-authorization-server";
    /// The JSON Web Key Set (RFC 7517 §5).
    pub const JWKS: &str = "/.well-known/jwks.json";
}
