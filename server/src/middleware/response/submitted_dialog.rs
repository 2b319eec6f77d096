//! Dialogs that the browser's Back button would show again after they were submitted without script.
//!
//! Without script a dialog is a page of its own, and no response can remove it from the browser's history. When its form has
//! succeeded, a cookie remembers where it led to, and going back to the dialog leads there too. Browsers send
//! `Sec-Fetch-User` when the user follows a link or submits a form, but not when the user goes back or forward. Safari never
//! sends it, although it sends the other fetch metadata. So no cookie is set if the form was submitted without it, and the
//! dialog is shown.

use crate::state::AppState;
use app::context::{accepts_html, cookie_header, read_cookie};
use axum::extract::{Request, State};
use axum::http::header::{LOCATION, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::local_path::local_path;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use std::borrow::Cow;
use url::form_urlencoded;

/// The request header of a navigation that the user has started on the page.
const FETCH_USER: &str = "sec-fetch-user";

/// How long the browser remembers the dialog.
const MAX_AGE_SECONDS: u64 = 10 * 60;

/// The maximum length of the cookie's value in bytes. Browsers reject cookies of more than 4096.
const MAX_COOKIE_BYTES: usize = 2048;

/// Redirects a browser that goes back to a dialog that it has submitted, and sets the cookie after a dialog was submitted.
pub async fn skip_submitted_dialog(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if *request.method() == Method::GET {
        open_page(&app, request, next).await
    } else if *request.method() == Method::POST && accepts_html(request.headers()) {
        submit_form(&app, request, next).await
    } else {
        next.run(request).await
    }
}

async fn open_page(app: &AppState, request: Request, next: Next) -> Response {
    let url = request.uri().path_and_query().map(|url| url.as_str());
    let led_to = url.and_then(Dialog::of).and_then(|dialog| {
        let cookie = read_cookie(request.headers(), cookie_name(app))?;
        dialog.led_to(&cookie)
    });
    let Some(led_to) = led_to else {
        return next.run(request).await;
    };
    if is_history_navigation(request.headers()) {
        return Redirect::to(&led_to).into_response();
    }
    // The user has opened the dialog again and may return to it before it is submitted.
    let response = next.run(request).await;
    with_cookie(app, response, "", 0)
}

async fn submit_form(app: &AppState, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok());
    let page = referer.and_then(|referer| app.allowed_origins.strip(referer));
    let page = page.filter(|page| Dialog::of(page).is_some() && headers.contains_key(FETCH_USER));
    let Some(page) = page.map(str::to_owned) else {
        return next.run(request).await;
    };
    let response = next.run(request).await;
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let led_to = location.and_then(|location| result_page(app.allowed_origins.strip(location).unwrap_or(location)));
    let has_succeeded = !response.headers().contains_key(SERVER_FN_ERROR_HEADER);
    let cookie = match (Dialog::of(&page), led_to) {
        (Some(dialog), Some(led_to)) if has_succeeded => dialog.cookie(led_to),
        _ => return response,
    };
    if cookie.len() > MAX_COOKIE_BYTES {
        return response;
    }
    with_cookie(app, response, &cookie, MAX_AGE_SECONDS)
}

/// Identifies a dialog by its page and its name.
#[derive(Debug, PartialEq, Eq)]
struct Dialog<'a> {
    path: &'a str,
    name: Cow<'a, str>,
}

impl<'a> Dialog<'a> {
    /// Returns the dialog that is open at a URL, if any.
    fn of(url: &'a str) -> Option<Self> {
        let (path, query) = url.split_once('?')?;
        let mut parameters = form_urlencoded::parse(query.as_bytes());
        let (_, name) = parameters.find(|(name, _)| name == "dialog")?;
        Some(Self { path, name })
    }

    /// Returns the value of the cookie after the dialog has led to the page `led_to`.
    fn cookie(&self, led_to: &str) -> String {
        let parts = [self.path, &*self.name, led_to];
        parts
            .map(|part| form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>())
            .join("&")
    }

    /// Returns the page that the dialog led to, according to the cookie.
    fn led_to(&self, cookie: &str) -> Option<String> {
        let parts: Vec<_> = form_urlencoded::parse(cookie.as_bytes())
            .map(|(part, _)| part)
            .collect();
        let [path, name, led_to] = parts.as_slice() else {
            return None;
        };
        let is_same = *path == self.path && *name == self.name;
        result_page(led_to).filter(|_| is_same).map(str::to_owned)
    }
}

