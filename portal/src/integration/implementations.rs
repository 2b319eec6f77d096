//! Implementations: the CMS instances that have been seen through the connector API.

use crate::auth::actor::Actor;
use crate::database::{Connection, fetch_all, fetch_one, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::cache::ImplementationKey;
use crate::infra::error::{Error, Result};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::infra::throttle::LastNoted;
use crate::integration::settings::account;
use domain::fields::{self, FieldErrors};
use domain::ids::{AccountId, ImplementationId};
use domain::integration::implementations::{Connector, Implementation};
use domain::time::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How exactly it is kept when an implementation was last seen.
const SEEN: Duration = Duration::from_secs(60);

/// What is noted, in the words of a log.
const SUBJECT: &str = "that an implementation was seen";

/// The most that an account can have: whoever has the key could name any number.
const MAX: i64 = 500;

/// What an implementation has that has taken no revision yet.
const NONE: i64 = -1;

/// An implementation, as requests are noted for it.
#[derive(Debug)]
pub(crate) struct Known {
    /// None where the account has as many as it can have.
    id: Option<ImplementationId>,
    last_seen: LastNoted,
    taken: AtomicI64,
}

/// All implementations of the account, the last seen first.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<Implementation>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: ImplementationId,
        name: String,
        kind: String,
        version: String,
        instance: String,
        environment: String,
        first_seen_at: Timestamp,
        last_seen_at: Timestamp,
        revision: i64,
    }
    let account = account(actor)?;
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
        name: row.name,
        connector: Connector {
            kind: row.kind,
            version: row.version,
            instance: row.instance,
            environment: row.environment,
        },
        first_seen_at: row.first_seen_at,
        last_seen_at: row.last_seen_at,
        revision: (row.revision != NONE).then_some(row.revision),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Calls an implementation by a name of the account's own; an empty one gives it back its own.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::Invalid`] for a name that is too long,
/// [`Error::NotFound`] where the account has no such implementation.
pub async fn rename(portal: &Portal, actor: &Actor, id: ImplementationId, name: &str) -> Result<()> {
    let account = account(actor)?;
    let mut errors = FieldErrors::default();
    let name = match name.trim() {
        "" => String::new(),
        name => fields::name("name", name, &mut errors),
    };
    let name = errors.or(name)?;
    let mut tx = portal.begin().await?;
    let touched = run!(
        &mut tx,
        "update implementations set name = $3 where id = $1 and account_id = $2",
        id,
        account,
        &name
    )?;
    if touched == 0 {
        return Err(Error::NotFound("implementation"));
    }
    let change = Change {
        action: "implementation.rename",
        subject: Some(id.0),
        detail: &name,
    };
    audit::record(portal, &mut tx, actor, change).await?;
    tx.commit().await
}

/// Forgets an implementation, until it is seen again.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::NotFound`] where the account has no such implementation.
pub async fn forget(portal: &Portal, actor: &Actor, id: ImplementationId) -> Result<()> {
    let account = account(actor)?;
    let mut tx = portal.begin().await?;
    let row = fetch_optional!(
        &mut tx,
        (String, String),
        "select kind, instance from implementations where id = $1 and account_id = $2",
        id,
        account
    )?;
    let (kind, instance) = row.ok_or(Error::NotFound("implementation"))?;
    run!(&mut tx, "delete from implementations where id = $1", id)?;
    let detail = format!("{kind} {instance}");
    let change = Change {
        action: "implementation.forget",
        subject: Some(id.0),
        detail: detail.trim_end(),
    };
    audit::record(portal, &mut tx, actor, change).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// Notes that an implementation was seen, once a minute, and at once which revision it has taken.
pub(crate) async fn note(portal: &Portal, account: AccountId, connector: &Connector, taken: Option<i64>) {
    let caches = portal.caches();
    let generation = caches.generation();
    let known = match caches
        .implementations
        .get(generation, &ImplementationKey(account, connector))
    {
        Some(known) => known,
        None => {
            let found = find_or_insert(portal.clone(), account, connector.clone());
            let Some(known) = Box::pin(portal.notes().write(SUBJECT, found)).await else {
                return;
            };
            caches
                .implementations
                .put(generation, (account, connector.clone()), known)
        }
    };
    let Some(id) = known.id else { return };
    let now = portal.now();
    let is_new = taken.is_some_and(|taken| known.taken.swap(taken, Ordering::Relaxed) != taken);
    if known.last_seen.is_due(now, SEEN) || is_new {
        let taken = known.taken.load(Ordering::Relaxed);
        let written = write(portal.clone(), id, connector.clone(), taken);
        Box::pin(portal.notes().write(SUBJECT, written)).await;
    }
}

async fn write(portal: Portal, id: ImplementationId, connector: Connector, taken: i64) -> Result<()> {
    let mut tx = portal.begin_lightly().await?;
    run!(
        &mut tx,
        "update implementations set last_seen_at = $2, version = $3, environment = $4, revision = $5 where id = $1",
        id,
        portal.now(),
        &connector.version,
        &connector.environment,
        taken
    )?;
    tx.commit().await
}

/// What is kept of a connector. One that says something new of itself is due at once.
async fn find_or_insert(portal: Portal, account: AccountId, connector: Connector) -> Result<Known> {
    let mut db = portal.read().await?;
    if let Some(known) = find(&mut db, account, &connector).await? {
        return Ok(known);
    }
    drop(db);
    let mut tx = portal.begin_lightly().await?;
    let (count,) = fetch_one!(
        &mut tx,
        (i64,),
        "select count(*) from implementations where account_id = $1",
        account
    )?;
    if count < MAX {
        run!(
            &mut tx,
            "insert into implementations
                 (id, account_id, kind, instance, version, environment, first_seen_at, last_seen_at, revision)
             values ($1, $2, $3, $4, $5, $6, $7, $7, $8) on conflict do nothing",
            ImplementationId(portal.new_id()),
            account,
            &connector.kind,
            &connector.instance,
            &connector.version,
            &connector.environment,
            portal.now(),
            NONE
        )?;
    }
    let known = find(&mut tx, account, &connector).await?;
    tx.commit().await?;
    Ok(known.unwrap_or(Known {
        id: None,
        last_seen: LastNoted::new(portal.now()),
        taken: AtomicI64::new(NONE),
    }))
}

async fn find(db: &mut impl Connection, account: AccountId, connector: &Connector) -> Result<Option<Known>> {
    let row = fetch_optional!(
        db,
        (ImplementationId, String, String, Timestamp, i64),
        "select id, version, environment, last_seen_at, revision from implementations
         where account_id = $1 and kind = $2 and instance = $3",
        account,
        &connector.kind,
        &connector.instance
    )?;
    Ok(row.map(|(id, version, environment, last_seen_at, revision)| {
        let is_same = version == connector.version && environment == connector.environment;
        Known {
            id: Some(id),
            last_seen: LastNoted::new(if is_same { last_seen_at } else { Timestamp(0) }),
            taken: AtomicI64::new(revision),
        }
    }))
}
