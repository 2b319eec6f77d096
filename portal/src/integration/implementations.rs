//! Manages implementations: the CMS instances that have used the connector API.

use crate::database::{AsExecutor, execute, fetch_all, fetch_one, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::cache::CacheDefinition;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::infra::throttle::LastUsed;
use crate::integration::settings::authorize;
use domain::fields::{self, FieldErrors};
use domain::ids::{AccountId, ImplementationId};
use domain::integration::implementations::{Connector, Implementation};
use domain::time::Timestamp;
use quick_cache::Equivalent;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The interval at which an implementation's last request is recorded at most once.
const LAST_SEEN_INTERVAL: Duration = Duration::from_secs(60);

/// What is recorded, for the log.
const LOG_SUBJECT: &str = "implementation last seen";

/// The maximum number of implementations of an account, because anyone with the API key could report any number.
const MAX_IMPLEMENTATIONS: i64 = 500;

/// The cached revision of an implementation that hasn't received any yet.
const NO_REVISION: i64 = -1;

/// Holds a cached implementation, for recording its requests.
#[derive(Debug)]
pub(crate) struct SeenImplementation {
    /// `None` if the account already has the maximum number.
    id: Option<ImplementationId>,
    last_seen: LastUsed,
    revision: AtomicI64,
}

/// Lists the account's implementations, most recently seen first.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<Implementation>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: ImplementationId,
        name: Option<String>,
        kind: String,
        version: String,
        instance: String,
        environment: String,
        first_seen_at: Timestamp,
        last_seen_at: Timestamp,
        revision: Option<i64>,
    }
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select id, name, kind, version, instance, environment, first_seen_at, last_seen_at, revision
         from implementations where account_id = $1 order by last_seen_at desc, id",
        account
    )?;
    let read = |row: Row| Implementation {
        id: row.id,
        name: row.name.unwrap_or_default(),
        connector: Connector {
            kind: row.kind,
            version: row.version,
            instance: row.instance,
            environment: row.environment,
        },
        first_seen_at: row.first_seen_at,
        last_seen_at: row.last_seen_at,
        revision: row.revision,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Sets an implementation's display name. An empty name resets it to the reported one.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::Invalid`] for a name that is too long, [`Error::NotFound`]
/// if the account has no such implementation.
pub async fn rename(portal: &Portal, actor: &Actor, id: ImplementationId, name: &str) -> Result<()> {
    let account = authorize(actor)?;
    let mut errors = FieldErrors::default();
    let name = match name.trim() {
        "" => String::new(),
        name => fields::validate_name("name", name, &mut errors),
    };
    let name = errors.into_result(name)?;
    let mut change = portal.begin_change(actor).await?;
    let updated = execute!(
        &mut change,
        "update implementations set name = $3 where id = $1 and account_id = $2",
        id,
        account,
        Some(name.as_str()).filter(|name| !name.is_empty())
    )?;
    if updated == 0 {
        return Err(Error::NotFound("implementation"));
    }
    change.commit(AuditEvent::ImplementationRenamed { id, name }).await
}

/// Removes an implementation. It reappears when it is seen again.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::NotFound`] if the account has no such implementation.
pub async fn remove(portal: &Portal, actor: &Actor, id: ImplementationId) -> Result<()> {
    let account = authorize(actor)?;
    let mut change = portal.begin_change(actor).await?;
    let row = fetch_optional!(
        &mut change,
        (String, String),
        "select kind, instance from implementations where id = $1 and account_id = $2",
        id,
        account
    )?;
    let (kind, instance) = row.ok_or(Error::NotFound("implementation"))?;
    execute!(&mut change, "delete from implementations where id = $1", id)?;
    change
        .commit(AuditEvent::ImplementationRemoved { id, kind, instance })
        .await
}

/// Caches the implementations that are recorded.
pub(crate) struct ImplementationCache;

impl CacheDefinition for ImplementationCache {
    type Key = (AccountId, Connector);
    type Value = SeenImplementation;
}

/// Borrows the key of a cached implementation.
#[derive(Hash)]
struct ImplementationKey<'a>(AccountId, &'a Connector);

