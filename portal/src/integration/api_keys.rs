//! The key that an account's connectors prove themselves with. One comes with the account; while it is replaced, two work.

use crate::auth::actor::Actor;
use crate::crypto::secret::{self, Secret};
use crate::database::{Connection, Transaction, fetch_all, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::infra::throttle::LastNoted;
use crate::integration::settings::account;
use domain::ids::{AccountId, ApiKeyId, UserId};
use domain::integration::api_keys::{ApiKey, ApiKeys, Overlap};
use domain::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// How exactly the last use of a key is kept.
const USE: Duration = Duration::from_secs(60);

/// A key that a connector has proved itself with.
#[derive(Debug)]
pub struct Connected {
    pub(crate) account: AccountId,
    pub(crate) key: ApiKeyId,
    ends_at: Timestamp,
    last_noted: LastNoted,
}

/// What a key is sealed for.
pub(crate) fn context(id: ApiKeyId) -> String {
    format!("api_keys/{id}")
}

/// Gives an account its key, in the caller's transaction.
pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    account: AccountId,
    by: Option<UserId>,
) -> Result<()> {
    let id = ApiKeyId(portal.new_id());
    let key = secret::new_secret();
    run!(
        tx,
        "insert into api_keys (id, account_id, digest, sealed, created_by, created_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        account,
        secret::digest(key.expose().as_bytes()),
        portal.seal(&context(id), &key)?,
        by,
        portal.now()
    )?;
    Ok(())
}

/// Gives a key to each account that was made before there were any.
pub(crate) async fn ensure(portal: &Portal) -> Result<()> {
    const WITHOUT: &str = "select id from accounts a
         where not exists (select 1 from api_keys k where k.account_id = a.id and k.ends_at = 0)";
    let mut db = portal.read().await?;
    if fetch_all!(&mut db, (AccountId,), WITHOUT)?.is_empty() {
        return Ok(());
    }
    drop(db);
    let mut tx = portal.begin().await?;
    tx.lock(crate::database::Lock::Setup).await?;
    for (account,) in fetch_all!(&mut tx, (AccountId,), WITHOUT)? {
        insert(portal, &mut tx, account, None).await?;
    }
    tx.commit().await
}

/// The account's keys, without what is secret.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn get(portal: &Portal, actor: &Actor) -> Result<ApiKeys> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: ApiKeyId,
        created_at: Timestamp,
        created_by: Option<String>,
        ends_at: Timestamp,
        last_used_at: Timestamp,
        last_used_by: String,
    }
    let account = account(actor)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select k.id, k.created_at, u.name as created_by, k.ends_at, k.last_used_at, k.last_used_by
         from api_keys k left join users u on u.id = k.created_by
         where k.account_id = $1 and (k.ends_at = 0 or k.ends_at > $2) order by k.ends_at",
        account,
        portal.now()
    )?;
    let mut keys = rows.into_iter().map(|row| ApiKey {
        id: row.id,
        created_at: row.created_at,
        created_by: row.created_by,
        ends_at: (row.ends_at.0 > 0).then_some(row.ends_at),
        last_used_at: (row.last_used_at.0 > 0).then_some(row.last_used_at),
        last_used_by: row.last_used_by,
    });
    // The one without an end sorts first.
    let current = keys.next().filter(|key| key.ends_at.is_none());
    Ok(ApiKeys {
        current: current.ok_or_else(|| Error::internal("an account without an API key"))?,
        previous: keys.next(),
    })
}

/// The key that connectors are given.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn show(portal: &Portal, actor: &Actor) -> Result<Secret> {
    let account = account(actor)?;
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (ApiKeyId, Vec<u8>),
        "select id, sealed from api_keys where account_id = $1 and ends_at = 0",
        account
    )?;
    let (id, sealed) = row.ok_or(Error::NotFound("API key"))?;
    portal.unseal(&context(id), &sealed)
}

