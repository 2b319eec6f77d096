//! The API that credentials open, under `/api`. What it answers is described for its clients in OpenAPI; the words in
//! the answers are theirs.

mod account;
mod caller;
pub(crate) mod docs;
pub(crate) mod openapi;
mod profiles;
pub(crate) mod query;
mod users;

pub use caller::Caller;
pub(crate) use caller::TurnedAway;

use crate::connector;
use crate::oauth1::flow;
use crate::oauth2::{self, path};
use crate::problem::{Kind, Problem};
use crate::rate_limit::Limits;
use crate::state::App;
use axum::http::Method;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use domain::scopes::Scope;
use std::sync::Arc;
use tower_http::cors::{self, CorsLayer};

/// What programs ask for, with and without a slash at the end, and what they are told where nothing is.
///
/// It needs the client's address among the request's extensions, see [`ClientAddress`](crate::middleware::ClientAddress).
pub fn router(app: &App) -> Router {
    let limits = Arc::new(Limits::new(app.config.api_rate));
    let gate = caller::Gate {
        app: app.clone(),
        limits: Arc::clone(&limits),
        scopes: &[],
    };
    let signed = |scopes: &'static [Scope], methods: MethodRouter<App>| {
        let gate = caller::Gate { scopes, ..gate.clone() };
        methods.route_layer(from_fn_with_state(gate, caller::require))
    };
    // These count each request by whoever turns out to have sent it.
    let proving = |methods: MethodRouter<App>| {
        let methods: MethodRouter<App> = methods.layer(Extension(Arc::clone(&limits)));
        for_any_page(methods)
    };
    let open =
        |methods: MethodRouter<App>| methods.route_layer(from_fn_with_state(limits.clone(), caller::count_address));

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
        ("/api/v4/oauth/request_token", open(post(flow::request_token))),
        ("/api/v4/oauth/authorise", open(get(flow::authorise))),
        ("/api/v4/oauth/access_token", open(post(flow::access_token))),
        (
            path::AUTHORIZE,
            open(get(oauth2::authorize).post(oauth2::authorize_by_form)),
        ),
        (path::TOKEN, proving(post(oauth2::token))),
        (path::REVOKE, proving(post(oauth2::revoke))),
        (path::INTROSPECT, proving(post(oauth2::introspect))),
        (path::SCOPES, for_any_page(open(get(oauth2::scopes)))),
        (path::METADATA, for_any_page(open(get(oauth2::metadata)))),
        (openapi::PATH, open(get(openapi::descriptions(&document)))),
        (docs::PATH, open(get(docs::pages(&document)))),
        (docs::STYLE, get(docs::style)),
        (path::JWKS, for_any_page(open(get(oauth2::jwks)))),
    ];
    let connectors = connector::routes(app, &limits);
    let router = routes
        .into_iter()
        .chain(connectors)
        .fold(Router::new(), |router, (path, methods)| {
            router.route(path, methods.clone()).route(&format!("{path}/"), methods)
        });
    router
        .fallback(unknown_route)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone())
}

/// For clients that are a page's script: none of these endpoints looks at a cookie, so any page may ask.
fn for_any_page(methods: MethodRouter<App>) -> MethodRouter<App> {
    let cors = CorsLayer::new()
        .allow_origin(cors::Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE]);
    // The layer answers every OPTIONS; without a route of its own none would reach it.
    methods.options(method_not_allowed).layer(cors)
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
