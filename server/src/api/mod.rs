//! The API that credentials open, under `/api`. What it answers is described for its clients in OpenAPI; the words in
//! the answers are theirs.

mod authenticate;

mod account;
pub(crate) mod docs;
pub(crate) mod openapi;
mod profiles;
pub(crate) mod query;
mod users;

pub use crate::api::authenticate::Caller;
pub(crate) use crate::api::authenticate::TurnedAway;

use crate::connector;
use crate::http::problem::{Kind, Problem};
use crate::http::rate_limit::Limits;
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

/// What programs ask for, with and without a slash at the end, and what they are told where nothing is.
///
/// It needs the client's address among the request's extensions, see [`ClientAddress`](crate::middleware::ClientAddress).
pub fn router(app: &App) -> Router {
    let limits = Arc::new(Limits::new(app.config.api_rate));
    let gate = crate::api::authenticate::Gate {
        app: app.clone(),
        limits: Arc::clone(&limits),
        scopes: &[],
    };
    let signed = |scopes: &'static [Scope], methods: MethodRouter<App>| {
        let gate = crate::api::authenticate::Gate { scopes, ..gate.clone() };
        methods.route_layer(from_fn_with_state(gate, crate::api::authenticate::require))
    };
    // These count each request by whoever turns out to have sent it.
    let proving = |methods: MethodRouter<App>| methods.layer(Extension(Arc::clone(&limits)));
    let open = |methods: MethodRouter<App>| {
        methods.route_layer(from_fn_with_state(
            limits.clone(),
            crate::api::authenticate::count_address,
        ))
    };

    let document = openapi::document(&app.oauth2.issuer);
    let routes = [
        ("/api/v4/account", signed(&[Scope::CurrentUserRead], get(account::get))),
        (
            "/api/v4/currentUser",
            signed(&[Scope::CurrentUserRead], get(users::current)),
        ),
        ("/api/v4/users", signed(&[Scope::AdminUserRead], get(users::list))),
        ("/api/v4/users/{id}", signed(&[Scope::AdminUserRead], get(users::get))),
        (
            "/api/v4/profiles",
            signed(&[Scope::AdminProfileRead], get(profiles::list)),
        ),
        (
            "/api/v4/profiles/{id}",
            signed(
                &[Scope::AdminProfileRead, Scope::CurrentProfileRead],
                get(profiles::get),
            ),
        ),
        ("/api/v4/oauth/request_token", open(post(three_legged::request_token))),
        (three_legged::AUTHORISE, open(get(three_legged::authorise))),
        ("/api/v4/oauth/access_token", open(post(three_legged::access_token))),
        (
            path::AUTHORIZE,
            open(get(oauth2::authorize).post(oauth2::authorize_by_form)),
        ),
        (path::TOKEN, proving(post(oauth2::token))),
        (path::REVOKE, proving(post(oauth2::revoke))),
        (path::INTROSPECT, proving(post(oauth2::introspect))),
        (path::SCOPES, open(get(oauth2::scopes))),
        (path::METADATA, open(get(oauth2::metadata))),
        (openapi::PATH, open(get(openapi::descriptions(&document)))),
        (docs::PATH, open(get(docs::pages(&document)))),
        (docs::STYLE, get(docs::style)),
        (path::JWKS, open(get(oauth2::jwks))),
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
    router.fallback(move |request: Request| merged_or_unknown(exact.clone(), request))
}

/// What is at the path without its repeated slashes: `/api//v4/currentUser` matches no route as it stands.
async fn merged_or_unknown(exact: Router, request: Request) -> Response {
    if request.uri().path().contains("//") {
        middleware::answer_merged(exact, request).await
    } else {
        unknown_route().await.into_response()
    }
}

async fn unknown_route() -> Problem {
    Problem::new(
        Kind::UnknownRoute,
        "Nothing answers at this path; see the API's description for those that do.",
    )
}

async fn method_not_allowed(method: Method) -> Problem {
    Problem::new(
        Kind::MethodNotAllowed,
        format!("{method} is not allowed here; Allow says what is."),
    )
}
