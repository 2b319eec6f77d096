//! The connector API, `/api/connector/v1`: CMS connectors read settings and send logs with the account's API key.

mod authenticate;
mod etag;
mod idempotency_key;

mod batch;
pub(crate) mod events;
pub(crate) mod fields;
pub(crate) mod logs;
pub(crate) mod openapi;
pub(crate) mod settings;

use crate::http::rate_limit::RateLimits;
use crate::state::App;
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;

/// Holds the paths of the connector API.
pub mod path {
    /// All settings of the account.
    pub const SETTINGS: &str = "/api/connector/v1/settings";
    /// The effective settings of one field.
    pub const FIELD: &str = "/api/connector/v1/settings/fields/{field}";
    /// Server-sent events for new revisions of the settings.
    pub const EVENTS: &str = "/api/connector/v1/settings/events";
    /// Log records of connectors.
    pub const LOGS: &str = "/api/connector/v1/logs";
}

/// Holds the state of the handlers.
#[derive(Debug, Clone)]
pub(crate) struct ConnectorState {
    pub app: App,
    pub limits: Arc<RateLimits>,
}

/// Returns the routes. Each handler authenticates its caller with an extractor rather than a middleware layer, because
/// these endpoints get the most requests.
pub(crate) fn routes(app: &App, limits: &Arc<RateLimits>) -> [(&'static str, MethodRouter<App>); 4] {
    let state = ConnectorState {
        app: app.clone(),
        limits: Arc::clone(limits),
    };
    let with_state = |methods: MethodRouter<ConnectorState>| methods.with_state(state.clone());
    [
        (path::SETTINGS, with_state(get(settings::get))),
        (path::FIELD, with_state(get(fields::get))),
        (path::EVENTS, with_state(get(events::get))),
        (path::LOGS, with_state(post(logs::post))),
    ]
}
