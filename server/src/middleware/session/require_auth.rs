//! Redirects users to setup or sign-in before a page is rendered.

use crate::http::{RequestId, error_page};
use crate::state::AppState;
use app::context::RequestContext;
use app::error::AppError;
use axum::Extension;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::local_path::local_path;
use url::form_urlencoded;

const SETUP_PATH: &str = "/setup";
const SIGN_IN_PATH: &str = "/sign-in";

/// The pages that are shown whether or not a user is signed in. A mailed link is for the owner of the address.
const PUBLIC_PATHS: [&str; 2] = ["/forgot-password", "/reset-password"];

/// Redirects to the setup page while the portal has no account, and to the sign-in page while the user is signed out.
/// Redirects away from these pages when they are not needed. Server functions check access themselves.
pub async fn require_auth(
    State(app): State<AppState>,
    Extension(context): Extension<RequestContext>,
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
            tracing::error!(%error, "setup state lookup failed");
            return error_page::render(request.headers(), &AppError::Unavailable, &id);
        }
    };
    match redirect_target(request.uri(), page, is_set_up, context.actor.is_some()) {
        Some(target) => Redirect::to(&target).into_response(),
        None => next.run(request).await,
    }
}

/// Classifies the requested page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    /// An existing page.
    Known,
    /// A page that does not exist. Its 404 is shown to signed-out users too.
    Unknown,
}

impl Page {
    /// Returns the kind of page, or `None` when the request is not for a page.
    fn of(request: &Request) -> Option<Self> {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        if !is_read || request.uri().path().starts_with("/fn/") {
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

/// Returns the path to redirect to instead of the requested page, or `None` to show the page.
fn redirect_target(uri: &Uri, page: Page, is_set_up: bool, is_signed_in: bool) -> Option<String> {
    match uri.path() {
        SETUP_PATH if is_set_up => Some(SIGN_IN_PATH.to_owned()),
        SETUP_PATH => None,
        _ if !is_set_up => Some(SETUP_PATH.to_owned()),
        _ if page == Page::Unknown => None,
        SIGN_IN_PATH if is_signed_in => Some(next_path(uri).unwrap_or_else(|| "/".to_owned())),
        SIGN_IN_PATH => None,
        path if PUBLIC_PATHS.contains(&path) => None,
        _ if is_signed_in => None,
        "/" => Some(SIGN_IN_PATH.to_owned()),
        path => {
            let next = uri.path_and_query().map_or(path, |path| path.as_str());
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            Some(format!("{SIGN_IN_PATH}?next={next}"))
        }
    }
}

/// Returns the path in the `next` parameter, or `None` when it is missing or would lead to another site.
fn next_path(uri: &Uri) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let (_, next) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next")?;
    local_path(&next).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(uri: &str, is_set_up: bool, is_signed_in: bool) -> Option<String> {
        let page = if uri == "/nowhere" { Page::Unknown } else { Page::Known };
        redirect_target(&uri.parse().unwrap(), page, is_set_up, is_signed_in)
    }

    #[test]
    fn every_page_redirects_to_setup_while_there_is_no_account() {
        for page in [
            "/",
            "/sign-in",
            "/settings/portal",
            "/nowhere",
            "/forgot-password",
            "/reset-password?token=x",
        ] {
            assert_eq!(target(page, false, false).as_deref(), Some("/setup"));
        }
        assert_eq!(target("/setup", false, false), None);
        assert_eq!(target("/setup", true, false).as_deref(), Some("/sign-in"));
    }

    #[test]
    fn signed_out_user_is_redirected_to_sign_in_and_back() {
        assert_eq!(target("/", true, false).as_deref(), Some("/sign-in"));
        assert_eq!(target("/sign-in?next=/x", true, false), None);
        let there = target("/settings/portal?dialog=new&x=%26", true, false).unwrap();
        assert_eq!(there, "/sign-in?next=%2Fsettings%2Fportal%3Fdialog%3Dnew%26x%3D%2526");
        assert_eq!(
            target(&there, true, true).as_deref(),
            Some("/settings/portal?dialog=new&x=%26")
        );
    }

    #[test]
    fn authorization_request_is_unchanged_after_sign_in() {
        for request in [
            "/oauth1/authorise?oauth_token=x",
            "/oauth2/authorise?client_id=x&redirect_uri=https%3A%2F%2Fa.example%2F%3Fb%3Dc&state=a+b%26",
        ] {
            let there = target(request, true, false).unwrap();
            assert!(there.starts_with("/sign-in?next=%2Foauth"), "{there}");
            assert_eq!(target(&there, true, true).as_deref(), Some(request));
        }
    }

    #[test]
    fn unknown_page_is_not_redirected() {
        assert_eq!(target("/nowhere", true, false), None);
        assert_eq!(target("/nowhere", true, true), None);
    }

    #[test]
    fn signed_in_user_is_not_redirected_from_pages() {
        assert_eq!(target("/settings", true, true), None);
        assert_eq!(target("/sign-in", true, true).as_deref(), Some("/"));
    }

    #[test]
    fn pages_for_a_forgotten_password_are_shown_to_everyone() {
        for page in [
            "/forgot-password",
            "/forgot-password?sent=true",
            "/reset-password?token=x",
        ] {
            assert_eq!(target(page, true, false), None);
            assert_eq!(target(page, true, true), None);
        }
    }

    #[test]
    fn next_parameter_to_another_site_is_ignored() {
        for next in [
            "//evil.example",
            "https://evil.example",
            "/%5Cevil.example",
            "/%09/evil.example",
            "",
            "x",
        ] {
            assert_eq!(
                target(&format!("/sign-in?next={next}"), true, true).as_deref(),
                Some("/"),
                "{next}"
            );
        }
    }
}
