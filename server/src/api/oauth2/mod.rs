//! OAuth 2.0 over HTTP: authorization, token, revocation, introspection and discovery endpoints.

pub(crate) mod authorize;
pub(crate) mod discovery;
pub(crate) mod error;
mod form;
pub(crate) mod introspection;
pub(crate) mod token;

use crate::http::rate_limit::{RateLimits, limit_by_address};
use crate::state::App;
use axum::Extension;
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;

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

/// Returns the routes.
pub(crate) fn routes(limits: &Arc<RateLimits>) -> [(&'static str, MethodRouter<App>); 7] {
    let public = |methods: MethodRouter<App>| limit_by_address(limits, methods);
    // These handlers authenticate the client themselves, and then count the request.
    let client_authenticated = |methods: MethodRouter<App>| methods.layer(Extension(Arc::clone(limits)));
    [
        (path::AUTHORIZE, public(get(authorize::get).post(authorize::post))),
        (path::TOKEN, client_authenticated(post(token::token))),
        (path::REVOKE, client_authenticated(post(introspection::revoke))),
        (path::INTROSPECT, client_authenticated(post(introspection::introspect))),
        (path::SCOPES, public(get(discovery::scopes))),
        (path::METADATA, public(get(discovery::metadata))),
        (path::JWKS, public(get(discovery::jwks))),
    ]
}
