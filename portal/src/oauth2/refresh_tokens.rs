//! Refresh tokens (RFC 6749 §6).
//!
//! A confidential app keeps its refresh token, which is bound to its secret (RFC 9700 §2.2.2), unless it asks for
//! rotation; that of a public client always rotates (RFC 9700 §4.14.2).
//!
//! A rotated token answers the same successor for [`GRACE`], until that successor is used: a client whose answer was
//! lost, or two workers that refresh at once, are not signed out. After that a second use means that somebody has a copy,
//! and the whole family ends. That holds for every token that has a successor, also once the app no longer rotates.

use crate::auth::actor::{Actor, Via};
use crate::crypto::secret::{self, Secret};
use crate::database::{Connection, Transaction, fetch_optional, run};
use crate::infra::error::Result;
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::oauth2::access_tokens::{self, NewAccessToken};
use crate::oauth2::oauth_apps::{read_grant, read_scopes};
use crate::oauth2::{Client, Denied, Granted, Policy};
use domain::ids::{OauthAppId, OauthGrantId, UserId};
use domain::oauth2::oauth_apps::{Grant, REFRESH_TOKEN_IDLE_DAYS, REFRESH_TOKEN_LIFETIME_DAYS};
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Parameters, Refusal};
use domain::time::Timestamp;
use std::fmt::Write;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long a refresh token lives without being used.
const IDLE_LIFETIME: Duration = DAY.saturating_mul(REFRESH_TOKEN_IDLE_DAYS);

/// How long a refresh token lives however often it is used.
const ABSOLUTE_LIFETIME: Duration = DAY.saturating_mul(REFRESH_TOKEN_LIFETIME_DAYS);

/// How long a rotated one answers the same successor.
const GRACE: Duration = Duration::from_secs(30);

#[derive(sqlx::FromRow)]
struct Row {
    grant_id: OauthGrantId,
    app_id: OauthAppId,
    user_id: UserId,
    scopes: String,
    revoked_at: Timestamp,
    created_at: Timestamp,
    expires_at: Timestamp,
    /// When it was rotated; 0 where it was not.
    used_at: Timestamp,
    sealed_successor: Option<Vec<u8>>,
    grant_code: String,
    rotate_refresh_tokens: bool,
}

impl Row {
    /// When it expires if it is used now and kept.
    fn expiry_after_use(&self, now: Timestamp) -> Timestamp {
        now.after(IDLE_LIFETIME).min(self.created_at.after(ABSOLUTE_LIFETIME))
    }
}

/// Makes a refresh token in the caller's transaction.
pub(crate) async fn insert(portal: &Portal, tx: &mut Transaction, grant: OauthGrantId) -> Result<Secret> {
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
        now.after(IDLE_LIFETIME)
    )?;
    Ok(())
}

async fn find(db: &mut impl Connection, digest: &[u8]) -> Result<Option<Row>> {
    Ok(fetch_optional!(
        db,
        Row,
        "select r.grant_id, g.app_id, g.user_id, g.scopes, g.revoked_at, r.created_at,
                r.expires_at, r.used_at, r.sealed_successor, a.grant_code, a.rotate_refresh_tokens
         from refresh_tokens r join oauth_grants g on g.id = r.grant_id join oauth_apps a on a.id = g.app_id
         where r.digest = $1",
        digest
    )?)
}

