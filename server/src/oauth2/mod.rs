//! OAuth 2.0 on the wire: the token endpoint and its neighbours, and what clients find out about them.

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

/// Where the endpoints are.
pub mod path {
    /// RFC 6749 §3.1.
    pub const AUTHORIZE: &str = "/v6/authentication/oauth2/auth";
    /// RFC 6749 §3.2.
    pub const TOKEN: &str = "/v6/authentication/oauth2/token";
    /// RFC 7009.
    pub const REVOKE: &str = "/v6/authentication/oauth2/revoke";
    /// RFC 7662.
    pub const INTROSPECT: &str = "/v6/authentication/oauth2/introspect";
    /// The scopes that there are.
    pub const SCOPES: &str = "/v6/authentication/oauth2/scopes";
    /// RFC 8414.
    pub const METADATA: &str = "/.well-known/oauth-authorization-server";
    /// RFC 7517 §5.
    pub const JWKS: &str = "/.well-known/jwks.json";
}
