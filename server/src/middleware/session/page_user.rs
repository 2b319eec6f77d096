//! Rejects changes that a page loaded for another user requests.

use app::PAGE_USER_HEADER;
use app::context::RequestContext;
use app::error::AppError;
use axum::Extension;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::prelude::FromServerFnError;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

/// Rejects a change if the page was loaded for another user than the one who is signed in now. The session cookie belongs to
/// the browser, so a user who signs in in another tab would otherwise submit what the first one has typed.
pub async fn check_page_user(Extension(context): Extension<RequestContext>, request: Request, next: Next) -> Response {
    let page_user = request.headers().get(PAGE_USER_HEADER);
    let session_user = context
        .actor
        .as_ref()
        .and_then(|actor| actor.user())
        .map(|user| user.id);
    match (page_user, session_user) {
        (Some(page_user), Some(user)) if !request.method().is_safe() && *page_user != *user.to_string() => {
            let error = AppError::UserChanged;
            let path = request.uri().path().to_owned();
            (error.status(), [(SERVER_FN_ERROR_HEADER, path)], error.ser()).into_response()
        }
        _ => next.run(request).await,
    }
}
