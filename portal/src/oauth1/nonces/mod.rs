//! Stores nonces, each accepted once across all nodes, and the last use of tokens.
//!
//! Every signed request writes a nonce, so they are written in batches: one row holds the nonces of a batch.

mod cache;

use crate::crypto::secret;
use crate::database::batch_writer::{BatchInsert, BatchWriter, InsertStatements, commit_or_conflict};
use crate::database::{
    AsExecutor, Database, Durability, Executor, Lock, Transaction, UniqueIndex, execute, fetch_all, violates_unique,
    with_timeout,
};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth1::nonces::cache::{NewNonces, SeenNonces, batch_id};
use domain::ids::{ConsumerId, TokenId};
use domain::time::Timestamp;
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// The largest difference between a request's timestamp and the server's clock.
pub const TIMESTAMP_WINDOW: Duration = Duration::from_secs(300);

/// How long a node keeps reading the batches of other nodes after it has last seen that they write.
const PEER_ACTIVITY_TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum number of attempts to write a batch. From the second attempt on, the node holds a lock, which other
/// nodes take after their first conflict; so a batch needs as many attempts as there are nodes.
const MAX_ATTEMPTS: usize = 100;

const BATCH_KEY: UniqueIndex = UniqueIndex {
    name: "nonce_batches_pkey",
    columns: "nonce_batches.id",
};

static INSERTS: InsertStatements = InsertStatements::new("nonce_batches", &["id", "digests"]);

/// The truncated digest of consumer, token and nonce. 128 bits are enough for data that lives ten minutes.
type Digest = [u8; 16];

/// Holds a nonce as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nonce {
    /// The request's timestamp.
    second: i64,
    digest: Digest,
}

impl Nonce {
    pub fn new(consumer: ConsumerId, token: Option<&str>, timestamp: u64, nonce: &str) -> Self {
        let token = token.unwrap_or_default();
        let mut text = Vec::with_capacity(16 + token.len() + 1 + nonce.len());
        text.extend_from_slice(consumer.0.as_bytes());
        text.extend_from_slice(token.as_bytes());
        text.push(0);
        text.extend_from_slice(nonce.as_bytes());
        let mut digest = Digest::default();
        digest.copy_from_slice(&secret::digest(&text)[..16]);
        Self {
            second: i64::try_from(timestamp).unwrap_or(i64::MAX),
            digest,
        }
    }
}

/// Describes a use of a token.
#[derive(Debug, Clone)]
pub(crate) struct TokenUse {
    pub token: TokenId,
    pub at: Timestamp,
    pub from: String,
}

/// Holds what one signed request writes.
pub(crate) struct SignedRequestRow {
    nonce: Option<Nonce>,
    used: Option<TokenUse>,
}

/// Writes the nonce and the token's use. Returns whether the nonce was new, which a missing nonce counts as.
pub(crate) async fn consume(portal: &Portal, nonce: Option<Nonce>, used: Option<TokenUse>) -> Result<bool> {
    if nonce.is_none() && used.is_none() {
        return Ok(true);
    }
    portal
        .state::<NonceWriter>()
        .write(SignedRequestRow { nonce, used })
        .await
}

/// Writes nonces in batches.
pub(crate) type NonceWriter = BatchWriter<NonceInsert>;

/// Inserts batches of nonces and caches those that were already seen.
#[derive(Default)]
pub(crate) struct NonceInsert {
    seen: SeenNonces,
    /// Until when other nodes are expected to write nonces.
    peers_until: Option<Instant>,
}

impl BatchInsert for NonceInsert {
    type Row = SignedRequestRow;
    const NAME: &'static str = "nonces";
    const MAX_BATCH_ROWS: usize = 256;

    async fn write(&mut self, database: &Database, rows: &[&SignedRequestRow]) -> Result<Vec<bool>> {
        let mut with_uses = true;
        for _ in 0..MAX_ATTEMPTS {
            let outcome = self.attempt(database, rows, with_uses).await;
            match outcome {
                Ok(Attempt::Written(is_new)) => return Ok(is_new),
                Ok(Attempt::Conflict) => self.peers_until = Some(Instant::now() + PEER_ACTIVITY_TIMEOUT),
                Ok(Attempt::RecordUsesFailed(error)) => {
                    tracing::warn!(%error, "failed to record the last use of tokens");
                    with_uses = false;
                }
                Err(error) => {
                    // The batch may have been written despite the error.
                    seconds(rows).into_iter().for_each(|second| self.seen.remove(second));
                    return Err(error);
                }
            }
        }
        Err(Error::internal("writing nonces conflicted with other nodes too often"))
    }
}

/// The outcome of an attempt to write a batch.
enum Attempt {
    /// The batch is written. Tells for each nonce whether it was new.
    Written(Vec<bool>),
    /// Another node has written first, and nothing of this batch is written.
    Conflict,
    /// Recording the use of tokens failed, and nothing is written. Requests don't depend on it.
    RecordUsesFailed(Error),
}

