//! The endpoints of the three-legged flow (RFC 5849 §2). The page where a person decides is the app's.

use crate::api::openapi::{OpenToAll, OpenToCredentials};
use crate::api::query::Query;
use crate::http::problem::Problem;
use crate::oauth1::Received;
use crate::state::App;
use axum::extract::{RawQuery, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use domain::oauth1::encode_form;
use portal::oauth1::Denied;
use portal::oauth1::request_tokens::{self, Issued};

/// Where the person goes to decide (RFC 5849 §2.2).
pub const AUTHORISE: &str = "/api/v4/oauth/authorise";

/// First step: a request token, for a request that the consumer signed.
///
/// # Errors
/// Those of [`request_tokens::issue`], 413 and 415 for a body that is not a short form.
#[utoipa::path(post, path = "/api/v4/oauth/request_token", tag = "OAuth 1", operation_id = "requestToken", responses(
    (status = 200, description = "`oauth_token`, `oauth_token_secret` and `oauth_callback_confirmed`.",
        body = String, content_type = "application/x-www-form-urlencoded"),
    OpenToCredentials
), security(("oauth1" = [])))]
pub async fn request_token(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let received = Received::read(request).await?;
    received.require_form()?;
    let signed = received.signed().map_err(Denied::from)?;
    let Issued { token, secret } = request_tokens::issue(&app.portal, &app.oauth1, &signed).await?;
    Ok(form(&[
        ("oauth_token", &token),
        ("oauth_token_secret", secret.expose()),
        ("oauth_callback_confirmed", "true"),
    ]))
}

/// Second step: to the page where the person signs in and decides. What is wrong with the token is said there.
///
/// The older flow names its address here, as `callback`, or as `oauth_callback` as OAuth Core 1.0 had it.
///
/// # Errors
/// 400 for a query that cannot be read.
#[utoipa::path(get, path = "/api/v4/oauth/authorise", tag = "OAuth 1", operation_id = "authorise", params(
    ("oauth_token" = Option<String>, Query, description = "The request token."),
    ("callback" = Option<String>, Query, description = "Where to go back to, in the older flow."),
), responses(
    (status = 303, description = "To the page where the person decides."),
    OpenToAll
))]
pub async fn authorise(RawQuery(query): RawQuery) -> Result<Redirect, Problem> {
    let query = Query::parse(query.as_deref())?;
    let token = query.one("oauth_token")?;
    let callback = query.one("callback")?.or(query.one("oauth_callback")?);
    let known = [("oauth_token", token), ("callback", callback)];
    let known: Vec<(&str, &str)> = known
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    Ok(Redirect::to(&format!("/oauth1/authorise?{}", encode_form(&known))))
}

/// Third step: the authorised request token is exchanged for a token that opens the API.
///
/// # Errors
/// Those of [`request_tokens::exchange`], 413 and 415 for a body that is not a short form.
#[utoipa::path(post, path = "/api/v4/oauth/access_token", tag = "OAuth 1", operation_id = "accessToken", responses(
    (status = 200, description = "`oauth_token` and `oauth_token_secret`.",
        body = String, content_type = "application/x-www-form-urlencoded"),
    OpenToCredentials
), security(("oauth1" = [])))]
pub async fn access_token(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let received = Received::read(request).await?;
    received.require_form()?;
    let signed = received.signed().map_err(Denied::from)?;
    let Issued { token, secret } = request_tokens::exchange(&app.portal, &app.oauth1, &signed).await?;
    Ok(form(&[
        ("oauth_token", &token),
        ("oauth_token_secret", secret.expose()),
    ]))
}

fn form(pairs: &[(&str, &str)]) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/x-www-form-urlencoded"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, encode_form(pairs)).into_response()
}
