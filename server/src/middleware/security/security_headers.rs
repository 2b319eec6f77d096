//! Adds security headers to the responses for browsers.

use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// The headers of every response to a browser, in addition to the content security policy and the cache control.
const COMMON_HEADERS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), \
             display-capture=(), accelerometer=(), gyroscope=(), magnetometer=()",
        ),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// The content security policy of responses that are not pages.
const DENY_ALL_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

/// `Strict-Transport-Security` for two years.
const HSTS_TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Adds the security headers. A content security policy or cache control that the response already has is kept.
pub async fn security_headers(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in COMMON_HEADERS {
        headers.insert(name, value);
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(DENY_ALL_POLICY);
    if app.site.is_secure() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HSTS_TWO_YEARS);
    }
    response
}

/// Returns the content security policy of a page whose inline scripts have `nonce`.
///
/// Scripts are the portal's own files, or inline with the nonce. `strict-dynamic` is not used, as browsers would then
/// block the `modulepreload` links of those files, which have no nonce. Forms can only be sent to
/// the portal, those of the consent pages too; [`form_redirects`](crate::middleware::form_redirects()) handles their
/// redirects.
#[must_use]
pub fn content_security_policy(nonce: &str) -> String {
    let live_reload = if std::env::var_os("LEPTOS_WATCH").is_some() {
        " ws:"
    } else {
        ""
    };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'{live_reload}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}
