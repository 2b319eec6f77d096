//! Replaces redirects that browsers would block after a form by a page that redirects.
//!
//! Every page has the policy `form-action 'self'`, which browsers check for each redirect after a form (CSP3 §6.4.1).
//! The consent form redirects to the application, and so does the sign-in form at the end of an authorization request.
//! A page that redirects starts a new navigation, to which the directive does not apply.

use crate::http::AllowedOrigins;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::local_path::local_path;

/// Pages of the portal that may redirect to an application.
const AUTHORIZATION_PAGES: [&str; 4] = [
    "/oauth1/authorise",
    "/oauth2/authorise",
    "/api/v4/oauth/authorise",
    "/v6/authentication/oauth2/auth",
];

/// The content security policy of the redirect page, which loads only its style sheet and icon.
const REDIRECT_PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Replaces a redirect after a form that may leave the portal by a page that redirects.
pub async fn form_redirects(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let is_form = *request.method() == Method::POST;
    let response = next.run(request).await;
    if !is_form || !response.status().is_redirection() {
        return response;
    }
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    match location {
        Some(location) if may_leave_portal(location, &app.allowed_origins) => {
            let page = app::redirect_page(app.leptos.clone(), location);
            with_page(response, page)
        }
        _ => response,
    }
}

/// Returns whether a redirect to `location` leads outside of the portal, directly or after further redirects.
fn may_leave_portal(location: &str, allowed_origins: &AllowedOrigins) -> bool {
    let path = match local_path(location) {
        Some(path) => path,
        None => match allowed_origins.strip(location) {
            Some(path) => path,
            None => return true,
        },
    };
    AUTHORIZATION_PAGES.iter().any(|page| {
        path.strip_prefix(page)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    })
}

/// Returns the page with the headers of the redirect, such as `Set-Cookie`.
fn with_page(response: Response, page: String) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::OK;
    parts.headers.remove(LOCATION);
    parts.headers.remove(CONTENT_LENGTH);
    parts
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.insert(CONTENT_SECURITY_POLICY, REDIRECT_PAGE_POLICY);
    (parts, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_redirects_that_may_leave_the_portal_are_replaced() {
        let allowed_origins = AllowedOrigins::from_iter(["https://portal.example.com", "http://127.0.0.1:3000"]);
        for location in [
            "https://app.example.com/back?code=1",
            "com.example.app:/back?code=1",
            "http://127.0.0.1:51234/back",
            "http://127.0.0.1:30001/",
            "https://portal.example.com.evil.example/",
            "//evil.example/",
            "/oauth1/authorise?oauth_token=1",
            "/oauth2/authorise?client_id=1",
            "https://portal.example.com/oauth2/authorise?client_id=1",
            "/v6/authentication/oauth2/auth?client_id=1",
            "/v6/authentication/oauth2/auth/?client_id=1",
        ] {
            assert!(may_leave_portal(location, &allowed_origins), "{location}");
        }
        for location in [
            "/",
            "/settings?x=https://app.example.com/",
            "/oauth2/authorised",
            "/sign-in?next=%2Foauth2%2Fauthorise",
            "https://portal.example.com",
            "https://portal.example.com/settings",
            "http://127.0.0.1:3000/?dialog=new",
        ] {
            assert!(!may_leave_portal(location, &allowed_origins), "{location}");
        }
    }
}
