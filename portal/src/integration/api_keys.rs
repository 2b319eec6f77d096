//! Manages the API keys that an account's connectors authenticate with. Every account has one; during a rotation, two
//! are active.

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::{self, Secret};
use crate::database::{AsExecutor, Transaction, execute, fetch_all, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::cache::CacheDefinition;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::infra::throttle::LastUsed;
use crate::integration::settings::authorize;
use domain::ids::{AccountId, ApiKeyId, UserId};
use domain::integration::api_keys::{ApiKey, ApiKeys, Overlap};
use domain::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// The interval at which a key's last use is recorded at most once.
const LAST_USED_INTERVAL: Duration = Duration::from_secs(60);

/// Identifies an active key that a connector authenticated with.
#[derive(Debug)]
pub struct AuthenticatedKey {
    pub(crate) account: AccountId,
    pub(crate) id: ApiKeyId,
    ends_at: Option<Timestamp>,
    last_used: LastUsed,
}

/// The API keys.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "api_keys",
    key: "id",
    value: "encrypted_key",
    context: RowContext::Id(|id| context(ApiKeyId(id))),
};

/// Returns the encryption context (associated data) of a key.
fn context(id: ApiKeyId) -> String {
    format!("api_keys/{id}")
}

/// Inserts a new key for an account in the caller's transaction.
pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    account: AccountId,
    by: Option<UserId>,
) -> Result<()> {
    let id = ApiKeyId(portal.new_id());
    let key = secret::new_secret();
    execute!(
        tx,
        "insert into api_keys (id, account_id, digest, encrypted_key, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        account,
        secret::digest(key.expose().as_bytes()),
        portal.encrypt(&context(id), &key)?,
        by,
        portal.now()
    )?;
    Ok(())
}

/// Creates a key for each account that has none, as in databases from before keys were introduced.
pub(crate) async fn ensure(portal: &Portal) -> Result<()> {
    const ACCOUNTS_WITHOUT_KEY: &str = "select id from accounts a
         where not exists (select 1 from api_keys k where k.account_id = a.id and k.ends_at is null)";
    let mut db = portal.read().await?;
    if fetch_all!(&mut db, (AccountId,), ACCOUNTS_WITHOUT_KEY)?.is_empty() {
        return Ok(());
    }
    drop(db);
    let mut tx = portal.begin().await?;
    tx.lock(crate::database::Lock::Setup).await?;
    for (account,) in fetch_all!(&mut tx, (AccountId,), ACCOUNTS_WITHOUT_KEY)? {
        insert(portal, &mut tx, account, None).await?;
    }
    tx.commit().await
}

/// Returns the account's keys without the secrets.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn get(portal: &Portal, actor: &Actor) -> Result<ApiKeys> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: ApiKeyId,
        created_at: Timestamp,
        created_by: Option<String>,
        ends_at: Option<Timestamp>,
        last_used_at: Option<Timestamp>,
        last_used_by: Option<String>,
    }
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select k.id, k.created_at, u.name as created_by, k.ends_at, k.last_used_at, k.last_used_by
         from api_keys k left join users u on u.id = k.created_by
         where k.account_id = $1 and (k.ends_at is null or k.ends_at > $2) order by k.ends_at nulls first",
        account,
        portal.now()
    )?;
    let mut keys = rows.into_iter().map(|row| ApiKey {
        id: row.id,
        created_at: row.created_at,
        created_by: row.created_by,
        ends_at: row.ends_at,
        last_used_at: row.last_used_at,
        last_used_by: row.last_used_by.unwrap_or_default(),
    });
    // The key without an end sorts first.
    let current = keys.next().filter(|key| key.ends_at.is_none());
    Ok(ApiKeys {
        current: current.ok_or_else(|| Error::internal("an account has no API key"))?,
        previous: keys.next(),
    })
}

/// Returns the current key.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn show(portal: &Portal, actor: &Actor) -> Result<Secret> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (ApiKeyId, Vec<u8>),
        "select id, encrypted_key from api_keys where account_id = $1 and ends_at is null",
        account
    )?;
    let (id, encrypted) = row.ok_or(Error::NotFound("API key"))?;
    portal.decrypt(&context(id), &encrypted)
}

