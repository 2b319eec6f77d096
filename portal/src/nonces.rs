//! Nonces, each counted once over all nodes, and when tokens were last used.
//!
//! Every signed request writes a row, more often than a database commits. So requests that come while a transaction is
//! under way wait for it and share the next one; a request is answered only after its row is committed.

use crate::database::{Connection, Database, Durability, Handle, Transaction, run};
use crate::error::{Error, Result};
use crate::portal::Portal;
use crate::secret;
use domain::ids::{ConsumerId, TokenId};
use domain::time::Timestamp;
use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How far a request's timestamp may be from the server's clock.
pub const WINDOW: Duration = Duration::from_secs(300);

/// The most requests that share a transaction.
const BATCH: usize = 256;

/// Inserts of 1, 2, 4, … rows: a batch is sent as a few of these, so that each is prepared only once.
static INSERTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    (0..=BATCH.ilog2())
        .map(|power| {
            let rows: Vec<String> = (0..1 << power)
                .map(|row| format!("(${}, ${})", row * 2 + 1, row * 2 + 2))
                .collect();
            format!(
                "insert into nonces (timestamp, digest) values {} on conflict do nothing",
                rows.join(", ")
            )
        })
        .collect()
});

/// A nonce as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Nonce {
    timestamp: i64,
    digest: Vec<u8>,
}

impl Nonce {
    pub fn new(consumer: ConsumerId, token: Option<&str>, timestamp: u64, nonce: &str) -> Self {
        let token = token.unwrap_or_default();
        let mut text = Vec::with_capacity(16 + token.len() + 1 + nonce.len());
        text.extend_from_slice(consumer.0.as_bytes());
        text.extend_from_slice(token.as_bytes());
        text.push(0);
        text.extend_from_slice(nonce.as_bytes());
        let mut digest = secret::digest(&text);
        // 128 bits are enough for what lives ten minutes, and the table is the busiest there is.
        digest.truncate(16);
        Self {
            timestamp: i64::try_from(timestamp).unwrap_or(i64::MAX),
            digest,
        }
    }
}

/// That a token was used.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub token: TokenId,
    pub at: Timestamp,
    pub from: String,
}

struct Job {
    nonce: Option<Nonce>,
    used: Option<Use>,
    answer: oneshot::Sender<Result<bool>>,
}

/// Hands requests' rows to the one task that writes them.
pub(crate) struct NonceWriter(mpsc::Sender<Job>);

impl NonceWriter {
    pub fn start(database: Database) -> Self {
        let (sender, receiver) = mpsc::channel(4 * BATCH);
        tokio::spawn(write_all(database, receiver));
        Self(sender)
    }

    /// Writes both down and says whether the nonce was new. Without a nonce it is.
    pub async fn write(&self, nonce: Option<Nonce>, used: Option<Use>) -> Result<bool> {
        if nonce.is_none() && used.is_none() {
            return Ok(true);
        }
        let (answer, answered) = oneshot::channel();
        let closed = || Error::unavailable("the portal is shutting down", "no more requests are taken");
        self.0.send(Job { nonce, used, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Waits until what was handed in before is written.
    pub async fn finish(&self) {
        let (answer, answered) = oneshot::channel();
        let last = Job {
            nonce: None,
            used: None,
            answer,
        };
        if self.0.send(last).await.is_ok() {
            // Whatever the answer, everything before it has been dealt with.
            let _ = answered.await;
        }
    }
}

async fn write_all(database: Database, mut jobs: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        // In one order everywhere: two nodes that insert the same nonces must not wait for each other.
        batch.sort_by(|one: &Job, other| one.nonce.cmp(&other.nonce));
        let outcome = match write_together(&database, &batch).await {
            Ok(true) => Ok(vec![true; batch.len()]),
            // Some nonce was used before: find out which.
            Ok(false) => write_singly(&database, &batch).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(fresh) => {
                for (job, fresh) in batch.drain(..).zip(fresh) {
                    // A client that has gone does not wait for its answer.
                    let _ = job.answer.send(Ok(fresh));
                }
            }
            Err(error) => {
                tracing::error!(%error, "nonces cannot be written");
                for job in batch.drain(..) {
                    let _ = job
                        .answer
                        .send(Err(Error::unavailable("nonces cannot be written", error.to_string())));
                }
            }
        }
    }
}

/// Writes all nonces, or none when one of them was used before.
async fn write_together(database: &Database, batch: &[Job]) -> Result<bool> {
    let mut tx = database.begin(Durability::Process).await?;
    let nonces: Vec<&Nonce> = batch.iter().filter_map(|job| job.nonce.as_ref()).collect();
    let mut rest = nonces.as_slice();
    while !rest.is_empty() {
        let power = rest.len().ilog2();
        let (rows, others) = rest.split_at(1 << power);
        if insert(&mut tx, &INSERTS[power as usize], rows).await? < rows.len() as u64 {
            return Ok(false);
        }
        rest = others;
    }
    note_uses(&mut tx, batch.iter()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Writes nonce by nonce; says of each whether it was new.
async fn write_singly(database: &Database, batch: &[Job]) -> Result<Vec<bool>> {
    let mut tx = database.begin(Durability::Process).await?;
    let mut fresh = Vec::with_capacity(batch.len());
    for job in batch {
        fresh.push(match &job.nonce {
            Some(nonce) => insert(&mut tx, &INSERTS[0], &[nonce]).await? == 1,
            None => true,
        });
    }
    let uses = batch
        .iter()
        .zip(&fresh)
        .filter(|(_, fresh)| **fresh)
        .map(|(job, _)| job);
    note_uses(&mut tx, uses).await?;
    tx.commit().await?;
    Ok(fresh)
}

async fn insert(tx: &mut Transaction, sql: &'static str, rows: &[&Nonce]) -> Result<u64> {
    macro_rules! send {
        ($engine:ty, $connection:expr) => {{
            let mut query = sqlx::query::<$engine>(sql);
            for row in rows {
                query = query.bind(row.timestamp).bind(&row.digest);
            }
            query.execute($connection).await?.rows_affected()
        }};
    }
    Ok(match tx.handle() {
        Handle::Sqlite(connection) => send!(sqlx::Sqlite, connection),
        Handle::Postgres(connection) => send!(sqlx::Postgres, connection),
    })
}

async fn note_uses<'a>(tx: &mut Transaction, jobs: impl Iterator<Item = &'a Job>) -> Result<()> {
    let mut latest = HashMap::new();
    for used in jobs.filter_map(|job| job.used.as_ref()) {
        latest.insert(used.token, used);
    }
    // In one order everywhere: two nodes that update the same tokens must not wait for each other.
    let mut latest: Vec<&Use> = latest.into_values().collect();
    latest.sort_by_key(|used| used.token);
    for used in latest {
        run!(
            tx,
            "update tokens set last_used_at = $2, last_used_from = $3 where id = $1 and last_used_at < $2",
            used.token,
            used.at,
            &used.from
        )?;
    }
    Ok(())
}

/// Deletes nonces whose timestamp would be refused anyway.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    // Twice the window: another node's clock may be a little behind.
    let seconds = portal.ago(2 * WINDOW).seconds();
    run!(tx, "delete from nonces where timestamp < $1", seconds)?;
    Ok(())
}
