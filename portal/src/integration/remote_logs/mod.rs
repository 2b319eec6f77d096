//! Stores the logs that connectors send, if the account has enabled remote logging.

mod usage;

use crate::database::like::like_pattern;
use crate::database::{Transaction, execute, fetch_all};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::idempotency::{self, IdempotentRequest, KeyReusedError};
use crate::infra::portal::Portal;
use crate::integration::connectors::ConnectorIdentity;
use crate::integration::implementations;
use crate::integration::settings;
use domain::fields::{FieldErrors, name_key};
use domain::ids::RemoteLogId;
use domain::integration::remote_logs::{
    Level, LogFilter, LogPage, LogRecord, LogsAccepted, MAX_BATCH_RECORDS, MAX_SEARCH_CHARS, RETENTION_DAYS,
    RejectedRecord, RemoteLog, SubmittedLog,
};
use domain::time::Timestamp;
use std::time::Duration;

/// How long records are kept.
const RETENTION: Duration = Duration::from_secs(RETENTION_DAYS * 24 * 3600);

/// How far ahead of the portal's clock a record's time may be before it is replaced by the time of receipt.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(300);

/// The number of records on a page.
const PAGE_ROWS: i64 = 100;

/// Describes why a batch was rejected.
#[derive(Debug, thiserror::Error)]
pub enum RemoteLogError {
    /// Remote logging is off.
    #[error("remote logging is off for this account")]
    Disabled,
    /// The same idempotency key was used for another batch.
    #[error(transparent)]
    Reused(#[from] KeyReusedError),
    /// The portal failed to process the batch.
    #[error(transparent)]
    Portal(#[from] Error),
}

impl From<FieldErrors> for RemoteLogError {
    fn from(errors: FieldErrors) -> Self {
        Self::Portal(errors.into())
    }
}

/// Stores the valid records of a batch and reports the others; those that couldn't be parsed come with the reason. A
/// batch that is repeated with the same idempotency key is not stored again.
///
/// # Errors
/// [`RemoteLogError::Disabled`] unless the account has Enable Remote Logging on, [`Error::Invalid`] for too many
/// records, [`RemoteLogError::Reused`] if the idempotency key was used for another batch.
pub async fn accept(
    portal: &Portal,
    caller: &ConnectorIdentity,
    batch: Vec<Result<SubmittedLog, String>>,
    idempotent: Option<&IdempotentRequest>,
) -> Result<LogsAccepted, RemoteLogError> {
    if let Some(idempotent) = idempotent
        && let Some(accepted) = idempotency::find(portal, caller.account(), idempotent).await??
    {
        return Ok(accepted);
    }
    let published = settings::published(portal, caller.account()).await?;
    if !published.settings.remote_logging {
        return Err(RemoteLogError::Disabled);
    }
    if batch.len() > MAX_BATCH_RECORDS {
        return Err(FieldErrors::single(
            "records",
            format!("Send at most {MAX_BATCH_RECORDS} records at a time."),
        )
        .into());
    }
    let mut rejected = Vec::new();
    let mut records = Vec::with_capacity(batch.len());
    for (index, sent) in batch.into_iter().enumerate() {
        let checked = sent.and_then(|sent| sent.validate().map_err(|errors| errors.to_string()));
        match checked {
            Ok(record) => records.push(record),
            Err(reason) => rejected.push(RejectedRecord { index, reason }),
        }
    }
    let accepted = LogsAccepted {
        accepted: records.len(),
        rejected,
    };
    let mut tx = portal.begin_relaxed().await?;
    if let Some(idempotent) = idempotent {
        if let Some(accepted) = idempotency::claim(portal, &mut tx, caller.account(), idempotent).await?? {
            return Ok(accepted);
        }
        idempotency::store_outcome(&mut tx, caller.account(), idempotent, &accepted).await?;
    }
    for record in &records {
        insert(portal, &mut tx, caller, record).await?;
    }
    let title = caller.title();
    let bytes = records.iter().map(|record| stored_bytes(record, &title)).sum();
    usage::add(&mut tx, caller.account(), records.len(), bytes).await?;
    tx.commit().await?;
    Ok(accepted)
}

/// Returns the size of a record in the database in bytes, as the statements compute it too.
fn stored_bytes(record: &LogRecord, title: &str) -> i64 {
    let texts = record.message.len() + record.message.to_lowercase().len() + title.len();
    i64::try_from(texts).unwrap_or(i64::MAX) + usage::RECORD_OVERHEAD_BYTES
}

async fn insert(portal: &Portal, tx: &mut Transaction, caller: &ConnectorIdentity, record: &LogRecord) -> Result<()> {
    let now = portal.now();
    // A time in the future would keep the record on top of the list until then.
    let at = record.at.filter(|at| *at <= now.after(MAX_CLOCK_SKEW)).unwrap_or(now);
    execute!(
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

/// Returns a page of the records received in the last 14 days, most recent first.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn list(portal: &Portal, actor: &Actor, filter: &LogFilter) -> Result<LogPage> {
    let account = settings::authorize(actor)?;
    let mut db = portal.read().await?;
    let search: String = filter.search.trim().chars().take(MAX_SEARCH_CHARS).collect();
    let pattern = if search.is_empty() {
        String::new()
    } else {
        format!("%{}%", like_pattern(&search))
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
        portal.now_minus(RETENTION),
        filter.before.unwrap_or(RemoteLogId(uuid::Uuid::max())),
        filter.level.map_or(0, |level| level as i64),
        &filter.implementation,
        pattern,
        PAGE_ROWS + 1
    )?;
    let has_more = rows.len() > PAGE_ROWS as usize;
    let records = rows
        .into_iter()
        .take(PAGE_ROWS as usize)
        .map(|(id, at, level, implementation, message)| {
            Ok(RemoteLog {
                id,
                at,
                level: parse_level(level)?,
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
    Ok(LogPage {
        records,
        more: has_more,
        implementations,
    })
}

fn parse_level(level: i64) -> Result<Level> {
    let known = Level::ALL.into_iter().find(|known| *known as i64 == level);
    known.ok_or_else(|| Error::internal("a remote log has an unknown level"))
}

/// Deletes records past their retention.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    usage::delete_before(tx, portal.now_minus(RETENTION)).await
}
