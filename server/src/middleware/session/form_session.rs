//! The session of a form that is submitted without script: whether it has ended, and whether it is still that of the user that
//! the form was rendered for.

use crate::middleware::response::function_status::read_error;
use crate::middleware::session::page_user::is_other_user;
use crate::state::AppState;
use app::context::{RequestContext, accepts_html};
use app::error::AppError;
use app::{FormInput, PAGE_USER_FIELD, RETURN_TO_FIELD, SignedOutForm};
use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, ORIGIN, REFERER};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::ids::UserId;
use domain::local_path::local_path;
use url::form_urlencoded;

/// The maximum number of fields that are kept, several times those of the longest form. It limits the work for a client
/// without a session.
const MAX_KEPT_FIELDS: usize = 200;

/// The content security policy of the pages, which have a form, a style sheet and an icon, and no script.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Answers a form whose session has ended with a page from which the same user can send it again after signing in. Rejects a
/// form of another user than the one who is signed in.
///
/// The page contains nothing that was not in the request. [`limit_body`](crate::middleware::limit_body()) has already read the
/// body and limited its size.
pub async fn check_form_session(
    State(app): State<AppState>,
    Extension(context): Extension<RequestContext>,
    request: Request,
    next: Next,
) -> Response {
    let is_form = *request.method() == Method::POST
        && request.uri().path().starts_with("/fn/")
        && accepts_html(request.headers());
    if !is_form {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // The body is in memory, so reading it doesn't fail.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let form = if is_url_encoded(&parts.headers) {
        body.clone()
    } else {
        Bytes::new()
    };
    if let Some(path) = field(&form, RETURN_TO_FIELD)
        && let Some(referer) = referer(&app, &parts.headers, &path)
    {
        parts.headers.insert(REFERER, referer);
    }
    let return_to = return_to(&app, &parts.headers);
    let page_user = field(&form, PAGE_USER_FIELD).filter(|user| !user.is_empty());
    if page_user.as_ref().is_some_and(|user| is_other_user(&context, user)) {
        let page = app::other_user_page(app.leptos.clone(), return_to);
        return page_response(&AppError::UserChanged, page);
    }
    let action = parts.uri.path().to_owned();
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (response, error) = read_error(response).await;
    if error != Some(AppError::SignedOut) {
        return response;
    }
    // Without the user, anyone who signs in next could send what somebody else has typed.
    let user: Option<UserId> = page_user.and_then(|user| user.parse().ok());
    let input = user.and_then(|user| {
        let fields = kept_fields(&form)?;
        Some(FormInput { user, fields })
    });
    let form = SignedOutForm {
        action,
        return_to,
        input,
    };
    page_response(&AppError::SignedOut, app::signed_out_page(app.leptos.clone(), form))
}

fn page_response(error: &AppError, page: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    (error.status(), headers, page).into_response()
}

/// Returns whether the body is URL-encoded. A form with files is `multipart/form-data`.
fn is_url_encoded(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| {
        let media_type = text.split(';').next().unwrap_or_default();
        media_type
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// Returns the value of a field, without decoding the others, which may be long.
fn field(form: &[u8], name: &str) -> Option<String> {
    let mut pairs = form.split(|byte| *byte == b'&');
    let pair = pairs.find(|pair| {
        pair.strip_prefix(name.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"="))
    })?;
    let (_, value) = form_urlencoded::parse(pair).next()?;
    Some(value.into_owned())
}

/// Returns the names and values of the form, or `None` if there are too many.
fn kept_fields(form: &[u8]) -> Option<Vec<(String, String)>> {
    let fields: Vec<_> = form_urlencoded::parse(form)
        .filter(|(name, _)| *name != PAGE_USER_FIELD && *name != RETURN_TO_FIELD)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .take(MAX_KEPT_FIELDS + 1)
        .collect();
    (fields.len() <= MAX_KEPT_FIELDS).then_some(fields)
}

/// Returns the `Referer` of a form on the page at `path`, to which a server function without a redirect of its own returns.
fn referer(app: &AppState, headers: &HeaderMap, path: &str) -> Option<HeaderValue> {
    let path = local_path(path)?;
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = origin
        .filter(|origin| app.allowed_origins.contains(origin))
        .unwrap_or(&app.site.public_url);
    format!("{origin}{path}").parse().ok()
}

/// Returns the path of the page that holds the form.
fn return_to(app: &AppState, headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|referer| referer.to_str().ok());
    let path = referer.and_then(|referer| app.allowed_origins.strip(referer));
    path.and_then(local_path).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_is_found_by_its_exact_name() {
        let form = b"x_page_user=1&page_users=2&page_user=a%20b+c&page_user=3&empty=";
        assert_eq!(field(form, "page_user").as_deref(), Some("a b c"));
        assert_eq!(field(form, "empty").as_deref(), Some(""));
        assert_eq!(field(form, "user"), None);
        assert_eq!(field(b"", "page_user"), None);
    }

    #[test]
    fn all_fields_are_kept_in_order_but_those_of_the_page() {
        let form = b"a%5B%5D=1&page_user=x&a%5B%5D=%262&return_to=%2F&b=";
        let expected =
            [("a[]", "1"), ("a[]", "&2"), ("b", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(kept_fields(form).unwrap(), expected);
        assert_eq!(
            kept_fields(b"a&".repeat(MAX_KEPT_FIELDS).as_slice()).unwrap().len(),
            MAX_KEPT_FIELDS
        );
        assert_eq!(kept_fields(b"a&".repeat(MAX_KEPT_FIELDS + 1).as_slice()), None);
    }

    #[test]
    fn only_url_encoded_forms_are_kept() {
        for (content_type, expected) in [
            ("application/x-www-form-urlencoded", true),
            ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", true),
            ("multipart/form-data; boundary=x", false),
            ("text/plain", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            assert_eq!(is_url_encoded(&headers), expected, "{content_type}");
        }
        assert!(!is_url_encoded(&HeaderMap::new()));
    }
}
