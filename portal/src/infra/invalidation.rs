//! How nodes tell each other that something they may remember has changed.
//!
//! Every such change adds a row to `changes` in its own transaction. Each node looks for new rows several times a
//! second, and PostgreSQL wakes it at once besides (LISTEN/NOTIFY); so a revocation holds on every node within a second,
//! whichever process made it.

use crate::database::{Database, Lock, Transaction, fetch_one, run};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use std::time::{Duration, Instant};

/// How often a node looks for changes that others made.
const PERIOD: Duration = Duration::from_millis(200);

/// How often it is looked whether the files of the database are where they were.
const FILES_PERIOD: Duration = Duration::from_secs(1);

/// Long enough that no node can have missed a row, however long it was paused: a node that finds its last row gone
/// still sees that the highest number has grown.
const KEPT: Duration = Duration::from_secs(3600);

/// Tells all nodes, when `tx` commits, to forget what they remember. The caller calls [`Portal::forget`] after the
/// commit, so that this node does not wait for its own word.
pub(crate) async fn announce(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    tx.lock(Lock::Changes).await?;
    run!(tx, "insert into changes (at) values ($1)", portal.now())?;
    if let Transaction::Postgres(tx, _) = tx {
        sqlx::query::<sqlx::Postgres>("notify gatehouse_changes")
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Watches for changes of other processes until the future is dropped.
pub async fn watch(portal: Portal) {
    let mut listener = Listener::new(&portal);
    let mut last = None;
    let mut last_check = Instant::now();
    loop {
        if last_check.elapsed() >= FILES_PERIOD {
            last_check = Instant::now();
            // What is wrong is in the log by then, and nothing is written until it is right again.
            let _ = portal.database().check_files();
        }
        match latest(&portal).await {
            Ok(seq) => {
                if last != Some(seq) {
                    portal.forget();
                }
                last = Some(seq);
            }
            Err(error) => {
                // Once: it is looked several times a second.
                if last.is_some() {
                    tracing::warn!(%error, "cannot look for changes");
                }
                // Not knowing what changed, remember nothing.
                portal.forget();
                last = None;
            }
        }
        listener.wait(PERIOD).await;
    }
}

async fn latest(portal: &Portal) -> Result<i64> {
    let mut db = portal.read().await?;
    let (seq,) = fetch_one!(&mut db, (i64,), "select coalesce(max(seq), 0) from changes")?;
    Ok(seq)
}

/// Deletes rows that every node has seen, but never the newest.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(
        tx,
        "delete from changes where at < $1 and seq < (select max(seq) from changes)",
        portal.ago(KEPT)
    )?;
    Ok(())
}

/// PostgreSQL's wake-up call; on SQLite there is none, and waiting is all.
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
