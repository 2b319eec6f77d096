//! Token revocation (RFC 7009) and introspection (RFC 7662).

use crate::api::oauth2::error::{OauthErrorResponse, OauthErrors, set_no_store};
use crate::api::oauth2::form::Form;
use crate::api::oauth2::path;
use crate::http::rate_limit::RateLimits;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::oauth2::scopes::Scopes;
use portal::oauth2::{Introspection, RequestError};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Describes the form of a revocation or introspection request.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form in OpenAPI; parameters are read one by one")]
pub(crate) struct IntrospectionRequest {
    /// The token.
    token: String,
    /// The expected type of the token. Ignored; the token is found without it.
    token_type_hint: Option<String>,
    /// The client ID. Omit it if the Authorization header has the credentials.
    client_id: Option<String>,
    /// The client secret. Omit it for public clients, or if the Authorization header has the credentials.
    client_secret: Option<String>,
}

/// Describes the state of a token (RFC 7662 §2.2).
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes a response in OpenAPI")]
pub(crate) enum IntrospectionResponse<'a> {
    Active(ActiveToken<'a>),
    Inactive(InactiveToken),
}

/// Revokes a token that was issued to the client.
///
/// Requests with an unknown token also succeed (RFC 7009 §2.2).
///
/// # Errors
/// Returns the same errors as the token endpoint.
#[utoipa::path(post, path = path::REVOKE, tag = "OAuth 2.0", operation_id = "revoke",
    request_body(content = IntrospectionRequest, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The token was revoked, if it was issued to the client"),
    OauthErrors
), security((), ("client" = [])))]
pub async fn revoke(
    State(app): State<AppState>,
    Extension(limits): Extension<Arc<RateLimits>>,
    request: Request,
) -> Result<Response, OauthErrorResponse> {
    let form = Form::read(request).await?;
    let parameters = form.parameters()?;
    let (client, rate_limit) = form.authenticate_client(&app, &limits, &parameters).await?;
    let outcome = async {
        let token = parameters.require("token")?;
        portal::oauth2::revoke(&app.portal, &app.oauth2, &client, token).await
    };
    let mut response = match outcome.await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => OauthErrorResponse::from(error).into_response(),
    };
    set_no_store(response.headers_mut());
    rate_limit.insert_headers(response.headers_mut());
    Ok(response)
}

/// Describes an active token (RFC 7662 §2.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct ActiveToken<'a> {
    active: bool,
    #[schema(value_type = String)]
    scope: Scopes,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// Omitted for refresh tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    exp: i64,
    iat: i64,
    sub: String,
    /// Omitted for refresh tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    iss: &'a str,
    /// Omitted for refresh tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
}

/// Describes a token that is inactive or that the client may not introspect.
#[derive(Serialize, ToSchema)]
pub(crate) struct InactiveToken {
    active: bool,
}

/// Returns the metadata of a token.
///
/// Clients can introspect their own tokens. Apps that are allowed to can also introspect access tokens of other apps in
/// the account.
///
/// # Errors
/// Returns the same errors as the token endpoint.
#[utoipa::path(post, path = path::INTROSPECT, tag = "OAuth 2.0", operation_id = "introspect",
    request_body(content = IntrospectionRequest, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The token metadata", body = IntrospectionResponse),
    OauthErrors
), security((), ("client" = [])))]
pub async fn introspect(
    State(app): State<AppState>,
    Extension(limits): Extension<Arc<RateLimits>>,
    request: Request,
) -> Result<Response, OauthErrorResponse> {
    let form = Form::read(request).await?;
    let parameters = form.parameters()?;
    let (client, rate_limit) = form.authenticate_client(&app, &limits, &parameters).await?;
    let outcome: Result<Option<Introspection>, RequestError> = async {
        let token = parameters.require("token")?;
        portal::oauth2::introspect(&app.portal, &app.oauth2, &client, token).await
    }
    .await;
    let mut response = match outcome {
        Ok(Some(found)) => Json(active_token(&app, found)).into_response(),
        Ok(None) => Json(InactiveToken { active: false }).into_response(),
        Err(error) => OauthErrorResponse::from(error).into_response(),
    };
    set_no_store(response.headers_mut());
    rate_limit.insert_headers(response.headers_mut());
    Ok(response)
}

fn active_token(app: &AppState, found: Introspection) -> ActiveToken<'_> {
    let client_id = found.client_id.to_string();
    let is_access_token = found.access_token_id.is_some();
    ActiveToken {
        active: true,
        scope: found.scopes,
        sub: found.user.map_or_else(|| client_id.clone(), |user| user.to_string()),
        client_id,
        username: found.username,
        token_type: is_access_token.then_some("Bearer"),
        exp: found.expires_at.seconds(),
        iat: found.issued_at.seconds(),
        aud: is_access_token.then_some(app.oauth2.issuer.as_str()),
        iss: &app.oauth2.issuer,
        jti: found.access_token_id.map(|id| id.to_string()),
    }
}
