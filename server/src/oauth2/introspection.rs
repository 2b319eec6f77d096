//! Revocation (RFC 7009) and introspection (RFC 7662).

use crate::api::openapi::OauthErrors;
use crate::http::rate_limit::Limits;
use crate::oauth2::error::{OauthError, never_stored};
use crate::oauth2::form::Form;
use crate::state::App;
use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::oauth2::scopes::Scopes;
use portal::oauth2::{Denied, Introspection};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A question about a token.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes a form, which is read parameter by parameter")]
pub(crate) struct TokenQuestion {
    /// The token.
    token: String,
    /// What kind of token it is thought to be; it is found without.
    token_type_hint: Option<String>,
    /// Unless the client proves itself in the Authorization header.
    client_id: Option<String>,
    /// The same.
    client_secret: Option<String>,
}

/// What is said of a token.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes an answer")]
pub(crate) enum Status<'a> {
    Active(Active<'a>),
    Inactive(Inactive),
}

/// Revokes a token of the client's own. There is nothing to say about any other (RFC 7009 §2.2).
///
/// # Errors
/// As the token endpoint.
#[utoipa::path(post, path = "/v6/authentication/oauth2/revoke", tag = "OAuth 2", operation_id = "revoke",
    request_body(content = TokenQuestion, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The token holds no more, if it was the client's."),
    OauthErrors
), security((), ("client" = [])))]
pub async fn revoke(
    State(app): State<App>,
    Extension(limits): Extension<Arc<Limits>>,
    request: Request,
) -> Result<Response, OauthError> {
    let form = Form::read(request).await?;
    let parameters = form.parameters()?;
    let (client, standing) = form.client(&app, &limits, &parameters).await?;
    let outcome = async {
        let token = parameters.require("token")?;
        portal::oauth2::revoke(&app.portal, &app.oauth2, &client, token).await
    };
    let mut response = match outcome.await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(denied) => OauthError::from(denied).into_response(),
    };
    never_stored(response.headers_mut());
    standing.describe(response.headers_mut());
    Ok(response)
}

/// What there is to say of a token (RFC 7662 §2.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct Active<'a> {
    active: bool,
    #[schema(value_type = String)]
    scope: Scopes,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// Left out for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    exp: i64,
    iat: i64,
    sub: String,
    /// Left out for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    iss: &'a str,
    /// Left out for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
}

/// A token that is not live, or of which the client may not know anything.
#[derive(Serialize, ToSchema)]
pub(crate) struct Inactive {
    active: bool,
}

/// Says what a token is good for: to the client that it was issued to, and of an access token also to the account's apps
/// that are allowed to introspect tokens of other apps.
///
/// # Errors
/// As the token endpoint.
#[utoipa::path(post, path = "/v6/authentication/oauth2/introspect", tag = "OAuth 2", operation_id = "introspect",
    request_body(content = TokenQuestion, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "What the token is good for.", body = Status),
    OauthErrors
), security((), ("client" = [])))]
pub async fn introspect(
    State(app): State<App>,
    Extension(limits): Extension<Arc<Limits>>,
    request: Request,
) -> Result<Response, OauthError> {
    let form = Form::read(request).await?;
    let parameters = form.parameters()?;
    let (client, standing) = form.client(&app, &limits, &parameters).await?;
    let outcome: Result<Option<Introspection>, Denied> = async {
        let token = parameters.require("token")?;
        portal::oauth2::introspect(&app.portal, &app.oauth2, &client, token).await
    }
    .await;
    let mut response = match outcome {
        Ok(Some(found)) => Json(describe(&app, found)).into_response(),
        Ok(None) => Json(Inactive { active: false }).into_response(),
        Err(denied) => OauthError::from(denied).into_response(),
    };
    never_stored(response.headers_mut());
    standing.describe(response.headers_mut());
    Ok(response)
}

fn describe(app: &App, found: Introspection) -> Active<'_> {
    let client_id = found.client_id.to_string();
    let is_access_token = found.access_token_id.is_some();
    Active {
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
