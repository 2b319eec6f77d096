//! Implements token revocation (RFC 7009) and introspection (RFC 7662).

use crate::database::execute;
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::portal::Portal;
use crate::oauth2::{Client, Policy, RequestError, access_tokens, refresh_tokens};
use domain::ids::{OauthAppId, UserId};
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Oauth2Error};
use domain::time::Timestamp;
use uuid::Uuid;

/// Describes an active token (RFC 7662 §2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspection {
    /// The token's scopes.
    pub scopes: Scopes,
    /// The app that the token was issued to.
    pub client_id: OauthAppId,
    /// The user that the token acts for; `None` with client credentials.
    pub user: Option<UserId>,
    /// The user's email.
    pub username: Option<String>,
    /// When the token was issued.
    pub issued_at: Timestamp,
    /// When the token expires.
    pub expires_at: Timestamp,
    /// The `jti` claim of an access token; `None` for a refresh token.
    pub access_token_id: Option<Uuid>,
}

/// Revokes a token that was issued to the client: a refresh token with its whole grant, or a single access token. Any
/// other token is ignored (RFC 7009 §2.2).
///
/// # Errors
/// Returns the database's errors.
pub async fn revoke(portal: &Portal, policy: &Policy, client: &Client, token: &str) -> Result<(), RequestError> {
    let mut tx = portal.begin().await?;
    let mut revoked = match refresh_tokens::grant_of(&mut tx, client, token).await? {
        Some(grant) => refresh_tokens::revoke_grant(portal, &mut tx, grant).await?,
        None => 0,
    };
    if revoked == 0
        && let Some(id) = access_tokens::verify(portal, policy, token).await?
    {
        revoked = execute!(
            &mut tx,
            "update access_tokens set revoked_at = $3 where id = $1 and app_id = $2 and revoked_at is null",
            id,
            client.id,
            portal.now()
        )?;
    }
    if revoked > 0 {
        portal.commit_change(tx, client.account).await?;
    }
    Ok(())
}

/// Describes a token (RFC 7662): an access token to the client that it was issued to and to clients of the account that
/// may introspect tokens of other apps, a refresh token to the client that it was issued to. For any other token it
/// returns `None`. The kind of a token is recognized from its text, so no hint is needed (RFC 7662 §2.1).
///
/// # Errors
/// [`ErrorCode::InvalidClient`] for a public client, because anyone can act as one.
pub async fn introspect(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    token: &str,
) -> Result<Option<Introspection>, RequestError> {
    if !client.grant.has_secret() {
        let message = "A public client can't introspect tokens.";
        return Err(Oauth2Error::new(ErrorCode::InvalidClient, message).into());
    }
    match access_tokens::verify(portal, policy, token).await? {
        Some(id) => introspect_access_token(portal, client, id).await,
        None => introspect_refresh_token(portal, client, token).await,
    }
}

async fn introspect_access_token(
    portal: &Portal,
    client: &Client,
    id: Uuid,
) -> Result<Option<Introspection>, RequestError> {
    let mut db = portal.read().await?;
    let Some(stored) = access_tokens::find(&mut db, id).await? else {
        return Ok(None);
    };
    let Some(actor) = Actor::load(&mut db, stored.user, AuthMethod::AccessToken(stored.app)).await? else {
        return Ok(None);
    };
    let is_allowed = stored.app == client.id || client.token_settings.allow_introspection;
    if !is_allowed || actor.account() != client.account || stored.expires_at <= portal.now() {
        return Ok(None);
    }
    let user = stored.grant.and(actor.user());
    Ok(Some(Introspection {
        scopes: stored.scopes.intersection(stored.app_scopes).allowed_by(actor.rights()),
        client_id: stored.app,
        user: user.map(|user| user.id),
        username: user.map(|user| user.email.clone()),
        issued_at: stored.issued_at,
        expires_at: stored.expires_at,
        access_token_id: Some(id),
    }))
}

async fn introspect_refresh_token(
    portal: &Portal,
    client: &Client,
    token: &str,
) -> Result<Option<Introspection>, RequestError> {
    let mut db = portal.read().await?;
    let Some(active) = refresh_tokens::find_active(portal, &mut db, client, token).await? else {
        return Ok(None);
    };
    let Some(actor) = Actor::load(&mut db, active.user, AuthMethod::AccessToken(client.id)).await? else {
        return Ok(None);
    };
    // The scopes that a refresh would be granted.
    let scopes = active.scopes.intersection(client.scopes).allowed_by(actor.rights());
    if !scopes.has(Scope::Offline) {
        return Ok(None);
    }
    Ok(Some(Introspection {
        scopes,
        client_id: client.id,
        user: actor.user().map(|user| user.id),
        username: actor.user().map(|user| user.email.clone()),
        issued_at: active.issued_at,
        expires_at: active.expires_at,
        access_token_id: None,
    }))
}
