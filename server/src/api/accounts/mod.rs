//! The API for programs, under `/api/v4`. OpenAPI describes it to clients, so member names are those that client
//! libraries expect.

mod authenticate;

pub(crate) mod account;
pub(crate) mod profiles;
pub(crate) mod users;

pub use crate::api::accounts::authenticate::CurrentActor;

use crate::api::accounts::authenticate::{AuthState, require_auth};
use crate::http::rate_limit::RateLimits;
use crate::state::AppState;
use axum::middleware::from_fn_with_state;
use domain::oauth2::scopes::Scope;
use std::sync::Arc;
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

/// Returns the routes, with the scopes of which an access token needs one.
pub(crate) fn routes(app: &AppState, limits: &Arc<RateLimits>) -> [UtoipaMethodRouter<AppState>; 6] {
    let authenticated = |scopes: &'static [Scope], route: UtoipaMethodRouter<AppState>| {
        let state = AuthState {
            app: app.clone(),
            limits: Arc::clone(limits),
            scopes,
        };
        route.map(|methods| methods.route_layer(from_fn_with_state(state, require_auth)))
    };
    [
        authenticated(&[Scope::CurrentUserRead], routes!(account::get)),
        authenticated(&[Scope::CurrentUserRead], routes!(users::current)),
        authenticated(&[Scope::AdminUserRead], routes!(users::list)),
        authenticated(&[Scope::AdminUserRead], routes!(users::get)),
        authenticated(&[Scope::AdminProfileRead], routes!(profiles::list)),
        authenticated(
            &[Scope::AdminProfileRead, Scope::CurrentProfileRead],
            routes!(profiles::get),
        ),
    ]
}
