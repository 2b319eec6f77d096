//! The context of a request on the server: the site, the signed-in user, cookies, and the response's status.

use crate::error::AppError;
use domain::oauth2::oauth_apps::SigningAlgorithm;
use http::header::{ACCEPT, COOKIE, REFERER, RETRY_AFTER, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use portal::auth::known_browsers;
use portal::auth::sessions::{BrowserInfo, MAX_LIFETIME};
use portal::auth::sign_in::{BrowserCookies, SessionCookies};
use portal::oauth2::Policy;
use portal::{Actor, Portal, Secret};
use std::sync::Arc;

/// Holds the signed-in user and the client of a request. The server's middleware adds it to each request's extensions.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The signed-in user, if any.
    pub actor: Option<Arc<Actor>>,
    /// The client's IP address and user agent.
    pub client: BrowserInfo,
    /// The request's ID in the logs and in the response.
    pub request_id: String,
}

/// Holds the portal and the settings that apply to the whole site.
#[derive(Debug, Clone)]
pub struct SiteContext {
    /// The portal.
    pub portal: Portal,
    /// The public URL, without a trailing slash.
    pub public_url: Arc<str>,
    /// Who can enable a feature that is off, as messages name them.
    pub contact: Arc<str>,
    /// The algorithm that signs the access tokens of a new OAuth app.
    pub signing_algorithm: SigningAlgorithm,
}

impl SiteContext {
    /// Returns the issuer of access tokens, which is also their audience.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            issuer: self.public_url.to_string(),
        }
    }

    /// Returns whether the public URL uses TLS, so that cookies can be `Secure`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Returns the name of the session cookie. With TLS, the prefix `__Host-` binds it to this host and to TLS.
#[must_use]
pub fn session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-gatehouse" } else { "gatehouse" }
}

/// Returns the name of the cookie that identifies a browser that has signed in before.
#[must_use]
fn known_browser_cookie(secure: bool) -> &'static str {
    if secure {
        "__Host-gatehouse-browser"
    } else {
        "gatehouse-browser"
    }
}

/// Returns the value of the session cookie in a request's headers.
#[must_use]
pub fn read_session_cookie(headers: &HeaderMap, secure: bool) -> Option<&str> {
    read_cookie(headers, session_cookie(secure))
}

/// Returns the value of the named cookie in a request's headers.
fn read_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Returns the site of the current request.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn site() -> Result<SiteContext, AppError> {
    use_context().ok_or_else(|| missing("site"))
}

/// Returns the context of the current request.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn request_context() -> Result<RequestContext, AppError> {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<RequestContext>().cloned())
        .ok_or_else(|| missing("request context"))
}

/// Returns the portal and the signed-in user. Without a session, a browser that loads a page or submits a form without
/// script is redirected to the sign-in page.
///
/// # Errors
/// [`AppError::SignedOut`] if no user is signed in.
pub fn require_sign_in() -> Result<(Portal, Arc<Actor>), AppError> {
    let Some(actor) = request_context()?.actor else {
        redirect_to_sign_in();
        return Err(AppError::SignedOut);
    };
    Ok((site()?.portal, actor))
}

/// Redirects to the sign-in page, which returns to the current page.
///
/// A response to a script keeps its own status; the script then leaves the page itself.
pub(crate) fn redirect_to_sign_in() {
    let Some(parts) = use_context::<Parts>() else { return };
    let is_call = parts.uri.path().starts_with("/fn/");
    if is_call && !accepts_html(&parts.headers) {
        return;
    }
    let current_url = if is_call {
        // A form was submitted without script: the referer is the page that holds it.
        let referer = parts.headers.get(REFERER).and_then(|value| value.to_str().ok());
        referer
            .and_then(|referer| referer.parse::<http::Uri>().ok())
            .and_then(|uri| uri.into_parts().path_and_query)
    } else {
        parts.uri.into_parts().path_and_query
    };
    leptos_axum::redirect(&crate::session::sign_in_url(
        current_url.as_ref().map_or("/", |url| url.as_str()),
    ));
}

/// Redirects to `url`, both for a script that called a server function and for a client that loads the page, whatever
/// its `Accept` header is.
pub(crate) fn redirect_to(url: &str) {
    leptos_axum::redirect(url);
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>()) else {
        return;
    };
    if !parts.uri.path().starts_with("/fn/") {
        response.set_status(StatusCode::FOUND);
    }
}

/// Sets the status of a server function's response to a script. A browser that submitted a form without script is
/// redirected to a page in any case and keeps that response.
pub(crate) fn set_status_for_script(status: StatusCode, retry_after: Option<u64>) {
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>()) else {
        return;
    };
    if accepts_html(&parts.headers) {
        return;
    }
    response.set_status(status);
    if let Some(seconds) = retry_after {
        response.insert_header(RETRY_AFTER, seconds.into());
    }
}

/// Returns whether the browser displays the response: it loads a page, or it submitted a form without script.
pub(crate) fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Returns a query parameter of the current request, decoded once. The router decodes twice on the server, which breaks a
/// URL inside a parameter.
pub(crate) fn query_parameter(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let pairs = parts.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(key, _)| *key == name)?;
    domain::oauth1::decode_form(value.as_bytes())
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// Returns the cookies that matter for signing in.
pub(crate) fn sign_in_cookies() -> Result<BrowserCookies, AppError> {
    let secure = site()?.is_secure();
    let secret = |name| cookie(name).map(Secret::new);
    Ok(BrowserCookies {
        session: secret(session_cookie(secure)),
        known_browser: secret(known_browser_cookie(secure)),
    })
}

/// Sets the session cookie and the cookie that identifies a browser that has signed in before.
pub(crate) fn set_sign_in_cookies(signed_in: &SessionCookies) -> Result<(), AppError> {
    let secure = site()?.is_secure();
    let SessionCookies { session, known_browser } = signed_in;
    set_cookie(session_cookie(secure), session.expose(), "/", MAX_LIFETIME.as_secs())?;
    set_cookie(
        known_browser_cookie(secure),
        known_browser.expose(),
        "/",
        known_browsers::LIFETIME.as_secs(),
    )
}

/// Deletes the session cookie.
pub(crate) fn clear_session_cookie() -> Result<(), AppError> {
    set_cookie(session_cookie(site()?.is_secure()), "", "/", 0)
}

/// Returns the value of a cookie of the current request.
pub(crate) fn cookie(name: &str) -> Option<String> {
    read_cookie(&use_context::<Parts>()?.headers, name).map(str::to_owned)
}

/// Sets an `HttpOnly` cookie for the paths under `path` for `max_age` seconds.
pub(crate) fn set_cookie(name: &str, value: &str, path: &str, max_age: u64) -> Result<(), AppError> {
    let tls = if site()?.is_secure() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax{tls}");
    let mut header = HeaderValue::from_str(&text).map_err(|_| missing("cookie"))?;
    header.set_sensitive(true);
    let response = use_context::<ResponseOptions>().ok_or_else(|| missing("response"))?;
    response.append_header(SET_COOKIE, header);
    Ok(())
}

fn missing(what: &str) -> AppError {
    tracing::error!("server function called without {what}");
    AppError::Internal {
        request_id: String::new(),
    }
}
