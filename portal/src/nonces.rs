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

/// Inserts of 1, 2, 4, … rows, so that each is prepared only once: a batch is one of these, filled up with nulls.
static INSERTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    (0..=BATCH.ilog2())
        .map(|power| {
            let rows: Vec<String> = (0..1 << power)
                .map(|row| format!("(${}, ${})", row * 2 + 1, row * 2 + 2))
                .collect();
            format!(
                "insert into nonces (timestamp, digest)
                 select column1, column2 from (values {}) as fresh where column1 is not null",
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
            Ok(false) => write_apart(&database, &batch).await,
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
    let nonces: Vec<&Nonce> = batch.iter().filter_map(|job| job.nonce.as_ref()).collect();
    // Most batches are one statement, as a token's use is noted once in a while.
    let mut tx = if batch.iter().any(|job| job.used.is_some()) {
        database.begin(Durability::Process).await?
    } else {
        database.begin_statement(Durability::Process).await?
    };
    if !nonces.is_empty() && !insert(&mut tx, &nonces).await? {
        return Ok(false);
    }
    note_uses(&mut tx, batch.iter()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Writes what can be written of a batch in which some nonce was used before; says of each whether it was new.
async fn write_apart(database: &Database, batch: &[Job]) -> Result<Vec<bool>> {
    let mut fresh = Vec::with_capacity(batch.len());
    let mut parts = vec![batch];
    // The nearest part is always the last, so that the answers come in the order of the batch.
    while let Some(part) = parts.pop() {
        if write_together(database, part).await? {
            fresh.resize(fresh.len() + part.len(), true);
        } else if part.len() == 1 {
            fresh.push(false);
        } else {
            let (first, second) = part.split_at(part.len() / 2);
            parts.extend([second, first]);
        }
    }
    Ok(fresh)
}

/// Inserts all of them; says whether that could be done.
async fn insert(tx: &mut Transaction, nonces: &[&Nonce]) -> Result<bool> {
    let power = nonces.len().next_power_of_two().ilog2() as usize;
    let sql = INSERTS
        .get(power)
        .ok_or_else(|| Error::internal("a batch of nonces is too long"))?;
    let filling = (1 << power) - nonces.len();
    macro_rules! send {
        ($engine:ty, $connection:expr) => {{
            let mut query = sqlx::query::<$engine>(sql.as_str());
            for nonce in nonces {
                query = query.bind(nonce.timestamp).bind(&nonce.digest);
            }
            for _ in 0..filling {
                query = query.bind(None::<i64>).bind(None::<Vec<u8>>);
            }
            query.execute($connection).await.map(|_| ())
        }};
    }
    let sent = match tx.handle() {
        Handle::Sqlite(connection) => send!(sqlx::Sqlite, connection),
        Handle::Postgres(connection) => send!(sqlx::Postgres, connection),
    };
    match sent {
        Ok(()) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
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
