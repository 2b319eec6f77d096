//! Issues and exchanges refresh tokens (RFC 6749 §6).
//!
//! The refresh token of a confidential app, which is bound to the client secret (RFC 9700 §2.2.2), rotates only if the
//! app asks for rotation; that of a public client always rotates (RFC 9700 §4.14.2).
//!
//! A rotated token returns the same successor for [`REUSE_GRACE_PERIOD`], until that successor is used, so that a
//! client whose response was lost, or two workers that refresh at once, aren't signed out. A later use means that the
//! token was copied, and the whole grant is revoked. This applies to every token that has a successor, even if the app
//! no longer rotates.

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::{self, Secret};
use crate::database::{AsExecutor, Transaction, execute, fetch_optional};
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::oauth2::access_tokens::{self, NewAccessToken};
use crate::oauth2::oauth_apps::{parse_grant, parse_scopes};
use crate::oauth2::{Client, IssuedTokens, Policy, RequestError};
use domain::ids::{OauthAppId, OauthGrantId, UserId};
use domain::oauth2::oauth_apps::{Grant, REFRESH_TOKEN_IDLE_DAYS, REFRESH_TOKEN_LIFETIME_DAYS};
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Oauth2Error, Parameters};
use domain::time::Timestamp;
use std::fmt::Write;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long a refresh token is valid without being used.
const IDLE_LIFETIME: Duration = DAY.saturating_mul(REFRESH_TOKEN_IDLE_DAYS);

/// How long a refresh token is valid however often it is used.
const ABSOLUTE_LIFETIME: Duration = DAY.saturating_mul(REFRESH_TOKEN_LIFETIME_DAYS);

/// How long a rotated token returns the same successor.
const REUSE_GRACE_PERIOD: Duration = Duration::from_secs(30);

#[derive(sqlx::FromRow)]
struct Row {
    grant_id: OauthGrantId,
    app_id: OauthAppId,
    user_id: UserId,
    scopes: String,
    revoked_at: Option<Timestamp>,
    created_at: Timestamp,
    expires_at: Timestamp,
    /// When it was rotated.
    used_at: Option<Timestamp>,
    encrypted_successor: Option<Vec<u8>>,
    grant_code: String,
    rotate_refresh_tokens: bool,
}

impl Row {
    /// Returns when the token expires if it is used now without rotating.
    fn expiry_after_use(&self, now: Timestamp) -> Timestamp {
        now.after(IDLE_LIFETIME).min(self.created_at.after(ABSOLUTE_LIFETIME))
    }
}

/// Inserts a refresh token in the caller's transaction.
pub(crate) async fn insert(portal: &Portal, tx: &mut Transaction, grant: OauthGrantId) -> Result<Secret> {
    let token = secret::new_secret();
    store(portal, tx, grant, &token).await?;
    Ok(token)
}

async fn store(portal: &Portal, tx: &mut Transaction, grant: OauthGrantId, token: &Secret) -> Result<()> {
    let now = portal.now();
    execute!(
        tx,
        "insert into refresh_tokens (digest, grant_id, created_at, expires_at) values ($1, $2, $3, $4)",
        secret::digest(token.expose().as_bytes()),
        grant,
        now,
        now.after(IDLE_LIFETIME)
    )?;
    Ok(())
}

async fn find(db: &mut impl AsExecutor, digest: &[u8]) -> Result<Option<Row>> {
    Ok(fetch_optional!(
        db,
        Row,
        "select r.grant_id, g.app_id, g.user_id, g.scopes, g.revoked_at, r.created_at,
                r.expires_at, r.used_at, r.encrypted_successor, a.grant_code, a.rotate_refresh_tokens
         from refresh_tokens r join oauth_grants g on g.id = r.grant_id join oauth_apps a on a.id = g.app_id
         where r.digest = $1",
        digest
    )?)
}

