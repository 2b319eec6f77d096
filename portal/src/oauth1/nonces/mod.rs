//! Nonces, each counted once over all nodes, and when tokens were last used.
//!
//! Every signed request has a nonce to be kept, so they are written in batches: a row holds those of a batch.

mod known;

use crate::crypto::secret;
use crate::database::batch_writer::{Batched, Inserts, Writer, commit_unless};
use crate::database::{Connection, Database, Durability, Handle, Lock, Transaction, bounded, fetch_all, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth1::nonces::known::{Fresh, Known, id};
use domain::ids::{ConsumerId, TokenId};
use domain::time::Timestamp;
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// How far a request's timestamp may be from the server's clock.
pub const WINDOW: Duration = Duration::from_secs(300);

/// How long a node goes on asking what others have written after it has seen that they do.
const COMPANY: Duration = Duration::from_secs(10);

/// How often a batch is tried. The second time is under a lock, which others respect once they have been refused
/// themselves; so it takes as many as there are nodes.
const TRIES: usize = 100;

static INSERTS: Inserts = Inserts::new("nonce_batches", &["id", "digests"]);

/// Of consumer, token and nonce. 128 bits are enough for what lives ten minutes.
type Digest = [u8; 16];

/// A nonce as it is kept.
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

/// That a token was used.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub token: TokenId,
    pub at: Timestamp,
    pub from: String,
}

/// What one signed request writes.
pub(crate) struct Signed {
    nonce: Option<Nonce>,
    used: Option<Use>,
}

/// Writes both down and says whether the nonce was new. Without a nonce it is.
pub(crate) async fn spend(portal: &Portal, nonce: Option<Nonce>, used: Option<Use>) -> Result<bool> {
    if nonce.is_none() && used.is_none() {
        return Ok(true);
    }
    portal.nonces().write(Signed { nonce, used }).await
}

/// The writer of nonces.
pub(crate) type NonceWriter = Writer<Nonces>;

/// Writes them.
#[derive(Default)]
pub(crate) struct Nonces {
    known: Known,
    /// Until when it is reckoned with other nodes that write.
    company: Option<Instant>,
}

impl Batched for Nonces {
    type Row = Signed;
    const WHAT: &'static str = "nonces";
    const MOST: usize = 256;

    async fn write(&mut self, database: &Database, rows: &[&Signed]) -> Result<Vec<bool>> {
        let mut with_uses = true;
        for _ in 0..TRIES {
            let outcome = self.attempt(database, rows, with_uses).await;
            match outcome {
                Ok(Attempt::Written(is_new)) => return Ok(is_new),
                Ok(Attempt::Overtaken) => self.company = Some(Instant::now() + COMPANY),
                Ok(Attempt::UsesFailed(error)) => {
                    tracing::warn!(%error, "the last use of tokens could not be noted");
                    with_uses = false;
                }
                Err(error) => {
                    // It may have been written all the same.
                    seconds(rows).into_iter().for_each(|second| self.known.forget(second));
                    return Err(error);
                }
            }
        }
        Err(Error::internal("other nodes always write nonces first"))
    }
}

/// What came of trying to write a batch.
enum Attempt {
    /// It is written; says which nonces were new.
    Written(Vec<bool>),
    /// Another node has written in between, and nothing of this is.
    Overtaken,
    /// When tokens were used could not be noted, and nothing is written. Requests do not depend on it.
    UsesFailed(Error),
}

impl Nonces {
    /// Writes those that are new, and with them when tokens were used.
    async fn attempt(&mut self, database: &Database, rows: &[&Signed], with_uses: bool) -> Result<Attempt> {
        let in_company = self.company.is_some_and(|until| Instant::now() < until);
        let with_uses = with_uses && rows.iter().any(|row| row.used.is_some());
        let mut tx = if in_company || with_uses {
            database.begin(Durability::Process).await?
        } else {
            // Most batches are one statement, as a token's use is noted once in a while.
            database.begin_statement(Durability::Process).await?
        };
        if in_company {
            tx.lock(Lock::Nonces).await?;
            self.read(&mut tx, seconds(rows)).await?;
        }
        let (is_new, fresh) = self.known.judge(rows.iter().map(|row| row.nonce.as_ref()));
        let sent = self.insert(&mut tx, &fresh).await?;
        if sent.is_ok() && with_uses {
            let let_in = rows.iter().zip(&is_new).filter(|(_, is_new)| **is_new);
            let noted = note_uses(&mut tx, let_in.filter_map(|(row, _)| row.used.as_ref())).await;
            if let Err(error) = noted {
                return Ok(Attempt::UsesFailed(error));
            }
        }
        if !commit_unless(tx, sent, |error| error.is_unique_violation()).await? {
            return Ok(Attempt::Overtaken);
        }
        self.known.wrote(fresh);
        Ok(Attempt::Written(is_new))
    }

    /// Reads what others have written for these seconds.
    async fn read(&mut self, tx: &mut Transaction, seconds: BTreeSet<i64>) -> Result<()> {
        for second in seconds {
            let (from, to) = self.known.unread(second);
            let batches = fetch_all!(
                tx,
                (i64, Vec<u8>),
                "select id, digests from nonce_batches where id >= $1 and id < $2 order by id",
                from,
                to
            )?;
            for (id, digests) in batches {
                let (digests, _) = digests.as_chunks();
                self.known.read(second, id, digests.iter().copied());
                self.company = Some(Instant::now() + COMPANY);
            }
        }
        Ok(())
    }

    /// Inserts all of them as the next batches of their seconds.
    async fn insert(&self, tx: &mut Transaction, fresh: &Fresh) -> Result<Result<(), sqlx::Error>> {
        if fresh.is_empty() {
            return Ok(Ok(()));
        }
        let (sql, filling) = INSERTS.of::<Self>(fresh.len())?;
        macro_rules! send {
            ($engine:ty, $connection:expr) => {{
                let mut query = sqlx::query::<$engine>(sql);
                for (second, digests) in fresh {
                    query = query.bind(self.known.next(*second)).bind(digests.as_flattened());
                }
                for _ in 0..filling {
                    query = query.bind(None::<i64>).bind(None::<&[u8]>);
                }
                query.execute($connection).await.map(|_| ())
            }};
        }
        Ok(match tx.handle() {
            Handle::Sqlite(connection) => send!(sqlx::Sqlite, connection),
            Handle::Postgres(connection) => bounded(async { send!(sqlx::Postgres, connection) }).await,
        })
    }
}

/// The seconds of a batch's nonces, each once.
fn seconds(rows: &[&Signed]) -> BTreeSet<i64> {
    let nonces = rows.iter().filter_map(|row| row.nonce.as_ref());
    nonces.map(|nonce| nonce.second).collect()
}

async fn note_uses(tx: &mut Transaction, uses: impl Iterator<Item = &Use>) -> Result<()> {
    let latest: HashMap<TokenId, &Use> = uses.map(|used| (used.token, used)).collect();
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
    run!(tx, "delete from nonce_batches where id < $1", id(seconds, 0))?;
    Ok(())
}