/// Returns `url` if a submitted dialog may lead to it. A redirect to a dialog, or to the sign-in page, which redirects further,
/// could be a loop. Signing out leads to the sign-in page from any page.
fn result_page(url: &str) -> Option<&str> {
    local_path(url).filter(|url| Dialog::of(url).is_none() && !url.starts_with("/sign-in"))
}

/// Returns whether the user goes back or forward to a page. The request of a browser that prefetches a link differs only in
/// `Sec-Purpose`.
fn is_history_navigation(headers: &HeaderMap) -> bool {
    let is = |name: &str, expected: &str| headers.get(name).is_some_and(|value| value == expected);
    is("sec-fetch-mode", "navigate")
        && is("sec-fetch-dest", "document")
        && is("sec-fetch-site", "same-origin")
        && !headers.contains_key(FETCH_USER)
        && !headers.contains_key("sec-purpose")
}

fn cookie_name(app: &AppState) -> &'static str {
    if app.site.is_secure() {
        "__Host-gatehouse-dialog"
    } else {
        "gatehouse-dialog"
    }
}

fn with_cookie(app: &AppState, mut response: Response, value: &str, max_age: u64) -> Response {
    if let Some(cookie) = cookie_header(cookie_name(app), value, "/", max_age, app.site.is_secure()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn dialog_is_identified_by_its_page_and_name() {
        let dialog = Dialog::of("/sessions?x=1&dialog=end-others&name=a").unwrap();
        assert_eq!((dialog.path, &*dialog.name), ("/sessions", "end-others"));
        for url in [
            "/sessions",
            "/sessions?",
            "/sessions?x=dialog",
            "/sessions?dialogs=1",
            "",
        ] {
            assert_eq!(Dialog::of(url), None, "{url}");
        }
    }

    #[test]
    fn cookie_leads_only_from_its_dialog_to_a_local_page() {
        let dialog = Dialog::of("/a%20b?dialog=new&x=1").unwrap();
        let cookie = dialog.cookie("/list?a=%26&b=2");
        assert!(!cookie.contains([';', ',', '"', ' ', '\\']), "{cookie}");
        assert_eq!(dialog.led_to(&cookie).as_deref(), Some("/list?a=%26&b=2"));
        assert_eq!(
            Dialog::of("/a%20b?dialog=new").unwrap().led_to(&cookie).as_deref(),
            Some("/list?a=%26&b=2")
        );
        for other in ["/a%20b?dialog=delete", "/a?dialog=new"] {
            assert_eq!(Dialog::of(other).unwrap().led_to(&cookie), None, "{other}");
        }
        for planted in [
            "",
            "x",
            "&&",
            &dialog.cookie("//evil.example"),
            &dialog.cookie("https://evil.example/"),
            &dialog.cookie("/a%20b?dialog=new"),
            &dialog.cookie("/sign-in?next=%2Fa%2520b%3Fdialog%3Dnew"),
            &dialog.cookie("/list\r\nSet-Cookie: a=b"),
            &format!("{cookie}&x"),
        ] {
            assert_eq!(dialog.led_to(planted), None, "{planted}");
        }
    }

    #[test]
    fn only_history_navigations_are_redirected() {
        let is_back = |user: Option<&str>, site: &str, mode: &str| {
            let pairs = [
                ("sec-fetch-site", site),
                ("sec-fetch-mode", mode),
                ("sec-fetch-dest", "document"),
            ];
            let pairs = pairs.into_iter().chain(user.map(|user| ("sec-fetch-user", user)));
            let headers = pairs.map(|(name, value)| {
                (
                    name.parse::<HeaderName>().unwrap(),
                    value.parse::<HeaderValue>().unwrap(),
                )
            });
            is_history_navigation(&headers.collect())
        };
        assert!(is_back(None, "same-origin", "navigate"));
        assert!(!is_back(Some("?1"), "same-origin", "navigate"));
        assert!(!is_back(None, "none", "navigate"));
        assert!(!is_back(None, "cross-site", "navigate"));
        assert!(!is_back(None, "same-origin", "cors"));
        assert!(!is_history_navigation(&HeaderMap::new()));
    }
}
