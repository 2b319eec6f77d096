//! Cross-origin requests of pages' scripts (the CORS protocol of the Fetch standard, §3.2).
//!
//! Public OAuth clients are pages without a server, so their scripts ask the API and the OAuth 2 endpoints from other
//! origins. Any origin may: what is open here looks at credentials that the script has put into the request itself, never
//! at a cookie, and nothing allows the browser to send one. Every answer says so, errors included, as a script cannot even
//! see the status of one that does not.
//!
//! Not open are pages and server functions, which are for people with a session, the endpoints that send a person's
//! browser to a page, the documentation, and the connector API, whose key belongs on a server.
//!
//! `tower_http::cors` is not used, as it takes every OPTIONS request for a preflight and answers it ahead of the 405 that
//! says what a path allows.

use crate::api::docs;
use crate::middleware::merge_slashes;
use crate::oauth1::three_legged;
use crate::oauth2::path;
use crate::router;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};

const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");

/// Each method that an endpoint may have: one that a path does not have is answered with 405, which the script can read.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");

/// What a script may read of an answer's headers, beyond those that it always may.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "WWW-Authenticate, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, X-Pagination-TotalRecords, \
     X-Pagination-TotalPages, X-Pagination-Page, X-Pagination-Limit, Next-Cursor, Link, Location, ETag, Allow, \
     Accept-Encoding, Date",
);

/// For how long a browser may keep the answer to a preflight, in seconds: the most that Chromium does.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// Whether scripts of any origin may ask at this path.
#[must_use]
pub fn is_open_to_any_origin(path: &str) -> bool {
    let path = merge_slashes(path);
    let path = path.strip_suffix('/').unwrap_or(&path);
    let is_below = |prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    router::is_for_machines(path)
        && !is_below("/api/connector")
        && ![path::AUTHORIZE, three_legged::AUTHORISE, docs::PATH, docs::STYLE].contains(&path)
}

/// The answer to a preflight. Nothing is counted, looked up or routed for it: the request that follows is.
///
/// It allows the headers that it names. The API does not look at headers that it does not know, and those of a client or
/// of what traces it are not for us to list; only a proxy's are left out, as they say who a request comes from.
#[must_use]
pub fn answer_preflight(request: &Request) -> Option<Response> {
    let headers = request.headers();
    let is_preflight = request.method() == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight || !is_open_to_any_origin(request.uri().path()) {
        return None;
    }
    let mut response = ().into_response();
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    answer.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    answer.insert(VARY, HeaderValue::from_name(ACCESS_CONTROL_REQUEST_HEADERS));
    if let Some(allowed) = allowed_headers(headers) {
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    Some(response)
}

/// Lets a script of any origin read the answer.
pub fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

fn allowed_headers(headers: &HeaderMap) -> Option<HeaderValue> {
    let lines = headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
    let names = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let allowed: Vec<&str> = names
        .map(str::trim)
        .filter(|name| !name.is_empty() && !is_of_a_proxy(name))
        .collect();
    (!allowed.is_empty())
        .then(|| allowed.join(", "))
        .and_then(|allowed| HeaderValue::try_from(allowed).ok())
}

/// Whether only a proxy has reason to send this header.
fn is_of_a_proxy(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "forwarded" || name == "x-real-ip" || name.starts_with("x-forwarded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_a_credential_of_the_request_is_open() {
        for path in [
            "/api/v4/currentUser",
            "/api/v4/users/x/",
            "//api//v4/currentUser",
            "/api/nothing",
            "/api/v4/oauth/request_token",
            "/api/openapi.json",
            "/v6/authentication/oauth2/token",
            "/v6/authentication/oauth2/authx",
            "/.well-known/jwks.json",
        ] {
            assert!(is_open_to_any_origin(path), "{path}");
        }
    }

    #[test]
    fn pages_and_connectors_are_not() {
        for path in [
            "/",
            "/sign-in",
            "/fn/session/sign-in",
            "//fn/session/sign-in",
            "/oauth2/authorise",
            "/healthz",
            "/pkg/x.js",
            "/v6/authentication/oauth2/auth",
            "/v6/authentication/oauth2/auth/",
            "//v6//authentication/oauth2/auth",
            "/api/v4/oauth/authorise",
            "/api/v4/oauth/authorise/",
            "/api/connector",
            "/api/connector/v1/settings",
            "//api//connector/v1/logs",
            "/api/docs",
        ] {
            assert!(!is_open_to_any_origin(path), "{path}");
        }
    }

    #[test]
    fn a_preflight_is_allowed_the_headers_that_it_names_but_a_proxys() {
        let allowed = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(ACCESS_CONTROL_REQUEST_HEADERS, line.parse().unwrap());
            }
            allowed_headers(&headers).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(allowed(&[]), None);
        assert_eq!(allowed(&["", " , "]), None);
        assert_eq!(
            allowed(&["authorization,dpop", "X-Custom"]).as_deref(),
            Some("authorization, dpop, X-Custom")
        );
        let forwarded = ["x-forwarded-for, Forwarded, X-Real-IP, x-forwarded-host, accept"];
        assert_eq!(allowed(&forwarded).as_deref(), Some("accept"));
    }
}