/// Exchanges a refresh token for an access token and the refresh token to use next, which may be the same. The refresh
/// token is always returned: some clients overwrite theirs with the response's, others keep the first one.
pub(crate) async fn exchange(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    parameters: &Parameters<'_>,
) -> Result<IssuedTokens, RequestError> {
    let token = parameters.require("refresh_token")?;
    let requested = parameters.get("scope")?;
    let digest = secret::digest(token.as_bytes());
    let invalid = || Oauth2Error::new(ErrorCode::InvalidGrant, "The refresh token is invalid.");
    let now = portal.now();
    let mut tx = portal.begin().await?;
    let row = find(&mut tx, &digest).await?;
    let row = row
        .filter(|row| row.app_id == client.id && row.revoked_at.is_none() && row.expires_at > now)
        .ok_or_else(invalid)?;
    let actor = Actor::load(&mut tx, row.user_id, AuthMethod::AccessToken(client.id)).await?;
    let actor = actor.ok_or_else(invalid)?;
    let allowed = parse_scopes(&row.scopes)?
        .intersection(client.scopes)
        .allowed_by(actor.rights());
    if !allowed.has(Scope::Offline) {
        return Err(Oauth2Error::new(ErrorCode::InvalidGrant, "The app may no longer use refresh tokens.").into());
    }
    let scopes = match requested {
        Some(requested) => Scopes::parse_known(requested).intersection(allowed),
        None => allowed,
    };
    if scopes.is_empty() {
        return Err(Oauth2Error::new(ErrorCode::InvalidScope, "None of the requested scopes were granted.").into());
    }
    let next = match next_token(portal, &mut tx, token, &digest, &row).await? {
        Some(next) => next,
        None => {
            // The token was copied.
            revoke_grant(portal, &mut tx, row.grant_id).await?;
            portal.commit_change(tx, client.account).await?;
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
    execute!(
        &mut tx,
        "update oauth_consents set last_used_at = $3 where user_id = $1 and app_id = $2",
        row.user_id,
        client.id,
        now
    )?;
    tx.commit().await?;
    client.record_use(portal).await;
    Ok(IssuedTokens {
        access_token,
        refresh_token: Some(next),
        scopes,
    })
}

/// Returns the refresh token to use next: the same one, a new successor, or its existing successor. Returns `None` if
/// the use counts as reuse. Whether the app rotates is read in the transaction, so that all nodes agree.
async fn next_token(
    portal: &Portal,
    tx: &mut Transaction,
    token: &str,
    digest: &[u8],
    row: &Row,
) -> Result<Option<Secret>> {
    let now = portal.now();
    if row.used_at.is_some() {
        return current_successor(portal, tx, digest, row).await;
    }
    let rotates = row.rotate_refresh_tokens || parse_grant(&row.grant_code)? == Grant::Public;
    let next = if rotates {
        secret::new_secret()
    } else {
        Secret::new(token.to_owned())
    };
    let updated = if rotates {
        execute!(
            tx,
            "update refresh_tokens set used_at = $2, last_used_at = $2, encrypted_successor = $3
             where digest = $1 and used_at is null",
            digest,
            now,
            portal.encrypt(&context(digest), &next)?
        )?
    } else {
        execute!(
            tx,
            "update refresh_tokens set last_used_at = $2, expires_at = $3 where digest = $1 and used_at is null",
            digest,
            now,
            row.expiry_after_use(now)
        )?
    };
    if updated == 0 {
        // Another worker of the same client was first. Both get the same successor.
        return match find(tx, digest).await? {
            Some(row) => current_successor(portal, tx, digest, &row).await,
            None => Ok(None),
        };
    }
    if rotates {
        store(portal, tx, row.grant_id, &next).await?;
    }
    Ok(Some(next))
}

/// Returns the successor of a rotated token within [`REUSE_GRACE_PERIOD`], as long as the successor is unused.
async fn current_successor(portal: &Portal, tx: &mut Transaction, digest: &[u8], row: &Row) -> Result<Option<Secret>> {
    let (Some(encrypted), Some(used_at)) = (&row.encrypted_successor, row.used_at) else {
        return Ok(None);
    };
    if used_at.after(REUSE_GRACE_PERIOD) <= portal.now() {
        return Ok(None);
    }
    let successor = portal.decrypt(&context(digest), encrypted)?;
    let unused = fetch_optional!(
        tx,
        (OauthGrantId,),
        "select grant_id from refresh_tokens where digest = $1 and used_at is null and last_used_at is null",
        secret::digest(successor.expose().as_bytes())
    )?;
    Ok(unused.map(|_| successor))
}

/// Revokes a grant with all its tokens. The caller invalidates the caches.
pub(crate) async fn revoke_grant(portal: &Portal, tx: &mut Transaction, grant: OauthGrantId) -> Result<u64> {
    Ok(execute!(
        tx,
        "update oauth_grants set revoked_at = $2 where id = $1 and revoked_at is null",
        grant,
        portal.now()
    )?)
}

/// Returns the grant of a refresh token, if the token was issued to the client.
pub(crate) async fn grant_of(tx: &mut Transaction, client: &Client, token: &str) -> Result<Option<OauthGrantId>> {
    let row = find(tx, &secret::digest(token.as_bytes())).await?;
    Ok(row.filter(|row| row.app_id == client.id).map(|row| row.grant_id))
}

/// Holds a refresh token that can be used now.
pub(crate) struct ActiveRefreshToken {
    pub user: UserId,
    pub scopes: Scopes,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Finds an active refresh token of the client. A rotated token isn't active, even while it returns its successor.
pub(crate) async fn find_active(
    portal: &Portal,
    db: &mut impl AsExecutor,
    client: &Client,
    token: &str,
) -> Result<Option<ActiveRefreshToken>> {
    let row = find(db, &secret::digest(token.as_bytes())).await?;
    let row = row.filter(|row| {
        row.app_id == client.id && row.revoked_at.is_none() && row.expires_at > portal.now() && row.used_at.is_none()
    });
    row.map(|row| {
        Ok(ActiveRefreshToken {
            user: row.user_id,
            scopes: parse_scopes(&row.scopes)?,
            issued_at: row.created_at,
            expires_at: row.expires_at,
        })
    })
    .transpose()
}

/// Deletes successors past the grace period, expired tokens, and grants without tokens.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    let now = portal.now();
    execute!(
        tx,
        "update refresh_tokens set encrypted_successor = null
         where encrypted_successor is not null and used_at <= $1",
        portal.now_minus(REUSE_GRACE_PERIOD)
    )?;
    execute!(tx, "delete from refresh_tokens where expires_at <= $1", now)?;
    execute!(
        tx,
        "delete from oauth_grants where created_at <= $1
           and not exists (select 1 from refresh_tokens r where r.grant_id = oauth_grants.id)
           and not exists (select 1 from access_tokens t where t.grant_id = oauth_grants.id)
           and not exists (select 1 from authorization_codes c where c.grant_id = oauth_grants.id)",
        portal.now_minus(access_tokens::ACCESS_TOKEN_LIFETIME)
    )?;
    Ok(())
}

/// The successors of rotated refresh tokens.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "refresh_tokens",
    key: "digest",
    value: "encrypted_successor",
    context: RowContext::Bytes(context),
};

/// Returns the encryption context (associated data) of a successor.
fn context(digest: &[u8]) -> String {
    let mut context = "refresh_tokens/".to_owned();
    for byte in digest {
        // Writing to a `String` can't fail.
        let _ = write!(context, "{byte:02x}");
    }
    context
}
