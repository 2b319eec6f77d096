//! Limits the storage of remote logs for each account and in total, because anyone with an API key could fill the disk.

use crate::database::{Lock, Transaction, execute, fetch_all, fetch_one, fetch_optional};
use crate::infra::error::Result;
use domain::ids::{AccountId, RemoteLogId};
use domain::integration::remote_logs::{MAX_ACCOUNT_BYTES, MAX_ACCOUNT_RECORDS, MAX_TOTAL_BYTES};
use domain::time::Timestamp;

/// The size of a record besides its texts: its other columns and index entries. The statements below and the migration
/// that introduced the counts use the same number.
pub(crate) const RECORD_OVERHEAD_BYTES: i64 = 200;

/// Returns the size to reduce to when a limit is exceeded, so that not every batch deletes records.
const fn target_after_deletion(bound: i64) -> i64 {
    bound / 10 * 9
}

/// Adds new records to an account's usage, and deletes the oldest records if a limit is exceeded.
pub(crate) async fn add(tx: &mut Transaction, account: AccountId, records: usize, bytes: i64) -> Result<()> {
    // The lock is held until the end of the transaction, so that two nodes don't count or delete the same records
    // twice.
    tx.lock(Lock::RemoteLogs).await?;
    execute!(
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
    if records > MAX_ACCOUNT_RECORDS || bytes > MAX_ACCOUNT_BYTES {
        keep_newest(
            tx,
            account,
            target_after_deletion(MAX_ACCOUNT_RECORDS),
            target_after_deletion(MAX_ACCOUNT_BYTES),
        )
        .await?;
    }
    let (total,) = fetch_one!(
        tx,
        (i64,),
        "select cast(coalesce(sum(bytes), 0) as bigint) from remote_log_usage"
    )?;
    if total > MAX_TOTAL_BYTES {
        // The account with the most records loses them, so that no account displaces the records of others.
        let largest = fetch_optional!(
            tx,
            (AccountId, i64),
            "select account_id, bytes from remote_log_usage order by bytes desc, account_id limit 1"
        )?;
        if let Some((account, bytes)) = largest {
            let excess = total - target_after_deletion(MAX_TOTAL_BYTES);
            keep_newest(tx, account, MAX_ACCOUNT_RECORDS, (bytes - excess).max(0)).await?;
        }
    }
    Ok(())
}

/// Deletes an account's records except the newest ones within these limits.
async fn keep_newest(tx: &mut Transaction, account: AccountId, records: i64, bytes: i64) -> Result<()> {
    let newest_excess = fetch_optional!(
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
    if let Some((id,)) = newest_excess {
        let deleted = execute!(
            tx,
            "delete from remote_logs where account_id = $1 and id <= $2",
            account,
            id
        )?;
        tracing::warn!(%account, deleted, "deleted the oldest remote logs of an account that exceeded its storage limit");
    }
    execute!(
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

/// Deletes the records received before `time`.
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
        execute!(
            tx,
            "delete from remote_logs where account_id = $1 and received_at < $2",
            account,
            time
        )?;
        execute!(
            tx,
            "update remote_log_usage set records = records - $2, bytes = bytes - $3 where account_id = $1",
            account,
            records,
            bytes
        )?;
    }
    Ok(())
}
