//! The current request: its user, its client and what it asks for.

use crate::context::missing;
use crate::error::AppError;
use domain::ids::UserId;
use http::HeaderMap;
use http::header::ACCEPT;
use http::request::Parts;
use leptos::prelude::{use_context, with_context};
use portal::Actor;
use portal::auth::sessions::BrowserInfo;
use std::sync::Arc;

/// Holds the signed-in user and the client of a request. The server's middleware adds it to each request's extensions.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The signed-in user, if any.
    pub actor: Option<Arc<Actor>>,
    /// The client's IP address and user agent.
    pub client: BrowserInfo,
    /// The request's ID in the logs and in the response.
    pub request_id: String,
}

impl RequestContext {
    /// Returns the ID of the signed-in user, if any.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        Some(self.actor.as_ref()?.user()?.id)
    }
}

/// Returns the ID of the user who is signed in, or `None` outside of a request.
pub(crate) fn signed_in_user() -> Option<UserId> {
    with_context::<Parts, _>(|parts| parts.extensions.get::<RequestContext>()?.user_id()).flatten()
}

/// Returns the context of the current request.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn request_context() -> Result<RequestContext, AppError> {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<RequestContext>().cloned())
        .ok_or_else(|| missing("request context"))
}

/// Returns whether the current request is a form that a browser submitted without script.
pub(crate) fn is_submitted_without_script() -> bool {
    with_context::<Parts, _>(|parts| accepts_html(&parts.headers)).unwrap_or_default()
}

/// Returns whether the browser displays the response: it loads a page, or it submitted a form without script.
#[must_use]
pub fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