impl Equivalent<(AccountId, Connector)> for ImplementationKey<'_> {
    fn equivalent(&self, (account, connector): &(AccountId, Connector)) -> bool {
        self.0 == *account && self.1 == connector
    }
}

/// Records that an implementation was seen, at most once a minute, and immediately which revision it has received.
pub(crate) async fn record_seen(portal: &Portal, account: AccountId, connector: &Connector, revision: Option<i64>) {
    let cache = portal.cache::<ImplementationCache>();
    let began = cache.begin_read();
    let known = match cache.get(&ImplementationKey(account, connector)) {
        Some(known) => known,
        None => {
            let found = find_or_insert(portal.clone(), account, connector.clone());
            let Some(known) = Box::pin(portal.background_writer().write(LOG_SUBJECT, found)).await else {
                return;
            };
            cache.insert(began, account, (account, connector.clone()), known)
        }
    };
    let Some(id) = known.id else { return };
    let now = portal.now();
    let is_new = revision.is_some_and(|revision| known.revision.swap(revision, Ordering::Relaxed) != revision);
    if known.last_seen.should_record(now, LAST_SEEN_INTERVAL) || is_new {
        let revision = known.revision.load(Ordering::Relaxed);
        let update = update_last_seen(portal.clone(), id, connector.clone(), revision);
        Box::pin(portal.background_writer().write(LOG_SUBJECT, update)).await;
    }
}

async fn update_last_seen(portal: Portal, id: ImplementationId, connector: Connector, revision: i64) -> Result<()> {
    let mut tx = portal.begin_relaxed().await?;
    execute!(
        &mut tx,
        "update implementations set last_seen_at = $2, version = $3, environment = $4, revision = $5 where id = $1",
        id,
        portal.now(),
        &connector.version,
        &connector.environment,
        (revision != NO_REVISION).then_some(revision)
    )?;
    tx.commit().await
}

/// Loads or inserts a connector's implementation. One that reports changed details is recorded immediately.
async fn find_or_insert(portal: Portal, account: AccountId, connector: Connector) -> Result<SeenImplementation> {
    let mut db = portal.read().await?;
    if let Some(known) = find(&mut db, account, &connector).await? {
        return Ok(known);
    }
    drop(db);
    let mut tx = portal.begin_relaxed().await?;
    let (count,) = fetch_one!(
        &mut tx,
        (i64,),
        "select count(*) from implementations where account_id = $1",
        account
    )?;
    if count < MAX_IMPLEMENTATIONS {
        execute!(
            &mut tx,
            "insert into implementations
                 (id, account_id, kind, instance, version, environment, first_seen_at, last_seen_at)
             values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict do nothing",
            ImplementationId(portal.new_id()),
            account,
            &connector.kind,
            &connector.instance,
            &connector.version,
            &connector.environment,
            portal.now()
        )?;
    }
    let known = find(&mut tx, account, &connector).await?;
    tx.commit().await?;
    Ok(known.unwrap_or(SeenImplementation {
        id: None,
        last_seen: LastUsed::new(portal.now()),
        revision: AtomicI64::new(NO_REVISION),
    }))
}

async fn find(
    db: &mut impl AsExecutor,
    account: AccountId,
    connector: &Connector,
) -> Result<Option<SeenImplementation>> {
    let row = fetch_optional!(
        db,
        (ImplementationId, String, String, Timestamp, Option<i64>),
        "select id, version, environment, last_seen_at, revision from implementations
         where account_id = $1 and kind = $2 and instance = $3",
        account,
        &connector.kind,
        &connector.instance
    )?;
    Ok(row.map(|(id, version, environment, last_seen_at, revision)| {
        let is_same = version == connector.version && environment == connector.environment;
        SeenImplementation {
            id: Some(id),
            last_seen: LastUsed::new(is_same.then_some(last_seen_at)),
            revision: AtomicI64::new(revision.unwrap_or(NO_REVISION)),
        }
    }))
}
