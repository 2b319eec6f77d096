//! The token endpoint (RFC 6749 §3.2).

use crate::api::openapi::OauthErrors;
use crate::http::rate_limit::Limits;
use crate::oauth2::error::{OauthError, never_stored};
use crate::oauth2::form::Form;
use crate::state::App;
use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use domain::oauth2::scopes::Scopes;
use portal::oauth2::{Granted, LIFETIME, grant};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Tokens (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub(crate) struct Answer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    /// Where `offline` was granted: the one to use next, which is the same one where the app keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    /// What the access token is good for: words with spaces between them.
    #[schema(value_type = String)]
    scope: Scopes,
}

/// A request for tokens.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes a form, which is read parameter by parameter")]
pub(crate) struct TokenRequest {
    /// `client_credentials`, `authorization_code` or `refresh_token`.
    grant_type: String,
    /// Unless the client proves itself in the Authorization header.
    client_id: Option<String>,
    /// The same.
    client_secret: Option<String>,
    /// Words with spaces between them; everything that can be granted if left out.
    scope: Option<String>,
    /// With `authorization_code`.
    code: Option<String>,
    /// With `authorization_code`, the one of the authorization request.
    redirect_uri: Option<String>,
    /// With `authorization_code`, where the authorization request had a `code_challenge`.
    code_verifier: Option<String>,
    /// With `refresh_token`.
    refresh_token: Option<String>,
}

/// Grants tokens.
#[utoipa::path(post, path = "/v6/authentication/oauth2/token", tag = "OAuth 2", operation_id = "token",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The tokens.", body = Answer),
    OauthErrors
), security((), ("client" = [])))]
///
/// # Errors
/// Those of RFC 6749 §5.2; 413 and 415 for a body that is not a short form, 429 where a limit is reached.
pub async fn token(
    State(app): State<App>,
    Extension(limits): Extension<Arc<Limits>>,
    request: Request,
) -> Result<Response, OauthError> {
    let form = Form::read(request).await?;
    let parameters = form.parameters()?;
    let (client, standing) = form.client(&app, &limits, &parameters).await?;
    let granted = grant(&app.portal, &app.oauth2, &client, &parameters).await;
    let mut response = match granted {
        Ok(granted) => answer(&granted),
        Err(denied) => OauthError::from(denied).into_response(),
    };
    standing.describe(response.headers_mut());
    Ok(response)
}

fn answer(granted: &Granted) -> Response {
    let mut response = Json(Answer {
        access_token: granted.access_token.expose(),
        token_type: "Bearer",
        expires_in: LIFETIME.as_secs(),
        refresh_token: granted.refresh_token.as_ref().map(portal::Secret::expose),
        scope: granted.scopes,
    })
    .into_response();
    never_stored(response.headers_mut());
    response
}
