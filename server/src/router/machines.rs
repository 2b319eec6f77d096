//! The router of the machine APIs.

use crate::api::{accounts, connector, oauth1, oauth2, openapi};
use crate::http::problem::{Kind, Problem};
use crate::http::rate_limit::RateLimits;
use crate::middleware::call_with_merged_path;
use crate::state::App;
use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Builds the router of all machine endpoints. Each path is accepted with and without a trailing slash; other paths are
/// answered with a problem (RFC 9457).
///
/// Requests must have the client's address among their extensions, see
/// [`ClientAddress`](crate::http::ClientAddress).
pub(super) fn router(app: &App) -> Router {
    let limits = Arc::new(RateLimits::new(app.config.api_rate));
    let routes = accounts::routes(app, &limits)
        .into_iter()
        .chain(oauth1::routes(&limits))
        .chain(oauth2::routes(&limits))
        .chain(openapi::routes(app, &limits))
        .chain(connector::routes(app, &limits));
    let router = routes.fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    });
    let router = router
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone());
    let exact = router.clone().fallback(unknown_route);
    router.fallback(move |request: Request| merge_slashes_or_not_found(exact.clone(), request))
}

/// Handles a request that matches no route. Repeated slashes are merged first, as in `/api//v4/currentUser`.
async fn merge_slashes_or_not_found(exact: Router, request: Request) -> Response {
    if request.uri().path().contains("//") {
        call_with_merged_path(exact, request).await
    } else {
        unknown_route().await.into_response()
    }
}

async fn unknown_route() -> Problem {
    Problem::new(
        Kind::UnknownRoute,
        "There is no endpoint at this path. See /api/docs for all endpoints.",
    )
}

async fn method_not_allowed(method: Method) -> Problem {
    Problem::new(
        Kind::MethodNotAllowed,
        format!("The method {method} is not allowed. See the Allow header."),
    )
}
