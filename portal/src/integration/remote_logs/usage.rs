//! How much the records take, which is bounded for each account and in all: whoever has an API key could fill the disk.

use crate::database::{Lock, Transaction, fetch_all, fetch_one, fetch_optional, run};
use crate::infra::error::Result;
use domain::ids::{AccountId, RemoteLogId};
use domain::integration::remote_logs::{MAX_BYTES, MAX_RECORDS, MAX_TOTAL_BYTES};
use domain::time::Timestamp;

/// What a record takes beside its texts: its other columns, and its places in the indexes. The statements below and the
/// migration that began to count have the same number.
pub(crate) const RECORD_OVERHEAD_BYTES: i64 = 200;

/// What is kept of a bound once it is passed, so that not every batch has to delete.
const fn after_deleting(bound: i64) -> i64 {
    bound / 10 * 9
}

/// Counts new records of an account, and deletes the oldest ones where there are too many.
pub(crate) async fn add(tx: &mut Transaction, account: AccountId, records: usize, bytes: i64) -> Result<()> {
    // Held until the end of the transaction: two nodes must not count, or delete, the same records twice.
    tx.lock(Lock::RemoteLogs).await?;
    run!(
        tx,
        "insert into remote_log_usage (account_id, records, bytes) values ($1, $2, $3)
         on conflict (account_id) do update set
             records = remote_log_usage.records + excluded.records, bytes = remote_log_usage.bytes + excluded.bytes",
        account,
        i64::try_from(records).unwrap_or(i64::MAX),
        bytes
    )?;
    let (records, bytes) = fetch_one!(
        tx,
        (i64, i64),
        "select records, bytes from remote_log_usage where account_id = $1",
        account
    )?;
    if records > MAX_RECORDS || bytes > MAX_BYTES {
        keep_newest(tx, account, after_deleting(MAX_RECORDS), after_deleting(MAX_BYTES)).await?;
    }
    let (total,) = fetch_one!(
        tx,
        (i64,),
        "select cast(coalesce(sum(bytes), 0) as bigint) from remote_log_usage"
    )?;
    if total > MAX_TOTAL_BYTES {
        // Whoever has the most: an account must not push out the records of the others.
        let most = fetch_optional!(
            tx,
            (AccountId, i64),
            "select account_id, bytes from remote_log_usage order by bytes desc, account_id limit 1"
        )?;
        if let Some((account, bytes)) = most {
            let excess = total - after_deleting(MAX_TOTAL_BYTES);
            keep_newest(tx, account, MAX_RECORDS, (bytes - excess).max(0)).await?;
        }
    }
    Ok(())
}

/// Deletes what an account has beyond so many of its newest records and bytes.
async fn keep_newest(tx: &mut Transaction, account: AccountId, records: i64, bytes: i64) -> Result<()> {
    let first_to_go = fetch_optional!(
        tx,
        (RemoteLogId,),
        "select id from (
             select id, row_number() over (order by id desc) as records,
                 sum(octet_length(message) + octet_length(message_key) + octet_length(implementation) + 200)
                     over (order by id desc) as bytes
             from remote_logs where account_id = $1
         ) as newest
         where records > $2 or bytes > $3 order by id desc limit 1",
        account,
        records,
        bytes
    )?;
    if let Some((id,)) = first_to_go {
        let deleted = run!(
            tx,
            "delete from remote_logs where account_id = $1 and id <= $2",
            account,
            id
        )?;
        tracing::warn!(%account, deleted, "the oldest remote logs of an account were deleted, as they took too much room");
    }
    run!(
        tx,
        "update remote_log_usage set
             records = (select count(*) from remote_logs where account_id = $1),
             bytes = (select cast(coalesce(sum(
                 octet_length(message) + octet_length(message_key) + octet_length(implementation) + 200
             ), 0) as bigint) from remote_logs where account_id = $1)
         where account_id = $1",
        account
    )?;
    Ok(())
}

/// Deletes what was received before `time`.
pub(crate) async fn delete_before(tx: &mut Transaction, time: Timestamp) -> Result<()> {
    tx.lock(Lock::RemoteLogs).await?;
    let old = fetch_all!(
        tx,
        (AccountId, i64, i64),
        "select account_id, count(*), cast(sum(
             octet_length(message) + octet_length(message_key) + octet_length(implementation) + 200
         ) as bigint)
         from remote_logs where received_at < $1 group by account_id",
        time
    )?;
    for (account, records, bytes) in old {
        run!(
            tx,
            "delete from remote_logs where account_id = $1 and received_at < $2",
            account,
            time
        )?;
        run!(
            tx,
            "update remote_log_usage set records = records - $2, bytes = bytes - $3 where account_id = $1",
            account,
            records,
            bytes
        )?;
    }
    Ok(())
}
