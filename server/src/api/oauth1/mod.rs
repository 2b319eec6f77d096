//! OAuth 1.0a over HTTP (RFC 5849): reading of signed requests, and the endpoints of the three-legged flow.

mod extract;
pub mod three_legged;

pub use crate::api::oauth1::extract::{BufferedRequest, MAX_FORM_BYTES};

use crate::http::rate_limit::{RateLimits, limit_by_address};
use crate::state::App;
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;

/// Returns the routes of the three-legged flow.
pub(crate) fn routes(limits: &Arc<RateLimits>) -> [(&'static str, MethodRouter<App>); 3] {
    let public = |methods: MethodRouter<App>| limit_by_address(limits, methods);
    [
        ("/api/v4/oauth/request_token", public(post(three_legged::request_token))),
        (three_legged::AUTHORISE, public(get(three_legged::authorise))),
        ("/api/v4/oauth/access_token", public(post(three_legged::access_token))),
    ]
}
