//! Cross-origin requests from browser scripts (the CORS protocol of the Fetch standard, §3.2).
//!
//! Public OAuth clients such as single-page apps call the API and the OAuth 2.0 endpoints from other origins. Any
//! origin is allowed, as these endpoints use credentials that the script puts into the request, never a cookie, and no
//! response allows the browser to send cookies. Every response has the CORS headers, errors included, as a script can't
//! even read the status of a response without them.
//!
//! Not allowed are pages and server functions, which use the session cookie, the endpoints that redirect the browser to
//! a page, the documentation, and the connector API, whose key belongs on a server.
//!
//! `tower_http::cors` is not used, as it treats every OPTIONS request as a preflight and answers it before the 405
//! response that names the allowed methods.

use crate::api::oauth1::three_legged;
use crate::api::oauth2::path;
use crate::http::paths::{API_DOCS, API_DOCS_STYLESHEET, is_api_path, merge_slashes};
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};

const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");

/// Every method that an endpoint may have. A path without the method answers with 405, which the script can read.
const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");

/// The response headers that a script may read, in addition to the CORS-safelisted ones.
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static(
    "WWW-Authenticate, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, X-Pagination-TotalRecords, \
     X-Pagination-TotalPages, X-Pagination-Page, X-Pagination-Limit, Next-Cursor, Link, Location, ETag, Allow, \
     Accept-Encoding, Date",
);

/// How long a browser may cache a preflight response, in seconds: the maximum of Chromium.
const PREFLIGHT_MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("7200");

/// Returns whether scripts of any origin may call this path.
#[must_use]
pub fn is_open_to_any_origin(path: &str) -> bool {
    let path = merge_slashes(path);
    let path = path.strip_suffix('/').unwrap_or(&path);
    let is_below = |prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    is_api_path(path)
        && !is_below("/api/connector")
        && ![path::AUTHORIZE, three_legged::AUTHORISE, API_DOCS, API_DOCS_STYLESHEET].contains(&path)
}

/// Returns the response to a preflight, or `None` for any other request. Rate limits, authentication and routing apply
/// only to the actual request.
///
/// The requested headers are allowed. The API ignores unknown headers, and the headers of clients and tracing tools
/// can't be listed completely. Only the headers of proxies are left out, as they determine the client's address.
#[must_use]
pub fn answer_preflight(request: &Request) -> Option<Response> {
    let headers = request.headers();
    let is_preflight = request.method() == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight || !is_open_to_any_origin(request.uri().path()) {
        return None;
    }
    let mut response = ().into_response();
    let response_headers = response.headers_mut();
    response_headers.insert(ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
    response_headers.insert(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_MAX_AGE_SECONDS);
    response_headers.insert(VARY, HeaderValue::from_name(ACCESS_CONTROL_REQUEST_HEADERS));
    if let Some(allowed) = allowed_headers(headers) {
        response_headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    Some(response)
}

/// Adds the headers that let a script of any origin read the response.
pub fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
}

fn allowed_headers(headers: &HeaderMap) -> Option<HeaderValue> {
    // The header may be repeated, as its value is a list.
    let lines = headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
    let names = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let allowed: Vec<&str> = names
        .map(str::trim)
        .filter(|name| !name.is_empty() && !is_proxy_header(name))
        .collect();
    (!allowed.is_empty())
        .then(|| allowed.join(", "))
        .and_then(|allowed| HeaderValue::try_from(allowed).ok())
}

/// Returns whether this header is meant to be set by proxies only.
fn is_proxy_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "forwarded" || name == "x-real-ip" || name.starts_with("x-forwarded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_and_oauth2_endpoints_allow_any_origin() {
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
    fn pages_and_connector_api_do_not_allow_other_origins() {
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
    fn preflight_allows_requested_headers_except_proxy_headers() {
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
