//! Everything that the server answers to.

use crate::http::problem::RETRY_SECONDS;
use crate::http::{assets, downloads};
use crate::state::App;
use crate::{api, middleware};
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

/// What is for programs: these paths have answers of their own, for what is not there too.
const MACHINES: [&str; 3] = ["/api", "/v6", "/.well-known"];

/// Whether programs ask at this path, rather than people. More slashes than it needs do not matter.
#[must_use]
pub fn is_for_machines(path: &str) -> bool {
    let path = middleware::merge_slashes(path);
    MACHINES.iter().any(|prefix| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whether an endpoint of OAuth 2 is at this path, whose errors are those of RFC 6749 §5.2.
#[must_use]
pub fn is_for_oauth2(path: &str) -> bool {
    middleware::merge_slashes(path).starts_with("/v6/")
}

/// The whole server.
pub fn router(app: &App) -> Router {
    let machines = api::router(app);
    let merge_slashes = from_fn_with_state(machines.clone(), middleware::merge_leading_slashes);
    let mut router = pages(app)
        .layer(merge_slashes)
        .merge(assets::router(app))
        .route("/healthz", get(live))
        .route("/readyz", get(ready))
        .route("/pysettings", get(portal_settings))
        .route("/pysettings/", get(portal_settings))
        .route("/pysettings/oauth2", get(oauth_apps))
        .route("/pysettings/oauth2/", get(oauth_apps));
    for prefix in MACHINES {
        router = router
            .route_service(prefix, machines.clone())
            .route_service(&format!("{prefix}/"), machines.clone())
            .route_service(&format!("{prefix}/{{*path}}"), machines.clone());
    }
    around(router, app)
}

/// `router` with what every request passes.
pub fn around(router: Router<App>, app: &App) -> Router {
    router
        .layer(middleware::catch_panics())
        .layer(from_fn_with_state(app.clone(), middleware::arrival))
        .with_state(app.clone())
}

/// Pages and the server functions that they call.
fn pages(app: &App) -> Router<App> {
    let context = {
        let site = app.site.clone();
        move || {
            provide_context(site.clone());
            set_policy();
        }
    };
    let shell = {
        let options = app.leptos.clone();
        move || app::shell(options.clone())
    };
    let guards = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), middleware::security_headers))
        .layer(from_fn(middleware::without_trailing_slash))
        .layer(from_fn_with_state(app.clone(), middleware::form_redirects))
        .layer(from_fn_with_state(app.clone(), middleware::refuse_cross_site))
        .layer(from_fn_with_state(app.clone(), middleware::visitor))
        .layer(from_fn_with_state(app.clone(), middleware::gate))
        .layer(from_fn(middleware::limit_body))
        .layer(from_fn(middleware::whole_page));
    let nowhere = ErrorHandler::new_with_context(context.clone(), app::shell, app.leptos.clone());
    let files = downloads::FILES.map(|(path, format)| {
        let answer = move |app, visitor, id, headers| downloads::settings_file(format, app, visitor, id, headers);
        (path, get(answer))
    });
    let router = Router::new().leptos_routes_with_context(app, generate_route_list(app::App), context, shell);
    files
        .into_iter()
        .fold(router, |router, (path, methods)| router.route(path, methods))
        .route(downloads::THUMBNAIL, get(downloads::thumbnail))
        .route("/fn/{*name}", any(no_such_function))
        .fallback_service(nowhere)
        .layer(guards)
}

/// Tells the browser which scripts are the page's own. Only a page has a nonce, a server function's answer has none.
fn set_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let policy = middleware::content_security_policy(&nonce);
    if let Ok(policy) = policy.parse() {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, policy);
    }
}

async fn no_such_function() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// For whoever restarts a server that hangs: whether the process answers. What it stands on is another question.
async fn live() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], "ok\n")
}

/// For whoever sends requests to servers: whether this one can do its work, and what is wrong where it cannot.
async fn ready(State(app): State<App>) -> Response {
    let outcome = if *app.stopping().borrow() {
        Err("The server is stopping.".to_owned())
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

/// Where the product that people come from has its portal settings.
async fn portal_settings() -> Redirect {
    Redirect::permanent("/settings/portal")
}

/// Where the guide of that product sends people to register an OAuth app.
async fn oauth_apps() -> Redirect {
    Redirect::permanent("/settings/portal/oauth-apps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_have_their_own_paths() {
        for path in [
            "/api",
            "/api/",
            "/api/v4/account",
            "/v6/authentication",
            "/.well-known/jwks.json",
            "//api/v4/account",
            "///v6//authentication/",
            "/api//",
        ] {
            assert!(is_for_machines(path), "{path}");
        }
        for path in [
            "/",
            "//",
            "/apis",
            "/v60",
            "/fn/x",
            "//fn/x",
            "/fn//api",
            "//evil.example/api",
            "/./api",
            "/%2fapi",
            "/settings/portal/api-tokens",
        ] {
            assert!(!is_for_machines(path), "{path}");
        }
    }
}
