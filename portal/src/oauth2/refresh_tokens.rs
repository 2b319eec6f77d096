//! Refresh tokens (RFC 6749 §6), each used once (RFC 9700 §4.14.2).
//!
//! For [`GRACE`] after its use the old one answers the same successor: a client whose answer was lost, or two workers
//! that refresh at once, are not signed out. After that a second use means that somebody has a copy, and the whole family
//! ends.

use super::access_tokens::{self, NewAccessToken};
use super::{Client, Denied, Granted, Policy};
use crate::actor::{Actor, Via};
use crate::changes;
use crate::database::{Transaction, fetch_optional, run};
use crate::error::Result;
use crate::oauth_apps::read_scopes;
use crate::portal::Portal;
use crate::secret::{self, Secret};
use domain::ids::{OauthAppId, OauthGrantId, UserId};
use domain::oauth2::{ErrorCode, Parameters, Refusal};
use domain::scopes::{Scope, Scopes};
use domain::time::Timestamp;
use std::fmt::Write;
use std::time::Duration;

/// How long a refresh token waits for its use.
const LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long a used one answers the same successor.
const GRACE: Duration = Duration::from_secs(30);

#[derive(sqlx::FromRow)]
struct Row {
    grant_id: OauthGrantId,
    app_id: OauthAppId,
    user_id: UserId,
    scopes: String,
    revoked_at: Timestamp,
    expires_at: Timestamp,
    used_at: Timestamp,
    sealed_successor: Option<Vec<u8>>,
}

/// Makes a refresh token in the caller's transaction.
pub(super) async fn insert(portal: &Portal, tx: &mut Transaction, grant: OauthGrantId) -> Result<Secret> {
    let token = secret::new_secret();
    keep(portal, tx, grant, &token).await?;
    Ok(token)
}

async fn keep(portal: &Portal, tx: &mut Transaction, grant: OauthGrantId, token: &Secret) -> Result<()> {
    let now = portal.now();
    run!(
        tx,
        "insert into refresh_tokens (digest, grant_id, created_at, expires_at) values ($1, $2, $3, $4)",
        secret::digest(token.expose().as_bytes()),
        grant,
        now,
        now.after(LIFETIME)
    )?;
    Ok(())
}

async fn find(tx: &mut Transaction, digest: &[u8]) -> Result<Option<Row>> {
    Ok(fetch_optional!(
        tx,
        Row,
        "select r.grant_id, g.app_id, g.user_id, g.scopes, g.revoked_at, r.expires_at, r.used_at, r.sealed_successor
         from refresh_tokens r join oauth_grants g on g.id = r.grant_id where r.digest = $1",
        digest
    )?)
}

/// Exchanges a refresh token for an access token and the next refresh token.
pub(super) async fn exchange(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    parameters: &Parameters<'_>,
) -> Result<Granted, Denied> {
    let token = parameters.require("refresh_token")?;
    let requested = parameters.get("scope")?;
    let digest = secret::digest(token.as_bytes());
    let invalid = || Refusal::new(ErrorCode::InvalidGrant, "The refresh token does not hold.");
    let now = portal.now();
    let mut tx = portal.begin().await?;
    let row = find(&mut tx, &digest).await?;
    let row = row
        .filter(|row| row.app_id == client.id && row.revoked_at.0 == 0 && row.expires_at > now)
        .ok_or_else(invalid)?;
    let actor = Actor::load(&mut tx, row.user_id, Via::AccessToken).await?;
    let actor = actor.ok_or_else(invalid)?;
    let alive = read_scopes(&row.scopes)?.and(client.scopes).allowed_by(actor.rights());
    if !alive.has(Scope::Offline) {
        return Err(Refusal::new(ErrorCode::InvalidGrant, "The app may not stay connected any more.").into());
    }
    let scopes = match requested {
        Some(requested) => Scopes::known(requested).and(alive),
        None => alive,
    };
    if scopes.is_empty() {
        return Err(Refusal::new(ErrorCode::InvalidScope, "Nothing of the scope was granted.").into());
    }
    let successor = match succeed(portal, &mut tx, &digest, &row).await? {
        Some(successor) => successor,
        None => {
            // A copy is in use somewhere.
            end_grant(portal, &mut tx, row.grant_id).await?;
            changes::announce(portal, &mut tx).await?;
            tx.commit().await?;
            portal.forget();
            return Err(invalid().into());
        }
    };
    let new = NewAccessToken {
        app: client.id,
        user: row.user_id,
        grant: Some(row.grant_id),
        scopes,
    };
    let access_token = access_tokens::issue(portal, policy, &mut tx, &new).await?;
    run!(
        &mut tx,
        "update oauth_consents set last_used_at = $3 where user_id = $1 and app_id = $2",
        row.user_id,
        client.id,
        now
    )?;
    tx.commit().await?;
    client.note_use(portal).await?;
    Ok(Granted {
        access_token,
        refresh_token: Some(successor),
        scopes,
    })
}