/// Exchanges a refresh token for an access token and the refresh token to use next, which may be the same. It is answered
/// either way: some clients overwrite what they have with whatever comes, and others put the first one back.
pub(crate) async fn exchange(
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
    let next = match next_token(portal, &mut tx, token, &digest, &row).await? {
        Some(next) => next,
        None => {
            // A copy is in use somewhere.
            end_grant(portal, &mut tx, row.grant_id).await?;
            invalidation::announce(portal, &mut tx).await?;
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
        signing_algorithm: client.token_settings.signing_algorithm,
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
    client.note_use(portal).await;
    Ok(Granted {
        access_token,
        refresh_token: Some(next),
        scopes,
    })
}

/// The refresh token to use next: the same, its new successor, or the successor that it has; none where its use counts as
/// reuse. Whether the app rotates is read in the transaction, so that all nodes agree from one moment on.
async fn next_token(
    portal: &Portal,
    tx: &mut Transaction,
    token: &str,
    digest: &[u8],
    row: &Row,
) -> Result<Option<Secret>> {
    let now = portal.now();
    if row.used_at.0 > 0 {
        return current_successor(portal, tx, digest, row).await;
    }
    let rotates = row.rotate_refresh_tokens || read_grant(&row.grant_code)? == Grant::Public;
    let next = if rotates {
        secret::new_secret()
    } else {
        Secret::new(token.to_owned())
    };
    let touched = if rotates {
        run!(
            tx,
            "update refresh_tokens set used_at = $2, last_used_at = $2, sealed_successor = $3
             where digest = $1 and used_at = 0",
            digest,
            now,
            portal.seal(&context(digest), &next)?
        )?
    } else {
        run!(
            tx,
            "update refresh_tokens set last_used_at = $2, expires_at = $3 where digest = $1 and used_at = 0",
            digest,
            now,
            row.expiry_after_use(now)
        )?
    };
    if touched == 0 {
        // Another worker of the same client was faster: both get the same.
        return match find(tx, digest).await? {
            Some(row) => current_successor(portal, tx, digest, &row).await,
            None => Ok(None),
        };
    }
    if rotates {
        keep(portal, tx, row.grant_id, &next).await?;
    }
    Ok(Some(next))
}

/// The successor of a rotated token, for [`GRACE`] and as long as nobody has used that successor.
async fn current_successor(portal: &Portal, tx: &mut Transaction, digest: &[u8], row: &Row) -> Result<Option<Secret>> {
    let Some(sealed) = &row.sealed_successor else {
        return Ok(None);
    };
    if row.used_at.after(GRACE) <= portal.now() {
        return Ok(None);
    }
    let successor = portal.unseal(&context(digest), sealed)?;
    let unused = fetch_optional!(
        tx,
        (OauthGrantId,),
        "select grant_id from refresh_tokens where digest = $1 and used_at = 0 and last_used_at is null",
        secret::digest(successor.expose().as_bytes())
    )?;
    Ok(unused.map(|_| successor))
}

/// Revokes everything that one permission gave. The caller announces it.
pub(crate) async fn end_grant(portal: &Portal, tx: &mut Transaction, grant: OauthGrantId) -> Result<u64> {
    Ok(run!(
        tx,
        "update oauth_grants set revoked_at = $2 where id = $1 and revoked_at = 0",
        grant,
        portal.now()
    )?)
}

/// The grant of a refresh token, if it is the client's.
pub(crate) async fn grant_of(tx: &mut Transaction, client: &Client, token: &str) -> Result<Option<OauthGrantId>> {
    let row = find(tx, &secret::digest(token.as_bytes())).await?;
    Ok(row.filter(|row| row.app_id == client.id).map(|row| row.grant_id))
}

/// A refresh token that its client may use now.
pub(crate) struct Live {
    pub user: UserId,
    pub scopes: Scopes,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Finds a live refresh token of the client. One that was rotated is not live, even while it answers its successor.
pub(crate) async fn find_live(
    portal: &Portal,
    db: &mut impl Connection,
    client: &Client,
    token: &str,
) -> Result<Option<Live>> {
    let row = find(db, &secret::digest(token.as_bytes())).await?;
    let row = row.filter(|row| {
        row.app_id == client.id && row.revoked_at.0 == 0 && row.expires_at > portal.now() && row.used_at.0 == 0
    });
    row.map(|row| {
        Ok(Live {
            user: row.user_id,
            scopes: read_scopes(&row.scopes)?,
            issued_at: row.created_at,
            expires_at: row.expires_at,
        })
    })
    .transpose()
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
