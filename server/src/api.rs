//! The API that credentials open, under `/api`. What it answers is described for its clients in OpenAPI; the words in
//! the answers are theirs.

mod account;
mod caller;
mod profiles;
pub(crate) mod query;
mod users;

pub use caller::Caller;

use crate::oauth1::flow;
use crate::problem::{Kind, Problem};
use crate::rate_limit::Limits;
use crate::state::App;
use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;

/// What programs ask for, with and without a slash at the end, and what they are told where nothing is.
///
/// It needs the client's address among the request's extensions, see [`ClientAddress`](crate::middleware::ClientAddress).
pub fn router(app: &App) -> Router {
    let limits = Arc::new(Limits::new(app.config.api_rate));
    let gate = caller::Gate {
        app: app.clone(),
        limits: Arc::clone(&limits),
    };
    let signed = |methods: MethodRouter<App>| methods.route_layer(from_fn_with_state(gate.clone(), caller::require));
    let open =
        |methods: MethodRouter<App>| methods.route_layer(from_fn_with_state(limits.clone(), caller::count_address));

    let routes = [
        ("/api/v4/account", signed(get(account::get))),
        ("/api/v4/currentUser", signed(get(users::current))),
        ("/api/v4/users", signed(get(users::list))),
        ("/api/v4/users/{id}", signed(get(users::get))),
        ("/api/v4/profiles", signed(get(profiles::list))),
        ("/api/v4/profiles/{id}", signed(get(profiles::get))),
        ("/api/v4/oauth/request_token", open(post(flow::request_token))),
        ("/api/v4/oauth/authorise", open(get(flow::authorise))),
        ("/api/v4/oauth/access_token", open(post(flow::access_token))),
    ];
    let router = routes.into_iter().fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    });
    router
        .fallback(unknown_route)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone())
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
