//! The connector API, `/api/connector/v1`: CMS connectors read settings and send logs with the account's API key.

mod authenticate;
mod etag;
mod idempotency_key;

mod batch;
pub(crate) mod events;
pub(crate) mod fields;
pub(crate) mod logs;
pub(crate) mod settings;

use crate::http::rate_limit::RateLimits;
use crate::state::AppState;
use std::sync::Arc;
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

/// Holds the state of the handlers.
#[derive(Debug, Clone)]
pub(crate) struct ConnectorState {
    pub app: AppState,
    pub limits: Arc<RateLimits>,
}

/// Returns the routes. Each handler authenticates its caller with an extractor rather than a middleware layer, because
/// these endpoints get the most requests.
pub(crate) fn routes(app: &AppState, limits: &Arc<RateLimits>) -> [UtoipaMethodRouter<AppState>; 4] {
    let state = ConnectorState {
        app: app.clone(),
        limits: Arc::clone(limits),
    };
    let with_state = |route: UtoipaMethodRouter<ConnectorState>| route.with_state(state.clone());
    [
        with_state(routes!(settings::get)),
        with_state(routes!(fields::get)),
        with_state(routes!(events::get)),
        with_state(routes!(logs::post)),
    ]
}
