//! The endpoints of the three-legged flow (RFC 5849 §2). The consent page is in the `app` crate.

use crate::api::oauth1::BufferedRequest;
use crate::http::problem::{AuthenticatedErrors, Problem, PublicErrors};
use crate::http::query::Query;
use crate::state::AppState;
use axum::extract::{RawQuery, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use domain::oauth1::encode_form;
use portal::oauth1::RequestError;
use portal::oauth1::request_tokens::{self, IssuedToken};

/// The path of the authorization endpoint (RFC 5849 §2.2).
pub const AUTHORISE: &str = "/api/v4/oauth/authorise";

/// Issues a request token (step 1).
///
/// # Errors
/// Returns 400 or 401 with `oauth_problem` if the request is rejected, 413 or 415 if the body is too large or not a
/// form.
#[utoipa::path(post, path = "/api/v4/oauth/request_token", tag = "OAuth 1.0a", operation_id = "requestToken", responses(
    (status = 200, description = "A form with `oauth_token`, `oauth_token_secret` and `oauth_callback_confirmed`",
        body = String, content_type = "application/x-www-form-urlencoded"),
    AuthenticatedErrors
), security(("oauth1" = [])))]
pub async fn request_token(State(app): State<AppState>, request: Request) -> Result<Response, Problem> {
    let buffered = BufferedRequest::read(request).await?;
    buffered.require_form()?;
    let signed = buffered.signed_request().map_err(RequestError::from)?;
    let IssuedToken { token, secret } = request_tokens::issue(&app.portal, &app.oauth1, &signed).await?;
    Ok(form_response(&[
        ("oauth_token", &token),
        ("oauth_token_secret", secret.expose()),
        ("oauth_callback_confirmed", "true"),
    ]))
}

/// Redirects the user to the consent page (step 2).
///
/// The consent page reports an invalid token. The legacy flow sends its callback URL here, as `callback` or, as in
/// OAuth Core 1.0, as `oauth_callback`.
///
/// # Errors
/// Returns 400 if the query is malformed.
#[utoipa::path(get, path = AUTHORISE, tag = "OAuth 1.0a", operation_id = "authorise", params(
    ("oauth_token" = Option<String>, Query, description = "The request token."),
    ("callback" = Option<String>, Query, description = "The callback URL, in the legacy flow without verifier."),
), responses(
    (status = 303, description = "Redirect to the consent page"),
    PublicErrors
))]
pub async fn authorise(RawQuery(query): RawQuery) -> Result<Redirect, Problem> {
    let query = Query::parse(query.as_deref())?;
    let token = query.get("oauth_token")?;
    let callback = query.get("callback")?.or(query.get("oauth_callback")?);
    let parameters = [("oauth_token", token), ("callback", callback)];
    let parameters: Vec<(&str, &str)> = parameters
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    Ok(Redirect::to(&format!("/oauth1/authorise?{}", encode_form(&parameters))))
}

/// Exchanges an authorized request token for an access token (step 3).
///
/// # Errors
/// Returns 400 or 401 with `oauth_problem` if the request is rejected, 413 or 415 if the body is too large or not a
/// form.
#[utoipa::path(post, path = "/api/v4/oauth/access_token", tag = "OAuth 1.0a", operation_id = "accessToken", responses(
    (status = 200, description = "A form with `oauth_token` and `oauth_token_secret`",
        body = String, content_type = "application/x-www-form-urlencoded"),
    AuthenticatedErrors
), security(("oauth1" = [])))]
pub async fn access_token(State(app): State<AppState>, request: Request) -> Result<Response, Problem> {
    let buffered = BufferedRequest::read(request).await?;
    buffered.require_form()?;
    let signed = buffered.signed_request().map_err(RequestError::from)?;
    let IssuedToken { token, secret } = request_tokens::exchange(&app.portal, &app.oauth1, &signed).await?;
    Ok(form_response(&[
        ("oauth_token", &token),
        ("oauth_token_secret", secret.expose()),
    ]))
}

fn form_response(pairs: &[(&str, &str)]) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/x-www-form-urlencoded"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, encode_form(pairs)).into_response()
}
