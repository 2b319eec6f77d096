//! Revocation (RFC 7009) and introspection (RFC 7662).

use crate::auth::actor::{Actor, Via};
use crate::database::run;
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::oauth2::{Client, Denied, Policy, access_tokens, refresh_tokens};
use domain::ids::{OauthAppId, UserId};
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Refusal};
use domain::time::Timestamp;
use uuid::Uuid;

/// What is said of a token that holds (RFC 7662 §2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspection {
    /// What it is good for.
    pub scopes: Scopes,
    /// The app that it was issued to.
    pub client_id: OauthAppId,
    /// The user whom it is about; none with client credentials.
    pub user: Option<UserId>,
    /// That user's e-mail.
    pub username: Option<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stops.
    pub expires_at: Timestamp,
    /// An access token's claim `jti`; none of a refresh token.
    pub access_token_id: Option<Uuid>,
}

/// Revokes a token of the client's own: a refresh token with everything that came with it, an access token alone.
/// Whatever else is named, nothing happens (RFC 7009 §2.2).
///
/// # Errors
/// Those of the database.
pub async fn revoke(portal: &Portal, policy: &Policy, client: &Client, token: &str) -> Result<(), Denied> {
    let mut tx = portal.begin().await?;
    let mut touched = match refresh_tokens::grant_of(&mut tx, client, token).await? {
        Some(grant) => refresh_tokens::end_grant(portal, &mut tx, grant).await?,
        None => 0,
    };
    if touched == 0
        && let Some(id) = access_tokens::check(portal, policy, token).await?
    {
        touched = run!(
            &mut tx,
            "update access_tokens set revoked_at = $3 where id = $1 and app_id = $2 and revoked_at = 0",
            id,
            client.id,
            portal.now()
        )?;
    }
    if touched > 0 {
        invalidation::announce(portal, &mut tx).await?;
        tx.commit().await?;
        portal.forget();
    }
    Ok(())
}

/// Says what a token is good for (RFC 7662): an access token to the client that it was issued to and to those of the
/// account that may introspect tokens of other apps, a refresh token to the client that it was issued to. Nobody else
/// learns anything. What kind of token it is shows by itself, so no hint is needed (RFC 7662 §2.1).
///
/// # Errors
/// [`ErrorCode::InvalidClient`] for a public client, as anybody can be one.
pub async fn introspect(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    token: &str,
) -> Result<Option<Introspection>, Denied> {
    if !client.grant.has_secret() {
        let sentence = "A public client cannot ask about tokens.";
        return Err(Refusal::new(ErrorCode::InvalidClient, sentence).into());
    }
    match access_tokens::check(portal, policy, token).await? {
        Some(id) => introspect_access_token(portal, client, id).await,
        None => introspect_refresh_token(portal, client, token).await,
    }
}

async fn introspect_access_token(portal: &Portal, client: &Client, id: Uuid) -> Result<Option<Introspection>, Denied> {
    let mut db = portal.read().await?;
    let Some(kept) = access_tokens::find(&mut db, id).await? else {
        return Ok(None);
    };
    let Some(actor) = Actor::load(&mut db, kept.user, Via::AccessToken).await? else {
        return Ok(None);
    };
    let may_ask = kept.app == client.id || client.token_settings.allow_introspection;
    if !may_ask || actor.account() != client.account || kept.expires_at <= portal.now() {
        return Ok(None);
    }
    let person = kept.grant.and(actor.person());
    Ok(Some(Introspection {
        scopes: kept.scopes.and(kept.app_scopes).allowed_by(actor.rights()),
        client_id: kept.app,
        user: person.map(|person| person.id),
        username: person.map(|person| person.email.clone()),
        issued_at: kept.issued_at,
        expires_at: kept.expires_at,
        access_token_id: Some(id),
    }))
}

async fn introspect_refresh_token(
    portal: &Portal,
    client: &Client,
    token: &str,
) -> Result<Option<Introspection>, Denied> {
    let mut db = portal.read().await?;
    let Some(live) = refresh_tokens::find_live(portal, &mut db, client, token).await? else {
        return Ok(None);
    };
    let Some(actor) = Actor::load(&mut db, live.user, Via::AccessToken).await? else {
        return Ok(None);
    };
    // What a refresh would be granted.
    let scopes = live.scopes.and(client.scopes).allowed_by(actor.rights());
    if !scopes.has(Scope::Offline) {
        return Ok(None);
    }
    Ok(Some(Introspection {
        scopes,
        client_id: client.id,
        user: actor.person().map(|person| person.id),
        username: actor.person().map(|person| person.email.clone()),
        issued_at: live.issued_at,
        expires_at: live.expires_at,
        access_token_id: None,
    }))
}
