//! Rejects changes that a page loaded for another user requests.

use crate::http::error_page::is_page_script;
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
/// the browser, so a user who signs in in another tab would otherwise submit what the first one has typed. A form that is
/// submitted without script is checked by [`check_form_session`](crate::middleware::check_form_session()).
pub async fn check_page_user(Extension(context): Extension<RequestContext>, request: Request, next: Next) -> Response {
    let page_user = request.headers().get(PAGE_USER_HEADER);
    let is_rejected = !request.method().is_safe()
        && page_user.is_some_and(|user| is_other_user(&context, user.to_str().unwrap_or_default()));
    if !is_rejected {
        return next.run(request).await;
    }
    let error = AppError::UserChanged;
    let path = request.uri().path().to_owned();
    let body = if is_page_script(request.headers()) {
        error.ser().into()
    } else {
        serde_json::to_vec(&error).unwrap_or_default()
    };
    (error.status(), [(SERVER_FN_ERROR_HEADER, path)], body).into_response()
}

/// Returns whether a user is signed in who is not `page_user`.
pub(super) fn is_other_user(context: &RequestContext, page_user: &str) -> bool {
    context.user_id().is_some_and(|user| user.to_string() != page_user)
}
