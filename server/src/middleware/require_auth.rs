//! Which pages can be seen by whom, before any page is made.

use crate::http::error_page;
use crate::middleware::RequestId;
use crate::state::App;
use app::context::Visitor;
use app::error::Failure;
use axum::Extension;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::local_path::local_path;
use url::form_urlencoded;

const SETUP: &str = "/setup";
const SIGN_IN: &str = "/sign-in";

/// Sends people to the setup page while the portal waits for its first account, and to the sign-in page while they are
/// signed out; and away from both when there is nothing for them to do there. Server functions look after themselves.
pub async fn gate(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(id): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    let Some(page) = Page::of(&request) else {
        return next.run(request).await;
    };
    let is_set_up = match app.is_set_up().await {
        Ok(is_set_up) => is_set_up,
        Err(error) => {
            tracing::error!(%error, "whether the portal is set up could not be looked up");
            return error_page::refuse(
                request.headers(),
                StatusCode::SERVICE_UNAVAILABLE,
                &Failure::Unavailable,
                &id,
            );
        }
    };
    match way(request.uri(), page, is_set_up, visitor.actor.is_some()) {
        Some(target) => Redirect::to(&target).into_response(),
        None => next.run(request).await,
    }
}

/// What a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    /// A page that there is.
    Known,
    /// One that there is not, which can be said to anyone.
    Unknown,
}

impl Page {
    /// Nothing, where it is no page that is asked for.
    fn of(request: &Request) -> Option<Self> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !reads || request.uri().path().starts_with("/fn/") {
            return None;
        }
        let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        Some(if route.is_some_and(|route| !route.contains("{*")) {
            Self::Known
        } else {
            Self::Unknown
        })
    }
}

/// Where a person goes instead of the page that they asked for.
fn way(uri: &Uri, page: Page, is_set_up: bool, is_signed_in: bool) -> Option<String> {
    match uri.path() {
        SETUP if is_set_up => Some(SIGN_IN.to_owned()),
        SETUP => None,
        _ if !is_set_up => Some(SETUP.to_owned()),
        _ if page == Page::Unknown => None,
        SIGN_IN if is_signed_in => Some(next(uri).unwrap_or_else(|| "/".to_owned())),
        SIGN_IN => None,
        _ if is_signed_in => None,
        "/" => Some(SIGN_IN.to_owned()),
        path => {
            let wanted = uri.path_and_query().map_or(path, |wanted| wanted.as_str());
            let wanted: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            Some(format!("{SIGN_IN}?next={wanted}"))
        }
    }
}

/// Where the person was going, unless it is another site.
fn next(uri: &Uri) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let (_, next) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next")?;
    local_path(&next).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(uri: &str, is_set_up: bool, is_signed_in: bool) -> Option<String> {
        let page = if uri == "/nowhere" { Page::Unknown } else { Page::Known };
        way(&uri.parse().unwrap(), page, is_set_up, is_signed_in)
    }

    #[test]
    fn everything_leads_to_an_open_setup() {
        for page in ["/", "/sign-in", "/settings/portal", "/nowhere"] {
            assert_eq!(to(page, false, false).as_deref(), Some("/setup"));
        }
        assert_eq!(to("/setup", false, false), None);
        assert_eq!(to("/setup", true, false).as_deref(), Some("/sign-in"));
    }

    #[test]
    fn whoever_is_signed_out_signs_in_and_comes_back() {
        assert_eq!(to("/", true, false).as_deref(), Some("/sign-in"));
        assert_eq!(to("/sign-in?next=/x", true, false), None);
        let there = to("/settings/portal?dialog=new&x=%26", true, false).unwrap();
        assert_eq!(there, "/sign-in?next=%2Fsettings%2Fportal%3Fdialog%3Dnew%26x%3D%2526");
        assert_eq!(
            to(&there, true, true).as_deref(),
            Some("/settings/portal?dialog=new&x=%26")
        );
    }

    #[test]
    fn an_authorization_request_comes_back_by_its_letters() {
        for request in [
            "/oauth1/authorise?oauth_token=x",
            "/oauth2/authorise?client_id=x&redirect_uri=https%3A%2F%2Fa.example%2F%3Fb%3Dc&state=a+b%26",
        ] {
            let there = to(request, true, false).unwrap();
            assert!(there.starts_with("/sign-in?next=%2Foauth"), "{there}");
            assert_eq!(to(&there, true, true).as_deref(), Some(request));
        }
    }

    #[test]
    fn that_there_is_no_page_can_be_said_to_anyone() {
        assert_eq!(to("/nowhere", true, false), None);
        assert_eq!(to("/nowhere", true, true), None);
    }

    #[test]
    fn whoever_is_signed_in_sees_pages() {
        assert_eq!(to("/settings", true, true), None);
        assert_eq!(to("/sign-in", true, true).as_deref(), Some("/"));
    }

    #[test]
    fn the_way_back_never_leaves_the_site() {
        for next in [
            "//evil.example",
            "https://evil.example",
            "/%5Cevil.example",
            "/%09/evil.example",
            "",
            "x",
        ] {
            assert_eq!(
                to(&format!("/sign-in?next={next}"), true, true).as_deref(),
                Some("/"),
                "{next}"
            );
        }
    }
}
