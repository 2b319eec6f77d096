//! The router of the machine APIs.

use crate::api::{accounts, connector, oauth1, oauth2, openapi};
use crate::http::paths::API_PREFIXES;
use crate::http::problem::{Kind, Problem};
use crate::http::rate_limit::RateLimits;
use crate::middleware::call_with_merged_path;
use crate::state::AppState;
use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use std::sync::Arc;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// The machine endpoints as routes of the server's router and as a router of their own.
pub(super) struct MachineRouters {
    /// All endpoints, and the other paths below the prefixes of the machine APIs. They are part of the server's router,
    /// because a nested router would match each path twice.
    pub routes: Router<AppState>,
    /// All endpoints, for paths whose repeated slashes are merged.
    pub exact: Router,
}

/// Builds the routers of all machine endpoints. Each path is accepted with and without a trailing slash; other paths are
/// answered with a problem (RFC 9457).
///
/// Requests must have the client's address among their extensions, see
/// [`ClientAddress`](crate::http::ClientAddress).
pub(super) fn routers(app: &AppState) -> MachineRouters {
    let limits = Arc::new(RateLimits::new(app.config.api_rate));
    let routes = accounts::routes(app, &limits)
        .into_iter()
        .chain(oauth1::routes(&limits))
        .chain(oauth2::routes(&limits))
        .chain(connector::routes(app, &limits));
    let (router, operations) = routes.fold(OpenApiRouter::default(), add_route).split_for_parts();
    let endpoints = openapi::routes(app, &limits, operations)
        .into_iter()
        .fold(router, |router, (path, methods)| {
            router.route(path, methods.clone()).route(&format!("{path}/"), methods)
        })
        .method_not_allowed_fallback(method_not_allowed);
    let exact = endpoints.clone().fallback(unknown_route).with_state(app.clone());
    let other = {
        let exact = exact.clone();
        any(move |request: Request| merge_slashes_or_not_found(exact.clone(), request))
    };
    let routes = API_PREFIXES.iter().fold(endpoints, |router, prefix| {
        router
            .route(prefix, other.clone())
            .route(&format!("{prefix}/"), other.clone())
            .route(&format!("{prefix}/{{*path}}"), other.clone())
    });
    MachineRouters { routes, exact }
}

/// Adds a route with the path of its description, and with a trailing slash. The OpenAPI document has only the former.
fn add_route(router: OpenApiRouter<AppState>, route: UtoipaMethodRouter<AppState>) -> OpenApiRouter<AppState> {
    let (_, paths, methods) = &route;
    let router = paths.paths.keys().fold(router, |router, path| {
        router.route(&format!("{path}/"), methods.clone())
    });
    router.routes(route)
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
