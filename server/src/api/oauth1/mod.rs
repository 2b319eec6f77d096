//! OAuth 1.0a over HTTP (RFC 5849): reading of signed requests, and the endpoints of the three-legged flow.

mod extract;
pub mod three_legged;

pub use crate::api::oauth1::extract::{BufferedRequest, MAX_FORM_BYTES};

use crate::http::rate_limit::{RateLimits, limit_by_address};
use crate::state::AppState;
use std::sync::Arc;
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

/// Returns the routes of the three-legged flow.
pub(crate) fn routes(limits: &Arc<RateLimits>) -> [UtoipaMethodRouter<AppState>; 3] {
    let public = |route: UtoipaMethodRouter<AppState>| route.map(|methods| limit_by_address(limits, methods));
    [
        public(routes!(three_legged::request_token)),
        public(routes!(three_legged::authorise)),
        public(routes!(three_legged::access_token)),
    ]
}
