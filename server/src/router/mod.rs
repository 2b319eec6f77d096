//! The router of the whole server.

mod machines;

use crate::http::problem::RETRY_SECONDS;
use crate::middleware;
use crate::site::{assets, downloads};
use crate::state::AppState;
use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{ErrorHandler, LeptosRoutes, ResponseOptions, generate_route_list};
use tower::ServiceBuilder;

/// Builds the router of the whole server.
pub fn router(app: &AppState) -> Router {
    let machines = machines::routers(app);
    let merge_slashes = from_fn_with_state(machines.exact, middleware::merge_leading_slashes);
    let router = pages(app)
        .layer(merge_slashes)
        .merge(machines.routes)
        .merge(assets::router(app))
        .route("/healthz", get(liveness))
        .route("/readyz", get(readiness))
        .route("/pysettings", get(portal_settings))
        .route("/pysettings/", get(portal_settings))
        .route("/pysettings/oauth2", get(oauth_apps))
        .route("/pysettings/oauth2/", get(oauth_apps));
    with_base_layers(router, app)
}

/// Adds the layers that every request passes.
pub fn with_base_layers(router: Router<AppState>, app: &AppState) -> Router {
    router
        .layer(middleware::catch_panics())
        .layer(from_fn_with_state(app.clone(), middleware::request_context))
        .with_state(app.clone())
}

/// Builds the router of the pages and their server functions.
fn pages(app: &AppState) -> Router<AppState> {
    let context = {
        let site = app.site.clone();
        move || {
            provide_context(site.clone());
            set_content_security_policy();
        }
    };
    let shell = {
        let options = app.leptos.clone();
        move || app::shell(options.clone())
    };
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), middleware::security_headers))
        .layer(from_fn(middleware::strip_trailing_slash))
        .layer(from_fn_with_state(app.clone(), middleware::form_redirects))
        .layer(from_fn_with_state(app.clone(), middleware::csrf_protection))
        .layer(from_fn_with_state(app.clone(), middleware::load_session))
        .layer(from_fn(middleware::check_page_user))
        .layer(from_fn_with_state(app.clone(), middleware::require_auth))
        .layer(from_fn(middleware::limit_body))
        .layer(from_fn_with_state(app.clone(), middleware::check_form_session))
        .layer(from_fn_with_state(app.clone(), middleware::skip_submitted_dialog))
        .layer(from_fn(middleware::set_function_status))
        .layer(from_fn(middleware::buffer_html));
    let not_found = ErrorHandler::new_with_context(context.clone(), app::shell, app.leptos.clone());
    let files = downloads::SETTINGS_FILES.map(|(path, format)| {
        let handler = move |app, context, id, headers| downloads::settings_file(format, app, context, id, headers);
        (path, get(handler))
    });
    let router = Router::new().leptos_routes_with_context(app, generate_route_list(app::App), context, shell);
    files
        .into_iter()
        .fold(router, |router, (path, methods)| router.route(path, methods))
        .route(downloads::THUMBNAIL_PATH, get(downloads::thumbnail))
        .route("/fn/{*name}", any(unknown_function))
        .fallback_service(not_found)
        .layer(layers)
}

/// Sets the content security policy of a page. Responses of server functions have no nonce and need no policy.
fn set_content_security_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let policy = middleware::content_security_policy(&nonce);
    if let Ok(policy) = policy.parse() {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, policy);
    }
}

async fn unknown_function() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Reports liveness: whether the process responds. Dependencies are not checked.
async fn liveness() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], "ok\n")
}

/// Reports readiness: whether the server can handle requests, and otherwise the reason.
async fn readiness(State(app): State<AppState>) -> Response {
    let outcome = if *app.shutdown_signal().borrow() {
        Err("The server is shutting down.".to_owned())
    } else {
        app.portal.check_ready().await.map_err(|reason| reason.to_string())
    };
    let mut response = match outcome {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => {
            let mut response = (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response();
            response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS.into());
            response
        }
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Redirects from the path of the portal settings in Bynder, where existing links lead.
async fn portal_settings() -> Redirect {
    Redirect::permanent("/settings/portal")
}

/// Redirects from the path that Bynder's guide gives for registering OAuth apps.
async fn oauth_apps() -> Redirect {
    Redirect::permanent("/settings/portal/oauth-apps")
}
