//! Protects against cross-site request forgery (CSRF).
//!
//! A page on another site can make a browser post a form here, with the user's cookie if the browser allows it. Even
//! without a cookie, it could sign the user in to an attacker's account (login CSRF). Browsers report the origin of a
//! request in headers that a page can't set:
//!
//! 1. `Sec-Fetch-Site`, which every current browser sends over TLS and on loopback, must be `same-origin`, or `none`
//!    for a request that the user started outside of any page. A sibling subdomain (`same-site`) counts as another
//!    site.
//! 2. Without it, `Origin` must be one of the portal's origins: the public URL, or the address that the server
//!    listens on. `Origin` is never compared with `Host`, which an attacker controls with DNS rebinding. `null`, which
//!    sandboxed frames and cross-site redirects send, is rejected.
//! 3. With neither header, the request is rejected, with or without a session. Browsers have sent `Origin` with each
//!    POST since 2020, so this affects only old browsers and programs. Programs can use the API or send the portal's
//!    origin. Accepting such requests without a cookie would still leave old browsers open to login CSRF.

use crate::http::{AllowedOrigins, RequestId, error_page};
use crate::state::AppState;
use app::error::AppError;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

/// Rejects requests with 403 unless their method is safe or they come from one of the portal's own pages.
pub async fn csrf_protection(
    State(app): State<AppState>,
    Extension(id): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    if is_allowed(request.method(), request.headers(), &app.allowed_origins) {
        return next.run(request).await;
    }
    let failure = AppError::CrossOrigin {
        public_url: app.site.public_url.to_string(),
    };
    error_page::render(request.headers(), &failure, &id)
}

fn is_allowed(method: &Method, headers: &HeaderMap, allowed_origins: &AllowedOrigins) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    // Browsers send each of these headers once, so a repeated header was not set by a browser.
    let single = |name: &str| {
        let mut values = headers.get_all(name).iter();
        (values.next(), values.next().is_some())
    };
    match single("sec-fetch-site") {
        (Some(site), false) => site == "same-origin" || site == "none",
        (Some(_), true) => false,
        (None, _) => match single(ORIGIN.as_str()) {
            (Some(origin), false) => origin.to_str().is_ok_and(|origin| allowed_origins.contains(origin)),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(method: Method, lines: &[(&'static str, &str)]) -> bool {
        let allowed_origins = AllowedOrigins::from_iter(["https://portal.example.com", "http://127.0.0.1:3000"]);
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        is_allowed(&method, &headers, &allowed_origins)
    }

    #[test]
    fn safe_methods_are_always_allowed() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(passes(
                method,
                &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]
            ));
        }
    }

    #[test]
    fn sec_fetch_site_takes_precedence() {
        for (site, expected) in [
            ("same-origin", true),
            ("none", true),
            ("same-site", false),
            ("cross-site", false),
            ("", false),
            ("Same-Origin", false),
        ] {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert_eq!(passes(method, &[("sec-fetch-site", site)]), expected, "{site}");
            }
        }
        assert!(!passes(
            Method::POST,
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://portal.example.com")
            ]
        ));
        assert!(!passes(
            Method::POST,
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]
        ));
    }

    #[test]
    fn origin_is_checked_without_sec_fetch_site() {
        for (origin, expected) in [
            ("https://portal.example.com", true),
            ("http://127.0.0.1:3000", true),
            ("http://portal.example.com", false),
            ("https://portal.example.com:8443", false),
            ("https://portal.example.com.evil.example", false),
            ("https://evil.example", false),
            ("http://127.0.0.1:3001", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(passes(Method::POST, &[("origin", origin)]), expected, "{origin}");
        }
    }

    #[test]
    fn origin_that_matches_only_the_host_header_is_rejected() {
        let rebound = [("host", "evil.example:3000"), ("origin", "http://evil.example:3000")];
        assert!(!passes(Method::POST, &rebound));
    }

    #[test]
    fn request_without_origin_headers_is_rejected() {
        assert!(!passes(Method::POST, &[]));
        assert!(!passes(Method::POST, &[("referer", "https://portal.example.com/")]));
    }
}
