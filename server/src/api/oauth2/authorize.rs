//! The authorization endpoint (RFC 6749 §3.1), which redirects to the consent page of the `app` crate.

use crate::api::oauth2::error::{OauthErrorResponse, OauthErrors};
use crate::api::oauth2::form::Form;
use crate::api::oauth2::path;
use axum::extract::{RawQuery, Request};
use axum::http::StatusCode;
use axum::response::Redirect;
use domain::oauth2::ErrorCode;

/// The path of the consent page, which validates the request and reports errors to the user or the app.
const CONSENT_PAGE: &str = "/oauth2/authorise";

/// The maximum size of a request in bytes.
const MAX_REQUEST_BYTES: usize = 8 * 1024;

/// Redirects the user to the consent page to authorize an app.
///
/// # Errors
/// Returns 414 if the request is longer than 8 KiB.
#[utoipa::path(get, path = path::AUTHORIZE, tag = "OAuth 2.0", operation_id = "authorize", params(
    ("client_id" = String, Query, description = "The app's client ID."),
    ("response_type" = String, Query, description = "Must be `code`."),
    ("redirect_uri" = Option<String>, Query, description = "A redirect URI registered for the app. Required if the app has more than one."),
    ("scope" = Option<String>, Query, description = "Space-separated scopes. Defaults to all scopes of the app."),
    ("state" = Option<String>, Query, description = "Returned unchanged."),
    ("code_challenge" = Option<String>, Query, description = "PKCE challenge. Required for public clients."),
    ("code_challenge_method" = Option<String>, Query, description = "Must be `S256` if `code_challenge` is sent."),
), responses(
    (status = 303, description = "Redirect to the consent page"),
    OauthErrors
))]
pub async fn get(RawQuery(query): RawQuery) -> Result<Redirect, OauthErrorResponse> {
    redirect_to_consent(query.as_deref().unwrap_or_default())
}

/// Redirects the user to the consent page, with parameters in a form (RFC 6749 §3.1).
///
/// # Errors
/// Returns 413 or 415 if the body is too large or not a form.
#[utoipa::path(post, path = path::AUTHORIZE, tag = "OAuth 2.0", operation_id = "authorizeByForm",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "The same parameters as in the query."), responses(
    (status = 303, description = "Redirect to the consent page"),
    OauthErrors
))]
pub async fn post(request: Request) -> Result<Redirect, OauthErrorResponse> {
    let form = Form::read(request).await?;
    redirect_to_consent(form.text().unwrap_or_default())
}

fn redirect_to_consent(query: &str) -> Result<Redirect, OauthErrorResponse> {
    let is_valid = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if query.len() > MAX_REQUEST_BYTES {
        return Err(OauthErrorResponse::with_status(
            StatusCode::URI_TOO_LONG,
            ErrorCode::InvalidRequest,
            "The authorization request is too long.",
        ));
    }
    if !is_valid {
        return Err(OauthErrorResponse::with_status(
            StatusCode::BAD_REQUEST,
            ErrorCode::InvalidRequest,
            "The authorization request is not properly percent-encoded.",
        ));
    }
    Ok(Redirect::to(&format!("{CONSENT_PAGE}?{query}")))
}
