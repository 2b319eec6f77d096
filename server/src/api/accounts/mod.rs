//! The API for programs, under `/api/v4`. OpenAPI describes it to clients, so member names are those that client
//! libraries expect.

mod authenticate;

pub(crate) mod account;
pub(crate) mod profiles;
pub(crate) mod users;

pub use crate::api::accounts::authenticate::CurrentActor;

use crate::api::accounts::authenticate::{AuthState, require_auth};
use crate::http::rate_limit::RateLimits;
use crate::state::App;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get};
use domain::oauth2::scopes::Scope;
use std::sync::Arc;

/// Returns the routes, with the scopes of which an access token needs one.
pub(crate) fn routes(app: &App, limits: &Arc<RateLimits>) -> [(&'static str, MethodRouter<App>); 6] {
    let authenticated = |scopes: &'static [Scope], methods: MethodRouter<App>| {
        let state = AuthState {
            app: app.clone(),
            limits: Arc::clone(limits),
            scopes,
        };
        methods.route_layer(from_fn_with_state(state, require_auth))
    };
    [
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
    ]
}
