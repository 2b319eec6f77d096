//! What browsers are told not to do with our pages.

use crate::state::App;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// On every answer that a person's browser gets, besides its content security policy and how long it may be kept.
const ALWAYS: [(HeaderName, HeaderValue); 5] = [
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

/// For answers without a page of ours in them.
const NOTHING: HeaderValue =
    HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Adds them.
pub async fn security_headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    if app.site.is_secure() {
        headers.insert(STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
    response
}

/// Returns the policy of a page whose scripts carry `nonce`.
///
/// Scripts are the portal's own files, and inline only with the nonce; there is no `strict-dynamic`, under which the
/// browser would refuse the `modulepreload` of those files, as Leptos writes it without the nonce. Forms go to the portal
/// alone, those of the consent pages too: [`form_redirects`](crate::middleware::form_redirects) leads on from there.
#[must_use]
pub fn content_security_policy(nonce: &str) -> String {
    let reload = if std::env::var_os("LEPTOS_WATCH").is_some() {
        " ws:"
    } else {
        ""
    };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'{reload}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}
