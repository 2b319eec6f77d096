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

/// The policy of the page at `path`, whose scripts carry `nonce`.
///
/// Scripts are the portal's own files, and inline only with the nonce; there is no `strict-dynamic`, under which the
/// browser would refuse the `modulepreload` of those files, as Leptos writes it without the nonce.
#[must_use]
pub fn content_security_policy(path: &str, nonce: &str) -> String {
    // The consent form's answer is a redirect to the client that asked, wherever that is, and Chromium holds redirects
    // after a form to this directive too. There is no other form on these pages but the one to sign out by.
    let form_action = if matches!(path, "/oauth1/authorise" | "/oauth2/authorise") {
        ""
    } else {
        "form-action 'self'; "
    };
    let reload = if std::env::var_os("LEPTOS_WATCH").is_some() {
        " ws:"
    } else {
        ""
    };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'{reload}; {form_action}base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_consent_forms_lead_elsewhere() {
        assert!(content_security_policy("/sign-in", "n").contains("; form-action 'self'; "));
        for page in ["/oauth1/authorise", "/oauth2/authorise"] {
            assert!(!content_security_policy(page, "n").contains("form-action"));
            assert!(content_security_policy(&format!("{page}/x"), "n").contains("; form-action 'self'; "));
        }
    }
}
