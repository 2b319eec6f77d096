//! PostgreSQL by URL, and what happens while it is away: requests fail at once, and go on as soon as it answers again.

use crate::database::{Durability, Transaction, failure};
use crate::infra::error::{Error, Result};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool, Postgres};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

const MAX_CONNECTIONS: u32 = 16;

/// How long a request waits for a connection while all of them are in use.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a statement may take until the server is thought to be gone without having closed the connection.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a request waits for a connection until it is asked whether the server answers at all.
const PROBE_AFTER: Duration = Duration::from_millis(200);

/// How long the server may take to answer that.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// How often a server that is away is asked again.
const PROBE_INTERVAL: Duration = Duration::from_millis(200);

/// How often all connections may be replaced.
const REPLACEMENT_INTERVAL: Duration = Duration::from_millis(250);

/// A PostgreSQL database. A clone is the same database.
#[derive(Debug, Clone)]
pub(crate) struct PostgresDatabase(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: PgConnectOptions,
    pool: RwLock<PgPool>,
    is_away: watch::Sender<bool>,
    /// Whether the connections are to be replaced before the next is used.
    is_suspect: AtomicBool,
    is_probing: AtomicBool,
    last_answer: Mutex<Option<Instant>>,
    last_replacement: Mutex<Option<Instant>>,
}

/// A statement's outcome, or an error when the server does not answer in [`STATEMENT_TIMEOUT`].
pub(crate) async fn bounded<T>(statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(STATEMENT_TIMEOUT, statement).await.unwrap_or_else(|_| {
        let error = std::io::Error::new(std::io::ErrorKind::TimedOut, "PostgreSQL did not answer a statement");
        Err(sqlx::Error::Io(error))
    })
}

impl PostgresDatabase {
    pub async fn open(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| Error::unavailable("the database URL is not valid", error))?;
        let pool = pool_options().connect_with(options.clone()).await;
        let pool = pool.map_err(|error| Error::unavailable("PostgreSQL does not answer", error))?;
        Ok(Self(Arc::new(Shared {
            options,
            pool: RwLock::new(pool),
            is_away: watch::Sender::new(false),
            is_suspect: AtomicBool::new(false),
            is_probing: AtomicBool::new(false),
            last_answer: Mutex::new(None),
            last_replacement: Mutex::new(None),
        })))
    }

    pub async fn acquire(&self) -> Result<PoolConnection<Postgres>> {
        self.reach(|pool| async move { pool.acquire().await }).await
    }

    pub async fn begin(&self, durability: Durability) -> Result<Transaction> {
        let begin = |pool: PgPool| async move {
            // On a task of its own: sqlx forgets that it has sent BEGIN when it is dropped before the answer, and would
            // hand the connection on within that transaction.
            let begun = tokio::spawn(async move { pool.begin().await }).await;
            let mut transaction = begun.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))??;
            if durability == Durability::Process {
                sqlx::query::<Postgres>("set local synchronous_commit = off")
                    .execute(&mut *transaction)
                    .await?;
            }
            Ok(transaction)
        };
        Ok(Transaction::Postgres(self.reach(begin).await?, self.clone()))
    }

    /// Listens for what other nodes say on `channel`.
    pub async fn listen(&self, channel: &str) -> Result<PgListener> {
        let listen = |pool: PgPool| async move {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(channel).await?;
            Ok(listener)
        };
        self.reach(listen).await
    }

    pub async fn migrate(&self) -> Result<()> {
        let migrated = sqlx::migrate!("../migrations/postgres").run(&self.pool()).await;
        migrated.map_err(|error| Error::unavailable("the database could not be migrated", error))
    }

    pub async fn close(&self) {
        self.pool().close().await;
    }

    /// Notes that a statement has failed: where that is the server's fault, the connections are replaced, as the others may
    /// lead to the same server.
    pub fn note_failure(&self, error: &sqlx::Error) {
        if failure::breaks_connection(error) {
            self.0.is_suspect.store(true, Ordering::Relaxed);
            self.probe();
        }
    }

    /// Does what needs a connection; fails at once while the server is away.
    async fn reach<T, F: Future<Output = Result<T, sqlx::Error>>>(&self, work: impl FnOnce(PgPool) -> F) -> Result<T> {
        let mut is_away = self.0.is_away.subscribe();
        if *is_away.borrow() {
            return Err(away());
        }
        if self.0.is_suspect.swap(false, Ordering::Relaxed) {
            self.replace_connections(false);
        }
        let mut work = std::pin::pin!(work(self.pool()));
        let outcome = loop {
            tokio::select! {
                outcome = &mut work => break outcome,
                () = until_away(&mut is_away) => return Err(away()),
                // All connections may be in use, or the server away, which sqlx would wait for.
                () = sleep(PROBE_AFTER) => self.probe(),
            }
        };
        outcome.map_err(|error| {
            self.note_failure(&error);
            crate::database::unavailable(error)
        })
    }

    fn pool(&self) -> PgPool {
        self.0.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets the connections that there are go, and opens others as they are needed.
    fn replace_connections(&self, at_once: bool) {
        let mut last = self.0.last_replacement.lock().unwrap_or_else(PoisonError::into_inner);
        if !at_once && last.is_some_and(|last| last.elapsed() < REPLACEMENT_INTERVAL) {
            return;
        }
        *last = Some(Instant::now());
        let new = pool_options().connect_lazy_with(self.0.options.clone());
        let mut pool = self.0.pool.write().unwrap_or_else(PoisonError::into_inner);
        if pool.is_closed() {
            return;
        }
        let old = std::mem::replace(&mut *pool, new);
        tokio::spawn(async move { timeout(STATEMENT_TIMEOUT, old.close()).await });
    }

    /// Asks the server, until it answers, whether it is there. One task at a time does.
    fn probe(&self) {
        let last = *self.0.last_answer.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.elapsed() < PROBE_INTERVAL) || self.0.is_probing.swap(true, Ordering::Relaxed) {
            return;
        }
        let shared = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            // The last one to use the database does not wait for the server.
            while let Some(shared) = shared.upgrade() {
                if Self(shared).ask().await {
                    break;
                }
                sleep(PROBE_INTERVAL).await;
            }
        });
    }

    /// Whether it need not be asked again.
    async fn ask(&self) -> bool {
        if self.pool().is_closed() {
            return true;
        }
        let answer = timeout(PROBE_TIMEOUT, self.answer()).await;
        let answer = answer.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut));
        match answer {
            Ok(()) => {
                *self.0.last_answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                if *self.0.is_away.borrow() {
                    self.replace_connections(true);
                    tracing::info!("PostgreSQL answers again");
                }
                self.0.is_probing.store(false, Ordering::Relaxed);
                self.0.is_away.send_replace(false);
                true
            }
            Err(error) => {
                if !self.0.is_away.send_replace(true) {
                    tracing::error!(%error, "PostgreSQL does not answer");
                }
                false
            }
        }
    }

    async fn answer(&self) -> Result<(), sqlx::Error> {
        match self.0.options.connect().await {
            Ok(mut connection) => {
                connection.ping().await?;
                connection.close().await
            }
            // It has no room for one more connection, and so is there.
            Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code.starts_with("53")) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

async fn until_away(is_away: &mut watch::Receiver<bool>) {
    // The sender lives as long as whoever asks.
    let _ = is_away.wait_for(|is_away| *is_away).await;
}

fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(MAX_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
}

fn away() -> Error {
    Error::unavailable("the database does not answer", "PostgreSQL is away")
}
