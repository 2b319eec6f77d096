//! The authorization endpoint (RFC 6749 §3.1): the way to the page where a person decides.

use crate::api::openapi::OauthErrors;
use crate::oauth2::error::OauthError;
use crate::oauth2::form::Form;
use axum::extract::{RawQuery, Request};
use axum::http::StatusCode;
use axum::response::Redirect;
use domain::oauth2::ErrorCode;

/// Where the person is asked. What is wrong with the request is said there, or to the app.
const PAGE: &str = "/oauth2/authorise";

/// The longest request, in bytes.
const MAX: usize = 8 * 1024;

/// Asks a person for an authorization code.
///
/// # Errors
/// 414 for a longer one than any app needs.
#[utoipa::path(get, path = "/v6/authentication/oauth2/auth", tag = "OAuth 2", operation_id = "authorize", params(
    ("client_id" = String, Query, description = "The app."),
    ("response_type" = String, Query, description = "`code`."),
    ("redirect_uri" = Option<String>, Query, description = "One of the app's; needed where it has several."),
    ("scope" = Option<String>, Query, description = "Words with spaces between them; all of the app's if left out."),
    ("state" = Option<String>, Query, description = "Handed back as it is."),
    ("code_challenge" = Option<String>, Query, description = "By S256; needed by public clients."),
    ("code_challenge_method" = Option<String>, Query, description = "`S256`."),
), responses(
    (status = 303, description = "To the page where the person decides."),
    OauthErrors
))]
pub async fn get(RawQuery(query): RawQuery) -> Result<Redirect, OauthError> {
    to_page(query.as_deref().unwrap_or_default())
}

/// A request in a form (RFC 6749 §3.1).
///
/// # Errors
/// 413 and 415 for a body that is not a short form.
#[utoipa::path(post, path = "/v6/authentication/oauth2/auth", tag = "OAuth 2", operation_id = "authorizeByForm",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "The parameters of the query."), responses(
    (status = 303, description = "To the page where the person decides."),
    OauthErrors
))]
pub async fn post(request: Request) -> Result<Redirect, OauthError> {
    let form = Form::read(request).await?;
    to_page(form.text().unwrap_or_default())
}

fn to_page(query: &str) -> Result<Redirect, OauthError> {
    let fits = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if query.len() > MAX {
        return Err(OauthError::with_status(
            StatusCode::URI_TOO_LONG,
            ErrorCode::InvalidRequest,
            "The request is too long.",
        ));
    }
    if !fits {
        return Err(OauthError::with_status(
            StatusCode::BAD_REQUEST,
            ErrorCode::InvalidRequest,
            "The request cannot be read.",
        ));
    }
    Ok(Redirect::to(&format!("{PAGE}?{query}")))
}
