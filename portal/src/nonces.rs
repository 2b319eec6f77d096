//! Nonces, each counted once over all nodes, and when tokens were last used.
//!
//! Every signed request writes a row, so they are written in batches.

use crate::batches::{Batched, Handed, Inserts, Writer, commit_unless};
use crate::database::{Connection, Database, Durability, Handle, Transaction, run};
use crate::error::Result;
use crate::portal::Portal;
use crate::secret;
use domain::ids::{ConsumerId, TokenId};
use domain::time::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// How far a request's timestamp may be from the server's clock.
pub const WINDOW: Duration = Duration::from_secs(300);

static INSERTS: Inserts = Inserts::new("nonces", &["timestamp", "digest"]);

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
pub(crate) type NonceWriter = Writer<Signed>;

impl Batched for Signed {
    const WHAT: &'static str = "nonces";
    const MOST: usize = 256;

    /// Two nodes that insert the same nonces must not wait for each other.
    fn sort(batch: &mut [Handed<Self>]) {
        fn nonce(handed: &Handed<Signed>) -> Option<&Nonce> {
            handed.row.as_ref()?.nonce.as_ref()
        }
        batch.sort_by(|one, other| nonce(one).cmp(&nonce(other)));
    }

    async fn write(database: &Database, rows: &[&Self]) -> Result<bool> {
        let nonces: Vec<&Nonce> = rows.iter().filter_map(|row| row.nonce.as_ref()).collect();
        // Most batches are one statement, as a token's use is noted once in a while.
        let mut tx = if rows.iter().any(|row| row.used.is_some()) {
            database.begin(Durability::Process).await?
        } else {
            database.begin_statement(Durability::Process).await?
        };
        let mut sent = Ok(());
        if !nonces.is_empty() {
            sent = insert(&mut tx, &nonces).await?;
        }
        if sent.is_ok() {
            note_uses(&mut tx, rows.iter().filter_map(|row| row.used.as_ref())).await?;
        }
        commit_unless(tx, sent, |error| error.is_unique_violation()).await
    }
}

/// Inserts all of them, or none where one was used before.
async fn insert(tx: &mut Transaction, nonces: &[&Nonce]) -> Result<Result<(), sqlx::Error>> {
    let (sql, filling) = INSERTS.of::<Signed>(nonces.len())?;
    macro_rules! send {
        ($engine:ty, $connection:expr) => {{
            let mut query = sqlx::query::<$engine>(sql);
            for nonce in nonces {
                query = query.bind(nonce.timestamp).bind(&nonce.digest);
            }
            for _ in 0..filling {
                query = query.bind(None::<i64>).bind(None::<Vec<u8>>);
            }
            query.execute($connection).await.map(|_| ())
        }};
    }
    Ok(match tx.handle() {
        Handle::Sqlite(connection) => send!(sqlx::Sqlite, connection),
        Handle::Postgres(connection) => send!(sqlx::Postgres, connection),
    })
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
    run!(tx, "delete from nonces where timestamp < $1", seconds)?;
    Ok(())
}
