//! Cache invalidation across nodes.
//!
//! Every change to cached data adds a row to `changes` in its own transaction. Each node polls for new rows several times
//! a second, and PostgreSQL also wakes it immediately (LISTEN/NOTIFY). A revocation therefore takes effect on every node
//! within a second, whichever process made it.

use crate::database::{Database, Lock, Transaction, execute, fetch_all, fetch_one};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use domain::ids::AccountId;
use std::time::{Duration, Instant};

/// How often a node polls for changes by other processes.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// How often the database files are checked.
const FILE_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The maximum number of changes that one poll reads. The next poll reads the others.
const MAX_CHANGES: i64 = 1_000;

/// How long rows are kept. A node that was paused for longer still notices changes, because the highest sequence number
/// has grown.
const RETENTION: Duration = Duration::from_secs(3600);

impl Portal {
    /// Commits a change, and invalidates the cached data of `account` on every node; with `None`, that of all accounts. For
    /// changes without an actor; an actor's change is a [`Change`](crate::infra::change::Change).
    pub(crate) async fn commit_change(&self, mut tx: Transaction, account: impl Into<Option<AccountId>>) -> Result<()> {
        let account = account.into();
        publish(self, &mut tx, account).await?;
        tx.commit().await?;
        // This node doesn't wait for its own notification.
        self.invalidations().invalidate(account);
        Ok(())
    }
}

/// Notifies all nodes of a change when `tx` commits.
async fn publish(portal: &Portal, tx: &mut Transaction, account: Option<AccountId>) -> Result<()> {
    tx.lock(Lock::Changes).await?;
    execute!(
        tx,
        "insert into changes (at, account_id) values ($1, $2)",
        portal.now(),
        account
    )?;
    if let Transaction::Postgres(tx, _) = tx {
        sqlx::query::<sqlx::Postgres>("notify gatehouse_changes")
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Watches for changes by other processes and invalidates the caches, until the future is dropped.
pub async fn watch(portal: Portal) {
    let mut listener = Listener::new(&portal);
    let mut last = None;
    let mut last_check = Instant::now();
    loop {
        if last_check.elapsed() >= FILE_CHECK_INTERVAL {
            last_check = Instant::now();
            // The check logs the error and disables writes until the files are restored.
            let _ = portal.database().check_files();
        }
        match read_changes(&portal, last).await {
            Ok(changes) => {
                if changes.are_missing {
                    portal.invalidations().invalidate(None);
                } else {
                    for account in changes.accounts {
                        portal.invalidations().invalidate(account);
                    }
                }
                last = Some(changes.last);
            }
            Err(error) => {
                // Log only the first failure, since this polls several times a second.
                if last.is_some() {
                    tracing::warn!(%error, "failed to check for cache invalidations");
                }
                // Changes may have been missed, so the caches can't be used.
                portal.invalidations().invalidate(None);
                last = None;
            }
        }
        listener.wait(POLL_INTERVAL).await;
    }
}

/// The changes since a poll.
struct Changes {
    /// The number of the latest change.
    last: i64,
    /// The accounts that changed; `None` for all accounts.
    accounts: Vec<Option<AccountId>>,
    /// Whether there may be more changes than these.
    are_missing: bool,
}

/// Reads the changes after the one numbered `last`. Without it, or after a pause longer than [`RETENTION`], any account may
/// have changed.
async fn read_changes(portal: &Portal, last: Option<i64>) -> Result<Changes> {
    let mut db = portal.read().await?;
    let Some(last) = last else {
        let (last,) = fetch_one!(&mut db, (i64,), "select coalesce(max(seq), 0) from changes")?;
        return Ok(Changes {
            last,
            accounts: Vec::new(),
            are_missing: true,
        });
    };
    // The row numbered `last` is still there unless it was pruned, and others with it.
    let rows = fetch_all!(
        &mut db,
        (i64, Option<AccountId>),
        "select seq, account_id from changes where seq >= $1 order by seq limit $2",
        last,
        MAX_CHANGES
    )?;
    let first = rows.first().map(|(seq, _)| *seq);
    let is_known = first == Some(last) || (last == 0 && first.is_none_or(|first| first == 1));
    Ok(Changes {
        last: rows.last().map_or(last, |(seq, _)| *seq),
        are_missing: !is_known,
        accounts: rows
            .into_iter()
            .filter(|(seq, _)| *seq > last)
            .map(|(_, account)| account)
            .collect(),
    })
}

/// Deletes old rows that every node has seen, except the newest row.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(
        tx,
        "delete from changes where at < $1 and seq < (select max(seq) from changes)",
        portal.now_minus(RETENTION)
    )?;
    Ok(())
}

/// Waits for PostgreSQL notifications. On SQLite, it only sleeps.
struct Listener {
    database: Database,
    connection: Option<sqlx::postgres::PgListener>,
}

impl Listener {
    fn new(portal: &Portal) -> Self {
        Self {
            database: portal.database().clone(),
            connection: None,
        }
    }

    async fn wait(&mut self, period: Duration) {
        if self.connection.is_none()
            && let Database::Postgres(database) = &self.database
        {
            self.connection = database.listen("gatehouse_changes").await.ok();
        }
        match &mut self.connection {
            Some(connection) => {
                if let Ok(Err(_)) = tokio::time::timeout(period, connection.recv()).await {
                    self.connection = None;
                }
            }
            None => tokio::time::sleep(period).await,
        }
    }
}