/// The token that follows; none where the old one was used too long ago.
async fn succeed(portal: &Portal, tx: &mut Transaction, digest: &[u8], row: &Row) -> Result<Option<Secret>> {
    let now = portal.now();
    let context = context(digest);
    if row.used_at.0 == 0 {
        let successor = secret::new_secret();
        let touched = run!(
            tx,
            "update refresh_tokens set used_at = $2, sealed_successor = $3 where digest = $1 and used_at = 0",
            digest,
            now,
            portal.seal(&context, &successor)?
        )?;
        if touched == 1 {
            keep(portal, tx, row.grant_id, &successor).await?;
            return Ok(Some(successor));
        }
        // Another worker of the same client was faster: both get the same.
        let Some(row) = find(tx, digest).await? else {
            return Ok(None);
        };
        return repeat(portal, &context, &row, now);
    }
    repeat(portal, &context, row, now)
}

fn repeat(portal: &Portal, context: &str, row: &Row, now: Timestamp) -> Result<Option<Secret>> {
    match &row.sealed_successor {
        Some(sealed) if row.used_at.after(GRACE) > now => portal.unseal(context, sealed).map(Some),
        _ => Ok(None),
    }
}

/// Revokes everything that one permission gave. The caller announces it.
pub(super) async fn end_grant(portal: &Portal, tx: &mut Transaction, grant: OauthGrantId) -> Result<u64> {
    Ok(run!(
        tx,
        "update oauth_grants set revoked_at = $2 where id = $1 and revoked_at = 0",
        grant,
        portal.now()
    )?)
}

/// The grant of a refresh token, if it is the client's.
pub(super) async fn grant_of(tx: &mut Transaction, client: &Client, token: &str) -> Result<Option<OauthGrantId>> {
    let row = find(tx, &secret::digest(token.as_bytes())).await?;
    Ok(row.filter(|row| row.app_id == client.id).map(|row| row.grant_id))
}

/// Forgets successors that nobody may ask for again, tokens whose time is over, and grants that have none left.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    let now = portal.now();
    run!(
        tx,
        "update refresh_tokens set sealed_successor = null
         where sealed_successor is not null and used_at > 0 and used_at <= $1",
        portal.ago(GRACE)
    )?;
    run!(tx, "delete from refresh_tokens where expires_at <= $1", now)?;
    run!(
        tx,
        "delete from oauth_grants where created_at <= $1
           and not exists (select 1 from refresh_tokens r where r.grant_id = oauth_grants.id)
           and not exists (select 1 from access_tokens t where t.grant_id = oauth_grants.id)
           and not exists (select 1 from authorization_codes c where c.grant_id = oauth_grants.id)",
        portal.ago(access_tokens::LIFETIME)
    )?;
    Ok(())
}

/// What a successor is sealed for.
pub(crate) fn context(digest: &[u8]) -> String {
    let mut context = "refresh_tokens/".to_owned();
    for byte in digest {
        // Writing to a text does not fail.
        let _ = write!(context, "{byte:02x}");
    }
    context
}
