//! The API for programs, under `/api`, and the router of all machine endpoints. OpenAPI describes it to clients, so
//! member names are those that client libraries expect.

mod authenticate;

mod account;
pub(crate) mod docs;
pub(crate) mod openapi;
mod profiles;
pub(crate) mod query;
mod users;

pub(crate) use crate::api::authenticate::AuthRejection;
pub use crate::api::authenticate::CurrentActor;

use crate::connector;
use crate::http::problem::{Kind, Problem};
use crate::http::rate_limit::RateLimits;
use crate::middleware;
use crate::oauth1::three_legged;
use crate::oauth2::{self, path};
use crate::state::App;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use domain::oauth2::scopes::Scope;
use std::sync::Arc;

/// Builds the router of all machine endpoints. Each path is accepted with and without a trailing slash; other paths are
/// answered with a problem (RFC 9457).
///
/// Requests must have the client's address among their extensions, see
/// [`ClientAddress`](crate::middleware::ClientAddress).
pub fn router(app: &App) -> Router {
    let limits = Arc::new(RateLimits::new(app.config.api_rate));
    let state = crate::api::authenticate::AuthState {
        app: app.clone(),
        limits: Arc::clone(&limits),
        scopes: &[],
    };
    let authenticated = |scopes: &'static [Scope], methods: MethodRouter<App>| {
        let state = crate::api::authenticate::AuthState {
            scopes,
            ..state.clone()
        };
        methods.route_layer(from_fn_with_state(state, crate::api::authenticate::require_auth))
    };
    // These handlers authenticate the client themselves, and then count the request.
    let client_authenticated = |methods: MethodRouter<App>| methods.layer(Extension(Arc::clone(&limits)));
    let public = |methods: MethodRouter<App>| {
        methods.route_layer(from_fn_with_state(
            limits.clone(),
            crate::api::authenticate::count_address,
        ))
    };

    let document = openapi::document(&app.oauth2.issuer);
    let routes = [
        (
            "/api/v4/account",
            authenticated(&[Scope::CurrentUserRead], get(account::get)),
        ),
        (
            "/api/v4/currentUser",
            authenticated(&[Scope::CurrentUserRead], get(users::current)),
        ),
        (
            "/api/v4/users",
            authenticated(&[Scope::AdminUserRead], get(users::list)),
        ),
        (
            "/api/v4/users/{id}",
            authenticated(&[Scope::AdminUserRead], get(users::get)),
        ),
        (
            "/api/v4/profiles",
            authenticated(&[Scope::AdminProfileRead], get(profiles::list)),
        ),
        (
            "/api/v4/profiles/{id}",
            authenticated(
                &[Scope::AdminProfileRead, Scope::CurrentProfileRead],
                get(profiles::get),
            ),
        ),
        ("/api/v4/oauth/request_token", public(post(three_legged::request_token))),
        (three_legged::AUTHORISE, public(get(three_legged::authorise))),
        ("/api/v4/oauth/access_token", public(post(three_legged::access_token))),
        (
            path::AUTHORIZE,
            public(get(oauth2::authorize).post(oauth2::authorize_by_form)),
        ),
        (path::TOKEN, client_authenticated(post(oauth2::token))),
        (path::REVOKE, client_authenticated(post(oauth2::revoke))),
        (path::INTROSPECT, client_authenticated(post(oauth2::introspect))),
        (path::SCOPES, public(get(oauth2::scopes))),
        (path::METADATA, public(get(oauth2::metadata))),
        (openapi::PATH, public(get(openapi::serve_json(&document)))),
        (docs::PATH, public(get(docs::serve_page(&document)))),
        (docs::STYLESHEET_PATH, get(docs::stylesheet)),
        (path::JWKS, public(get(oauth2::jwks))),
    ];
    let connectors = connector::routes(app, &limits);
    let router = routes
        .into_iter()
        .chain(connectors)
        .fold(Router::new(), |router, (path, methods)| {
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
        middleware::call_with_merged_path(exact, request).await
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
