//! OAuth 2.0 over HTTP: authorization, token, revocation, introspection and discovery endpoints.

pub(crate) mod authorize;
pub(crate) mod discovery;
pub(crate) mod error;
mod form;
pub(crate) mod introspection;
pub(crate) mod token;

use crate::http::rate_limit::{RateLimits, limit_by_address};
use crate::state::AppState;
use axum::Extension;
use std::sync::Arc;
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

/// Holds the paths that other code needs too.
pub mod path {
    /// The authorization endpoint (RFC 6749 §3.1).
    pub const AUTHORIZE: &str = "/v6/authentication/oauth2/auth";
    /// The token endpoint (RFC 6749 §3.2).
    pub const TOKEN: &str = "/v6/authentication/oauth2/token";
    /// The revocation endpoint (RFC 7009).
    pub const REVOKE: &str = "/v6/authentication/oauth2/revoke";
    /// The introspection endpoint (RFC 7662).
    pub const INTROSPECT: &str = "/v6/authentication/oauth2/introspect";
    /// The JSON Web Key Set (RFC 7517 §5).
    pub const JWKS: &str = "/.well-known/jwks.json";
}

/// Returns the routes.
pub(crate) fn routes(limits: &Arc<RateLimits>) -> [UtoipaMethodRouter<AppState>; 7] {
    let public = |route: UtoipaMethodRouter<AppState>| route.map(|methods| limit_by_address(limits, methods));
    // These handlers authenticate the client themselves, and then count the request.
    let client_authenticated = |route: UtoipaMethodRouter<AppState>| route.layer(Extension(Arc::clone(limits)));
    [
        public(routes!(authorize::get, authorize::post)),
        client_authenticated(routes!(token::token)),
        client_authenticated(routes!(introspection::revoke)),
        client_authenticated(routes!(introspection::introspect)),
        public(routes!(discovery::scopes)),
        public(routes!(discovery::metadata)),
        public(routes!(discovery::jwks)),
    ]
}