/// Creates a new key. The current one remains active for the overlap.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::Conflict`] while the previous key is still active, or if
/// `current` is no longer the current key.
pub async fn rotate(portal: &Portal, actor: &Actor, current: ApiKeyId, overlap: Overlap) -> Result<()> {
    let account = authorize(actor)?;
    let now = portal.now();
    let mut change = portal.begin_change(actor).await?;
    let previous = fetch_optional!(
        &mut change,
        (ApiKeyId,),
        "select id from api_keys where account_id = $1 and ends_at > $2",
        account,
        now
    )?;
    if previous.is_some() {
        let message = "The previous key is still active. Revoke it first: at most two keys can be active.";
        return Err(Error::Conflict(message.to_owned()));
    }
    // An end at the current time takes effect immediately.
    let updated = execute!(
        &mut change,
        "update api_keys set ends_at = $3 where id = $1 and account_id = $2 and ends_at is null",
        current,
        account,
        now.after(overlap.duration())
    )?;
    if updated == 0 {
        return Err(Error::Conflict("Someone else has just rotated the key.".to_owned()));
    }
    insert(portal, &mut change, account, actor.user_id()).await?;
    change.commit(AuditEvent::ApiKeyRotated { overlap }).await
}

/// Revokes the previous key immediately.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::NotFound`] if there is none.
pub async fn revoke_previous(portal: &Portal, actor: &Actor) -> Result<()> {
    let account = authorize(actor)?;
    let mut change = portal.begin_change(actor).await?;
    let updated = execute!(
        &mut change,
        "update api_keys set ends_at = $2 where account_id = $1 and ends_at > $2",
        account,
        portal.now()
    )?;
    if updated == 0 {
        return Err(Error::NotFound("key"));
    }
    change.commit(AuditEvent::ApiKeyRevoked {}).await
}

/// Caches API keys by their digest.
pub(crate) struct ApiKeyCache;

impl CacheDefinition for ApiKeyCache {
    type Key = Vec<u8>;
    type Value = AuthenticatedKey;
}

/// Authenticates a connector by its key. Returns `None` if the key isn't active.
///
/// # Errors
/// Returns the database's errors.
pub async fn authenticate(portal: &Portal, key: &str) -> Result<Option<Arc<AuthenticatedKey>>> {
    let digest = secret::digest(key.as_bytes());
    let cache = portal.cache::<ApiKeyCache>();
    let began = cache.begin_read();
    let now = portal.now();
    let key = match cache.get(&digest) {
        Some(key) => Some(key),
        None => {
            let key = Box::pin(load(portal, &digest)).await?;
            key.map(|key| cache.insert(began, key.account, digest, key))
        }
    };
    Ok(key.filter(|key| key.is_active(now)))
}

async fn load(portal: &Portal, digest: &[u8]) -> Result<Option<AuthenticatedKey>> {
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (AccountId, ApiKeyId, Option<Timestamp>, Option<Timestamp>),
        "select account_id, id, ends_at, last_used_at from api_keys where digest = $1",
        digest
    )?;
    Ok(row.map(|(account, id, ends_at, last_used_at)| AuthenticatedKey {
        account,
        id,
        ends_at,
        last_used: LastUsed::new(last_used_at),
    }))
}

impl AuthenticatedKey {
    /// Returns whether the key is active.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|ends_at| ends_at > now)
    }

    /// Records that the key was used and by which implementation, at most once per [`LAST_USED_INTERVAL`].
    pub(crate) async fn record_use(&self, portal: &Portal, by: &str) {
        let now = portal.now();
        if self.last_used.should_record(now, LAST_USED_INTERVAL) {
            let record_use = update_last_used(portal.clone(), self.id, now, by.to_owned());
            Box::pin(portal.background_writer().write("API key use", record_use)).await;
        }
    }
}

async fn update_last_used(portal: Portal, id: ApiKeyId, now: Timestamp, by: String) -> Result<()> {
    let mut tx = portal.begin_relaxed().await?;
    execute!(
        &mut tx,
        "update api_keys set last_used_at = $2, last_used_by = $3
         where id = $1 and (last_used_at is null or last_used_at < $2)",
        id,
        now,
        by
    )?;
    tx.commit().await
}

/// Returns the account's keys with their ends; `None` for the current one.
pub(crate) async fn active_keys(
    db: &mut impl AsExecutor,
    account: AccountId,
) -> Result<Vec<(ApiKeyId, Option<Timestamp>)>> {
    Ok(fetch_all!(
        db,
        (ApiKeyId, Option<Timestamp>),
        "select id, ends_at from api_keys where account_id = $1",
        account
    )?)
}

/// Deletes expired keys.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(tx, "delete from api_keys where ends_at <= $1", portal.now())?;
    Ok(())
}