impl NonceInsert {
    /// Writes the new nonces together with the use of their tokens.
    async fn attempt(&mut self, database: &Database, rows: &[&SignedRequestRow], with_uses: bool) -> Result<Attempt> {
        let has_peers = self.peers_until.is_some_and(|until| Instant::now() < until);
        let with_uses = with_uses && rows.iter().any(|row| row.used.is_some());
        let mut tx = if has_peers || with_uses {
            database.begin(Durability::Relaxed).await?
        } else {
            // Most batches are a single statement, because a token's use is recorded only at intervals.
            database.begin_statement(Durability::Relaxed).await?
        };
        if has_peers {
            tx.lock(Lock::Nonces).await?;
            self.read_batches(&mut tx, seconds(rows)).await?;
        }
        let (is_new, new) = self.seen.classify(rows.iter().map(|row| row.nonce.as_ref()));
        let inserted = self.insert(&mut tx, &new).await?;
        if inserted.is_ok() && with_uses {
            let accepted = rows.iter().zip(&is_new).filter(|(_, is_new)| **is_new);
            let recorded = record_uses(&mut tx, accepted.filter_map(|(row, _)| row.used.as_ref())).await;
            if let Err(error) = recorded {
                return Ok(Attempt::RecordUsesFailed(error));
            }
        }
        if !commit_or_conflict(tx, inserted, |error| violates_unique(error, &BATCH_KEY)).await? {
            return Ok(Attempt::Conflict);
        }
        self.seen.record_written(new);
        Ok(Attempt::Written(is_new))
    }

    /// Reads the batches that other nodes have written for these seconds.
    async fn read_batches(&mut self, tx: &mut Transaction, seconds: BTreeSet<i64>) -> Result<()> {
        for second in seconds {
            let (from, to) = self.seen.unread_range(second);
            let batches = fetch_all!(
                tx,
                (i64, Vec<u8>),
                "select id, digests from nonce_batches where id >= $1 and id < $2 order by id",
                from,
                to
            )?;
            for (id, digests) in batches {
                let (digests, _) = digests.as_chunks();
                self.seen.record_batch(second, id, digests.iter().copied());
                self.peers_until = Some(Instant::now() + PEER_ACTIVITY_TIMEOUT);
            }
        }
        Ok(())
    }

    /// Inserts the nonces as the next batches of their seconds.
    async fn insert(&self, tx: &mut Transaction, new: &NewNonces) -> Result<Result<(), sqlx::Error>> {
        if new.is_empty() {
            return Ok(Ok(()));
        }
        let (sql, filling) = INSERTS.for_rows::<Self>(new.len())?;
        macro_rules! send {
            ($engine:ty, $connection:expr) => {{
                let mut query = sqlx::query::<$engine>(sql);
                for (second, digests) in new {
                    query = query
                        .bind(self.seen.next_id(*second))
                        .bind(digests.as_flattened());
                }
                for _ in 0..filling {
                    query = query.bind(None::<i64>).bind(None::<&[u8]>);
                }
                query.execute($connection).await.map(|_| ())
            }};
        }
        Ok(match tx.executor() {
            Executor::Sqlite(connection) => send!(sqlx::Sqlite, connection),
            Executor::Postgres(connection) => with_timeout(async { send!(sqlx::Postgres, connection) }).await,
        })
    }
}

/// Returns the distinct seconds of a batch's nonces.
fn seconds(rows: &[&SignedRequestRow]) -> BTreeSet<i64> {
    let nonces = rows.iter().filter_map(|row| row.nonce.as_ref());
    nonces.map(|nonce| nonce.second).collect()
}

async fn record_uses(tx: &mut Transaction, uses: impl Iterator<Item = &TokenUse>) -> Result<()> {
    let latest: HashMap<TokenId, &TokenUse> = uses.map(|used| (used.token, used)).collect();
    // Every node updates in the same order, so that two nodes that update the same tokens can't deadlock.
    let mut latest: Vec<&TokenUse> = latest.into_values().collect();
    latest.sort_by_key(|used| used.token);
    for used in latest {
        execute!(
            tx,
            "update tokens set last_used_at = $2, last_used_from = $3 where id = $1
                 and (last_used_at is null or last_used_at < $2)",
            used.token,
            used.at,
            &used.from
        )?;
    }
    Ok(())
}

/// Deletes nonces whose timestamp would be rejected anyway.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    // Twice the window, because another node's clock may be slightly behind.
    let seconds = portal.now_minus(2 * TIMESTAMP_WINDOW).seconds();
    execute!(tx, "delete from nonce_batches where id < $1", batch_id(seconds, 0))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{INSERTS, NonceInsert};
    use rstest::rstest;
    use testing::{Engine, TestPortal};

    #[rstest]
    #[tokio::test]
    async fn every_insert_statement_is_valid(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
        let test = TestPortal::start(engine).await;
        let statements = INSERTS.all::<NonceInsert>();
        assert_eq!(statements.len(), 9);
        let types = ["int8", "bytea"];
        assert_eq!(test.invalid_inserts(statements, &types).await, Vec::<String>::new());
    }
}
