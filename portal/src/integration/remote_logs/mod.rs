//! What connectors have logged and sent, where the account has switched that on.

mod usage;

use crate::accounts::users::like;
use crate::auth::actor::Actor;
use crate::database::{Transaction, fetch_all, run};
use crate::infra::error::{Error, Result};
use crate::infra::idempotency::{self, Once, Reused};
use crate::infra::portal::Portal;
use crate::integration::connectors::Caller;
use crate::integration::implementations;
use crate::integration::settings;
use domain::fields::{FieldErrors, name_key};
use domain::ids::RemoteLogId;
use domain::integration::remote_logs::{DAYS, Filter, Level, Logs, MAX_BATCH, MAX_SEARCH, Record, RemoteLog, Sent};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// For how long records are kept.
const KEPT: Duration = Duration::from_secs(DAYS * 24 * 3600);

/// How far ahead of the portal's clock a connector's may be before its times are taken for wrong.
const AHEAD: Duration = Duration::from_secs(300);

/// How many records a page has.
const PAGE: i64 = 100;

/// Why a batch was not kept.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Remote logging is off.
    #[error("remote logging is switched off for this account")]
    Off,
    /// The same key came with another batch.
    #[error(transparent)]
    Reused(#[from] Reused),
    /// Something else.
    #[error(transparent)]
    Error(#[from] Error),
}

impl From<FieldErrors> for Refused {
    fn from(errors: FieldErrors) -> Self {
        Self::Error(errors.into())
    }
}

/// What a batch came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// How many records were kept.
    pub accepted: usize,
    /// Those that were not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Rejected>,
}

/// A record that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Keeps the records of a batch that are what they must be, and names the others; those that could not be read come with
/// the reason. A batch that is sent again with its key is not kept again.
///
/// # Errors
/// [`Refused::Off`] unless the account has Enable Remote Logging on, [`Error::Invalid`] for too many records,
/// [`Refused::Reused`] for a key that has come with another batch.
pub async fn accept(
    portal: &Portal,
    caller: &Caller,
    batch: Vec<Result<Sent, String>>,
    once: Option<&Once>,
) -> Result<Accepted, Refused> {
    if let Some(once) = once
        && let Some(accepted) = idempotency::find(portal, caller.account(), once).await??
    {
        return Ok(accepted);
    }
    let published = settings::published(portal, caller.account()).await?;
    if !published.settings.remote_logging {
        return Err(Refused::Off);
    }
    if batch.len() > MAX_BATCH {
        return Err(FieldErrors::one("records", format!("Send at most {MAX_BATCH} records at a time.")).into());
    }
    let mut rejected = Vec::new();
    let mut records = Vec::with_capacity(batch.len());
    for (index, sent) in batch.into_iter().enumerate() {
        let checked = sent.and_then(|sent| sent.checked().map_err(|errors| errors.to_string()));
        match checked {
            Ok(record) => records.push(record),
            Err(reason) => rejected.push(Rejected { index, reason }),
        }
    }
    let accepted = Accepted {
        accepted: records.len(),
        rejected,
    };
    let mut tx = portal.begin_lightly().await?;
    if let Some(once) = once {
        if let Some(accepted) = idempotency::claim(portal, &mut tx, caller.account(), once).await?? {
            return Ok(accepted);
        }
        idempotency::keep(&mut tx, caller.account(), once, &accepted).await?;
    }
    for record in &records {
        insert(portal, &mut tx, caller, record).await?;
    }
    let title = caller.title();
    let bytes = records.iter().map(|record| stored_bytes(record, &title)).sum();
    crate::integration::remote_logs::usage::add(&mut tx, caller.account(), records.len(), bytes).await?;
    tx.commit().await?;
    Ok(accepted)
}

/// How many bytes a record takes in the database, as the database counts them too.
fn stored_bytes(record: &Record, title: &str) -> i64 {
    let texts = record.message.len() + record.message.to_lowercase().len() + title.len();
    i64::try_from(texts).unwrap_or(i64::MAX) + crate::integration::remote_logs::usage::RECORD_OVERHEAD_BYTES
}

async fn insert(portal: &Portal, tx: &mut Transaction, caller: &Caller, record: &Record) -> Result<()> {
    let now = portal.now();
    // A time that lies ahead would stand above everything for as long.
    let at = record.at.filter(|at| *at <= now.after(AHEAD)).unwrap_or(now);
    run!(
        tx,
        "insert into remote_logs (id, account_id, at, received_at, level, implementation, message, message_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        RemoteLogId(portal.new_id()),
        caller.account(),
        at,
        now,
        record.level as i64,
        caller.title(),
        &record.message,
        name_key(&record.message)
    )?;
    Ok(())
}

/// A page of what was received in the last 14 days, the last received first.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn list(portal: &Portal, actor: &Actor, filter: &Filter) -> Result<Logs> {
    let account = settings::account(actor)?;
    let mut db = portal.read().await?;
    let search: String = filter.search.trim().chars().take(MAX_SEARCH).collect();
    let pattern = if search.is_empty() {
        String::new()
    } else {
        format!("%{}%", like(&search))
    };
    let rows = fetch_all!(
        &mut db,
        (RemoteLogId, Timestamp, i64, String, String),
        "select id, at, level, implementation, message from remote_logs
         where account_id = $1 and received_at >= $2 and id < $3 and level >= $4
           and ($5 = '' or implementation = $5)
           and ($6 = '' or message_key like $6 escape '!')
         order by id desc limit $7",
        account,
        portal.ago(KEPT),
        filter.before.unwrap_or(RemoteLogId(uuid::Uuid::max())),
        filter.level.map_or(0, |level| level as i64),
        &filter.implementation,
        pattern,
        PAGE + 1
    )?;
    let more = rows.len() > PAGE as usize;
    let records = rows
        .into_iter()
        .take(PAGE as usize)
        .map(|(id, at, level, implementation, message)| {
            Ok(RemoteLog {
                id,
                at,
                level: read_level(level)?,
                implementation,
                message,
            })
        })
        .collect::<Result<_>>()?;
    drop(db);
    let mut implementations: Vec<String> = implementations::list(portal, actor)
        .await?
        .iter()
        .map(|seen| seen.connector.title())
        .collect();
    implementations.sort();
    implementations.dedup();
    Ok(Logs {
        records,
        more,
        implementations,
    })
}

fn read_level(level: i64) -> Result<Level> {
    let known = Level::ALL.into_iter().find(|known| *known as i64 == level);
    known.ok_or_else(|| Error::internal("a record of an unknown level"))
}

/// Deletes records whose time is over.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    crate::integration::remote_logs::usage::delete_before(tx, portal.ago(KEPT)).await
}
