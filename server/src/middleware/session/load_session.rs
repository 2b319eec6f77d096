//! Loads the session of the session cookie.

use crate::http::{ClientAddress, RequestId, error_page};
use crate::listener::mark_authenticated;
use crate::state::AppState;
use app::context::{RequestContext, read_session_cookie};
use app::error::AppError;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::USER_AGENT;
use axum::middleware::Next;
use axum::response::Response;
use portal::auth::sessions::{self, BrowserInfo};

/// Loads the actor of the session cookie, and adds a [`RequestContext`] to the request's extensions.
pub async fn load_session(
    State(app): State<AppState>,
    Extension(id): Extension<RequestId>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    mut request: Request,
    next: Next,
) -> Response {
    let actor = match read_session_cookie(request.headers(), app.site.is_secure()) {
        None => None,
        Some(cookie) => match sessions::find(&app.portal, &cookie).await {
            Ok(actor) => actor,
            Err(error) => {
                tracing::error!(%error, "session lookup failed");
                return error_page::render(request.headers(), &AppError::Unavailable, &id);
            }
        },
    };
    if actor.is_some() {
        mark_authenticated(request.extensions());
    }
    let user_agent = request
        .headers()
        .get(USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()));
    let client = BrowserInfo {
        address: address.to_string(),
        user_agent: user_agent.unwrap_or_default().into_owned(),
    };
    request.extensions_mut().insert(RequestContext {
        actor,
        client,
        request_id: id.as_str().to_owned(),
    });
    next.run(request).await
}