/// Puts a new key in the place of the current one, which still works for a while.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::Conflict`] while the key before still works, or where
/// `current` is the current one no longer.
pub async fn rotate(portal: &Portal, actor: &Actor, current: ApiKeyId, overlap: Overlap) -> Result<()> {
    let account = account(actor)?;
    let now = portal.now();
    let mut tx = portal.begin().await?;
    let older = fetch_optional!(
        &mut tx,
        (ApiKeyId,),
        "select id from api_keys where account_id = $1 and ends_at > $2",
        account,
        now
    )?;
    if older.is_some() {
        let sentence = "The key before still works. End it first: at most two keys work at a time.";
        return Err(Error::Conflict(sentence.to_owned()));
    }
    // An end that is now is over at once.
    let touched = run!(
        &mut tx,
        "update api_keys set ends_at = $3 where id = $1 and account_id = $2 and ends_at = 0",
        current,
        account,
        now.after(overlap.duration())
    )?;
    if touched == 0 {
        return Err(Error::Conflict("Somebody else has just rotated the key.".to_owned()));
    }
    insert(portal, &mut tx, account, actor.user_id()).await?;
    let detail = format!("the key before works {}", overlap.label());
    finish(portal, tx, actor, "api-key.rotate", &detail).await
}

/// Ends the key before at once.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::NotFound`] where there is none.
pub async fn end_previous(portal: &Portal, actor: &Actor) -> Result<()> {
    let account = account(actor)?;
    let mut tx = portal.begin().await?;
    let touched = run!(
        &mut tx,
        "update api_keys set ends_at = $2 where account_id = $1 and ends_at > $2",
        account,
        portal.now()
    )?;
    if touched == 0 {
        return Err(Error::NotFound("key"));
    }
    finish(portal, tx, actor, "api-key.end", "the key before").await
}

async fn finish(portal: &Portal, mut tx: Transaction, actor: &Actor, action: &'static str, detail: &str) -> Result<()> {
    let change = Change {
        action,
        subject: None,
        detail,
    };
    audit::record(portal, &mut tx, actor, change).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// The account that a key belongs to, if it works.
///
/// # Errors
/// Those of the database.
pub async fn authenticate(portal: &Portal, key: &str) -> Result<Option<Arc<Connected>>> {
    let digest = secret::digest(key.as_bytes());
    let caches = portal.caches();
    let generation = caches.generation();
    let now = portal.now();
    let connected = match caches.api_keys.get(generation, &digest) {
        Some(connected) => Some(connected),
        None => {
            let connected = Box::pin(load(portal, &digest)).await?;
            connected.map(|connected| caches.api_keys.put(generation, digest, connected))
        }
    };
    Ok(connected.filter(|connected| connected.works(now)))
}

async fn load(portal: &Portal, digest: &[u8]) -> Result<Option<Connected>> {
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (AccountId, ApiKeyId, Timestamp, Timestamp),
        "select account_id, id, ends_at, last_used_at from api_keys where digest = $1",
        digest
    )?;
    Ok(row.map(|(account, key, ends_at, last_used_at)| Connected {
        account,
        key,
        ends_at,
        last_noted: LastNoted::new(last_used_at),
    }))
}

impl Connected {
    /// Whether the key still works.
    #[must_use]
    pub fn works(&self, now: Timestamp) -> bool {
        self.ends_at.0 == 0 || self.ends_at > now
    }

    /// Writes down that the key was used, and by which implementation, once in a while.
    pub(crate) async fn note_use(&self, portal: &Portal, by: &str) {
        let now = portal.now();
        if self.last_noted.is_due(now, USE) {
            let note = write_use(portal.clone(), self.key, now, by.to_owned());
            Box::pin(portal.notes().write("the use of an API key", note)).await;
        }
    }
}

async fn write_use(portal: Portal, key: ApiKeyId, now: Timestamp, by: String) -> Result<()> {
    let mut tx = portal.begin_lightly().await?;
    run!(
        &mut tx,
        "update api_keys set last_used_at = $2, last_used_by = $3 where id = $1 and last_used_at < $2",
        key,
        now,
        by
    )?;
    tx.commit().await
}

/// The account's keys that work now, with their ends; 0 for none.
pub(crate) async fn working(db: &mut impl Connection, account: AccountId) -> Result<Vec<(ApiKeyId, Timestamp)>> {
    Ok(fetch_all!(
        db,
        (ApiKeyId, Timestamp),
        "select id, ends_at from api_keys where account_id = $1",
        account
    )?)
}

/// Deletes keys whose time is over.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(
        tx,
        "delete from api_keys where ends_at > 0 and ends_at <= $1",
        portal.now()
    )?;
    Ok(())
}
