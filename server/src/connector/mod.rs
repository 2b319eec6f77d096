//! The connector API, under `/api/connector/v1`: what CMS connectors read and send with the account's API key.

mod authenticate;
mod etag;
mod idempotency_key;

mod batch;
pub(crate) mod events;
pub(crate) mod fields;
pub(crate) mod logs;
pub(crate) mod openapi;
pub(crate) mod settings;

use crate::http::rate_limit::Limits;
use crate::state::App;
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;

/// Where it is.
pub mod path {
    /// The settings.
    pub const SETTINGS: &str = "/api/connector/v1/settings";
    /// What holds for one field.
    pub const FIELD: &str = "/api/connector/v1/settings/fields/{field}";
    /// New revisions, as they come.
    pub const EVENTS: &str = "/api/connector/v1/settings/events";
    /// What connectors log.
    pub const LOGS: &str = "/api/connector/v1/logs";
}

/// What the handlers work with.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub app: App,
    pub limits: Arc<Limits>,
}

/// The routes. Each handler lets its caller in by itself: there is no layer between it and the router, as these are
/// asked more often than all others.
pub(crate) fn routes(app: &App, limits: &Arc<Limits>) -> [(&'static str, MethodRouter<App>); 4] {
    let gate = Gate {
        app: app.clone(),
        limits: Arc::clone(limits),
    };
    let behind = |methods: MethodRouter<Gate>| methods.with_state(gate.clone());
    [
        (path::SETTINGS, behind(get(settings::get))),
        (path::FIELD, behind(get(fields::get))),
        (path::EVENTS, behind(get(events::get))),
        (path::LOGS, behind(post(logs::post))),
    ]
}
