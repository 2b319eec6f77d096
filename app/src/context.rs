//! What the server knows of a request before a page or a server function sees it.

use crate::error::Failure;
use domain::oauth2::oauth_apps::SigningAlgorithm;
use http::header::{ACCEPT, COOKIE, REFERER, RETRY_AFTER, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use portal::auth::known_browsers;
use portal::auth::sessions::{Client, LIFETIME};
use portal::auth::sign_in::{Cookies, SignedIn};
use portal::oauth2::Policy;
use portal::{Actor, Portal, Secret};
use std::sync::Arc;

/// Who asks, and from where. The server's middleware puts it into each request's extensions.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who is signed in, if anyone is.
    pub actor: Option<Arc<Actor>>,
    /// The client's address and what its browser calls itself.
    pub client: Client,
    /// The id that the request has in the logs and in its answer.
    pub request_id: String,
}

/// What holds for the whole site.
#[derive(Debug, Clone)]
pub struct Site {
    /// The portal.
    pub portal: Portal,
    /// The address that people and programs use, without a slash at its end.
    pub public_url: Arc<str>,
    /// Whom to ask when something is not enabled.
    pub contact: Arc<str>,
    /// What signs the access tokens of a new OAuth app.
    pub signing_algorithm: SigningAlgorithm,
}

impl Site {
    /// Who issues access tokens, and for whose API they are.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            issuer: self.public_url.to_string(),
        }
    }

    /// Whether the site is reached over TLS, so that cookies can be bound to it.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The name of the session's cookie. `__Host-` binds it to this very host and to TLS, where there is TLS.
#[must_use]
pub fn session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-gatehouse" } else { "gatehouse" }
}

/// The name of the cookie of a browser that has signed in before.
#[must_use]
fn known_browser_cookie(secure: bool) -> &'static str {
    if secure {
        "__Host-gatehouse-browser"
    } else {
        "gatehouse-browser"
    }
}

/// The session's cookie among a request's headers.
#[must_use]
pub fn read_session_cookie(headers: &HeaderMap, secure: bool) -> Option<&str> {
    read_cookie(headers, session_cookie(secure))
}

/// The cookie of this name among a request's headers.
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

/// The site that the current request came to.
///
/// # Errors
/// [`Failure::Internal`] outside of a request.
pub fn site() -> Result<Site, Failure> {
    use_context().ok_or_else(|| missing("site"))
}

/// Who makes the current request.
///
/// # Errors
/// [`Failure::Internal`] outside of a request.
pub fn visitor() -> Result<Visitor, Failure> {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Visitor>().cloned())
        .ok_or_else(|| missing("visitor"))
}

/// The portal, and who is signed in. A browser that asked for a page or sent a plain form is led to sign in.
///
/// # Errors
/// [`Failure::SignedOut`] when nobody is.
pub fn signed_in() -> Result<(Portal, Arc<Actor>), Failure> {
    let Some(actor) = visitor()?.actor else {
        lead_to_sign_in();
        return Err(Failure::SignedOut);
    };
    Ok((site()?.portal, actor))
}

/// Answers with a redirect to the sign-in page, from where the person comes back.
///
/// An answer to a script keeps its own status: there the script leaves the page.
pub(crate) fn lead_to_sign_in() {
    let Some(parts) = use_context::<Parts>() else { return };
    let is_call = parts.uri.path().starts_with("/fn/");
    if is_call && !accepts_html(&parts.headers) {
        return;
    }
    let here = if is_call {
        // A form that was sent without script: its page is where it came from.
        let referer = parts.headers.get(REFERER).and_then(|value| value.to_str().ok());
        referer
            .and_then(|referer| referer.parse::<http::Uri>().ok())
            .and_then(|uri| uri.into_parts().path_and_query)
    } else {
        parts.uri.into_parts().path_and_query
    };
    leptos_axum::redirect(&crate::session::sign_in_address(
        here.as_ref().map_or("/", |here| here.as_str()),
    ));
}

/// Answers with a redirect, to the script that called a server function or to whoever loads the page that calls it: that
/// one is led on whatever kinds of answer they say they take.
pub(crate) fn lead_on(address: &str) {
    leptos_axum::redirect(address);
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>()) else {
        return;
    };
    if !parts.uri.path().starts_with("/fn/") {
        response.set_status(StatusCode::FOUND);
    }
}

/// Gives a server function's answer its status. A browser that sent a plain form is led on to a page whatever happened,
/// and keeps that answer.
pub(crate) fn answer_script_with(status: StatusCode, retry_after: Option<u64>) {
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

/// Whether a browser shows the answer itself: it loads a page, or sent a form without script.
pub(crate) fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// What the current request's query says of `name`, decoded once. The router decodes a second time on the server, which
/// an address within an address does not survive.
pub(crate) fn query(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let pairs = parts.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(key, _)| *key == name)?;
    domain::oauth1::decode_form(value.as_bytes())
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// The cookies that a browser sends along when it signs in.
pub(crate) fn sign_in_cookies() -> Result<Cookies, Failure> {
    let secure = site()?.is_secure();
    let secret = |name| cookie(name).map(Secret::new);
    Ok(Cookies {
        session: secret(session_cookie(secure)),
        known_browser: secret(known_browser_cookie(secure)),
    })
}

/// Gives the browser the cookies of one that has signed in. By the second it is known when it signs in again.
pub(crate) fn set_sign_in_cookies(signed_in: &SignedIn) -> Result<(), Failure> {
    let secure = site()?.is_secure();
    let SignedIn { session, known_browser } = signed_in;
    send_cookie(session_cookie(secure), session.expose(), "/", LIFETIME.as_secs())?;
    send_cookie(
        known_browser_cookie(secure),
        known_browser.expose(),
        "/",
        known_browsers::LIFETIME.as_secs(),
    )
}

/// Takes the session's cookie from the browser.
pub(crate) fn clear_session_cookie() -> Result<(), Failure> {
    send_cookie(session_cookie(site()?.is_secure()), "", "/", 0)
}

/// The value of one of the request's cookies.
pub(crate) fn cookie(name: &str) -> Option<String> {
    read_cookie(&use_context::<Parts>()?.headers, name).map(str::to_owned)
}

/// Gives the browser a cookie that no script can read, for the pages under `path`, for `max_age` seconds.
pub(crate) fn send_cookie(name: &str, value: &str, path: &str, max_age: u64) -> Result<(), Failure> {
    let tls = if site()?.is_secure() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax{tls}");
    let mut header = HeaderValue::from_str(&text).map_err(|_| missing("cookie"))?;
    header.set_sensitive(true);
    let response = use_context::<ResponseOptions>().ok_or_else(|| missing("response"))?;
    response.append_header(SET_COOKIE, header);
    Ok(())
}

fn missing(what: &str) -> Failure {
    tracing::error!("a server function ran without its {what}");
    Failure::Internal {
        request_id: String::new(),
    }
}
