//! Refuses what another site makes a person's browser send.
//!
//! A page elsewhere can make a browser post a form here, with the person's cookie where the browser lets it, and even
//! without a cookie it could sign the person in as somebody else. Browsers say where a request comes from, and a page
//! cannot make them lie:
//!
//! 1. `Sec-Fetch-Site`, which every current browser sends over TLS and on loopback, must be `same-origin`, or `none` for
//!    what a person started outside of any page. A sibling subdomain (`same-site`) is another site.
//! 2. Without it, `Origin` must be the portal's own: the public URL, or the very address that it listens on. It is never
//!    compared with `Host`, which a site whose name resolves to this server (DNS rebinding) gets to choose. `null` is
//!    what a sandboxed frame or a cross-site redirect sends, and is refused.
//! 3. With neither, the request is refused, session or not. Browsers have sent `Origin` with each POST since 2020, so
//!    what this turns away is an old browser, which cannot be told from one that an attacker uses, or a program, which
//!    has an API of its own or can name the portal in `Origin`. To let it pass without a cookie would save no one's
//!    session but would let an old browser be signed in as somebody else.

use crate::config::Config;
use crate::http::error_page;
use crate::middleware::RequestId;
use crate::state::App;
use app::error::Failure;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use domain::oauth1::Origin;

/// The origins of the portal's own pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnOrigins(Vec<String>);

impl OwnOrigins {
    /// The public URL's, that of the listening address and, where that is the loopback interface, its name.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let mut origins = vec![config.public_url.as_str().to_owned()];
        let addr = config.addr;
        if !addr.ip().is_unspecified() {
            origins.push(format!("http://{addr}"));
        }
        if addr.ip().is_loopback() || addr.ip().is_unspecified() {
            let port = addr.port();
            origins.extend(["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http://{host}:{port}")));
        }
        Self(origins)
    }

    /// The origins as OAuth 1 base strings begin with them. Clients sign for the address that the pages show them.
    #[must_use]
    pub fn parsed(&self) -> Vec<Origin> {
        self.0.iter().filter_map(|origin| origin.parse().ok()).collect()
    }

    fn has(&self, origin: &str) -> bool {
        self.0.iter().any(|own| own == origin)
    }

    /// Returns what follows the origin in `url`, a path of the portal or nothing, where the origin is one of these.
    #[must_use]
    pub fn strip<'a>(&self, url: &'a str) -> Option<&'a str> {
        self.0
            .iter()
            .filter_map(|own| url.strip_prefix(own.as_str()))
            .find(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    }
}

impl<'a> FromIterator<&'a str> for OwnOrigins {
    fn from_iter<T: IntoIterator<Item = &'a str>>(origins: T) -> Self {
        Self(origins.into_iter().map(str::to_owned).collect())
    }
}

/// Lets pass what reads, and what comes from the portal's own pages.
pub async fn refuse_cross_site(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    if may_pass(request.method(), request.headers(), &app.own_origins) {
        return next.run(request).await;
    }
    let failure = Failure::Conflict(format!(
        "This was not sent from a page of this portal, so it was refused. Open {} and try again there.",
        app.site.public_url
    ));
    error_page::refuse(request.headers(), StatusCode::FORBIDDEN, &failure, &id)
}

fn may_pass(method: &Method, headers: &HeaderMap, own: &OwnOrigins) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    // Of two headers of a kind, at least one was not written by a browser.
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        (values.next(), values.next().is_some())
    };
    match only("sec-fetch-site") {
        (Some(site), false) => site == "same-origin" || site == "none",
        (Some(_), true) => false,
        (None, _) => match only(ORIGIN.as_str()) {
            (Some(origin), false) => origin.to_str().is_ok_and(|origin| own.has(origin)),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(method: Method, lines: &[(&'static str, &str)]) -> bool {
        let own = OwnOrigins::from_iter(["https://portal.example.com", "http://127.0.0.1:3000"]);
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        may_pass(&method, &headers, &own)
    }

    #[test]
    fn reading_is_free() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(passes(
                method,
                &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]
            ));
        }
    }

    #[test]
    fn the_browser_s_word_on_the_site_decides() {
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
    fn without_it_the_origin_decides() {
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
    fn a_host_that_the_sender_chose_proves_nothing() {
        let rebound = [("host", "evil.example:3000"), ("origin", "http://evil.example:3000")];
        assert!(!passes(Method::POST, &rebound));
    }

    #[test]
    fn silence_is_refused() {
        assert!(!passes(Method::POST, &[]));
        assert!(!passes(Method::POST, &[("referer", "https://portal.example.com/")]));
    }
}
