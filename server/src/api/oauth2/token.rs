//! The token endpoint (RFC 6749 §3.2).

use crate::api::oauth2::error::{OauthErrorResponse, OauthErrors, set_no_store};
use crate::api::oauth2::form::Form;
use crate::api::oauth2::path;
use crate::http::rate_limit::RateLimits;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use domain::oauth2::scopes::Scopes;
use portal::oauth2::{ACCESS_TOKEN_LIFETIME, IssuedTokens, grant};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Describes the issued tokens (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    /// The refresh token to use next, if `offline` was granted. It is unchanged if the app doesn't rotate refresh
    /// tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    /// The granted scopes, separated by spaces.
    #[schema(value_type = String)]
    scope: Scopes,
}

/// Describes the form of a token request.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form in OpenAPI; parameters are read one by one")]
pub(crate) struct TokenRequest {
    /// `client_credentials`, `authorization_code` or `refresh_token`.
    grant_type: String,
    /// The client ID. Omit it if the Authorization header has the credentials.
    client_id: Option<String>,
    /// The client secret. Omit it for public clients, or if the Authorization header has the credentials.
    client_secret: Option<String>,
    /// Space-separated scopes. Defaults to all scopes that can be granted.
    scope: Option<String>,
    /// The authorization code, for `authorization_code`.
    code: Option<String>,
    /// The redirect URI of the authorization request, for `authorization_code`.
    redirect_uri: Option<String>,
    /// The PKCE verifier, for `authorization_code` if the authorization request had a `code_challenge`.
    code_verifier: Option<String>,
    /// The refresh token, for `refresh_token`.
    refresh_token: Option<String>,
}

/// Issues tokens.
#[utoipa::path(post, path = path::TOKEN, tag = "OAuth 2.0", operation_id = "token",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The tokens", body = TokenResponse),
    OauthErrors
), security((), ("client" = [])))]
///
/// # Errors
/// Returns the errors of RFC 6749 §5.2; 413 or 415 if the body is too large or not a form, 429 if a rate limit is
/// exceeded.
pub async fn token(
    State(app): State<AppState>,
    Extension(limits): Extension<Arc<RateLimits>>,
    request: Request,
) -> Result<Response, OauthErrorResponse> {
    let form = Form::read(request).await?;
    let parameters = form.parameters()?;
    let (client, rate_limit) = form.authenticate_client(&app, &limits, &parameters).await?;
    let granted = grant(&app.portal, &app.oauth2, &client, &parameters).await;
    let mut response = match granted {
        Ok(granted) => token_response(&granted),
        Err(error) => OauthErrorResponse::from(error).into_response(),
    };
    rate_limit.insert_headers(response.headers_mut());
    Ok(response)
}

fn token_response(granted: &IssuedTokens) -> Response {
    let mut response = Json(TokenResponse {
        access_token: granted.access_token.expose(),
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
        refresh_token: granted.refresh_token.as_ref().map(portal::Secret::expose),
        scope: granted.scopes,
    })
    .into_response();
    set_no_store(response.headers_mut());
    response
}
