//! The cookies of a request and of its response.

use crate::context::{missing, site};
use crate::error::AppError;
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use http::header::{COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use portal::Secret;
use portal::auth::known_browsers;
use portal::auth::sessions::MAX_LIFETIME;
use portal::auth::sign_in::{BrowserCookies, SessionCookies};

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
pub fn read_session_cookie(headers: &HeaderMap, secure: bool) -> Option<String> {
    read_cookie(headers, session_cookie(secure))
}

/// Returns the value of the named cookie in a request's headers.
#[must_use]
pub fn read_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
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
    read_cookie(&use_context::<Parts>()?.headers, name)
}

/// Sets an `HttpOnly` cookie for the paths under `path` for `max_age` seconds.
pub(crate) fn set_cookie(name: &str, value: &str, path: &str, max_age: u64) -> Result<(), AppError> {
    let header = cookie_header(name, value, path, max_age, site()?.is_secure()).ok_or_else(|| missing("cookie"))?;
    let response = use_context::<ResponseOptions>().ok_or_else(|| missing("response"))?;
    response.append_header(SET_COOKIE, header);
    Ok(())
}

/// Returns the value of `Set-Cookie` for an `HttpOnly` cookie, or `None` if a header can't contain it.
#[must_use]
pub fn cookie_header(name: &str, value: &str, path: &str, max_age: u64, secure: bool) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, value))
        .path(path)
        .max_age(Duration::seconds(max_age.cast_signed()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure);
    let mut header = HeaderValue::try_from(cookie.to_string()).ok()?;
    header.set_sensitive(true);
    Some(header)
}
