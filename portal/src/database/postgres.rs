//! PostgreSQL by URL. While the server is unavailable, requests fail immediately, and recover as soon as it responds again.

use crate::database::migrations::{FIRST_CHECKSUM, migration_error};
use crate::database::{Durability, Transaction, errors};
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

/// The maximum number of pooled connections.
const MAX_CONNECTIONS: u32 = 16;

/// How long a request waits for a connection while all are in use.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a statement may take before the server is considered gone without closing the connection.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a request waits for a connection before the server is probed.
const PROBE_AFTER: Duration = Duration::from_millis(200);

/// How long the server may take to respond to a probe.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// How often an unavailable server is probed.
const PROBE_INTERVAL: Duration = Duration::from_millis(200);

/// The minimum time between replacements of all connections.
const REPLACEMENT_INTERVAL: Duration = Duration::from_millis(250);

/// A PostgreSQL database. Clones share the same connections.
#[derive(Debug, Clone)]
pub(crate) struct PostgresDatabase(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: PgConnectOptions,
    pool: RwLock<PgPool>,
    is_unavailable: watch::Sender<bool>,
    /// Whether the connections must be replaced before the next use.
    is_suspect: AtomicBool,
    is_probing: AtomicBool,
    last_response: Mutex<Option<Instant>>,
    last_replacement: Mutex<Option<Instant>>,
}

/// Runs a statement, and returns an error if it takes longer than [`STATEMENT_TIMEOUT`].
pub(crate) async fn with_timeout<T>(statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(STATEMENT_TIMEOUT, statement).await.unwrap_or_else(|_| {
        let error = std::io::Error::new(std::io::ErrorKind::TimedOut, "a PostgreSQL statement timed out");
        Err(sqlx::Error::Io(error))
    })
}

impl PostgresDatabase {
    /// Connects to the server at `url`.
    pub async fn open(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| Error::unavailable("the database URL is not valid", error))?;
        let pool = pool_options().connect_with(options.clone()).await;
        let pool = pool.map_err(|error| Error::unavailable("PostgreSQL is not responding", error))?;
        Ok(Self(Arc::new(Shared {
            options,
            pool: RwLock::new(pool),
            is_unavailable: watch::Sender::new(false),
            is_suspect: AtomicBool::new(false),
            is_probing: AtomicBool::new(false),
            last_response: Mutex::new(None),
            last_replacement: Mutex::new(None),
        })))
    }

    /// Acquires a connection from the pool.
    pub async fn acquire(&self) -> Result<PoolConnection<Postgres>> {
        self.with_pool(|pool| async move { pool.acquire().await }).await
    }

    pub async fn begin(&self, durability: Durability) -> Result<Transaction> {
        let begin = |pool: PgPool| async move {
            // On its own task: if the future is dropped before the response to BEGIN arrives, sqlx would reuse the
            // connection within that transaction.
            let begun = tokio::spawn(async move { pool.begin().await }).await;
            let mut transaction = begun.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))??;
            if durability == Durability::Relaxed {
                sqlx::query::<Postgres>("set local synchronous_commit = off")
                    .execute(&mut *transaction)
                    .await?;
            }
            Ok(transaction)
        };
        Ok(Transaction::Postgres(self.with_pool(begin).await?, self.clone()))
    }

    /// Listens for notifications of other nodes on `channel`.
    pub async fn listen(&self, channel: &str) -> Result<PgListener> {
        let listen = |pool: PgPool| async move {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(channel).await?;
            Ok(listener)
        };
        self.with_pool(listen).await
    }

    pub async fn migrate(&self) -> Result<()> {
        let migrator = sqlx::migrate!("../migrations/postgres");
        let pool = self.pool();
        let Err(error) = migrator.run(&pool).await else {
            return Ok(());
        };
        let first = sqlx::query_scalar::<Postgres, Vec<u8>>(FIRST_CHECKSUM);
        let first = first.fetch_optional(&pool).await.ok().flatten();
        Err(migration_error(&migrator, first, error))
    }

    pub async fn close(&self) {
        self.pool().close().await;
    }

    /// Records a failed statement. If the server caused it, all connections are replaced, since the others may lead to the
    /// same server.
    pub fn record_failure(&self, error: &sqlx::Error) {
        if errors::breaks_connection(error) {
            self.0.is_suspect.store(true, Ordering::Relaxed);
            self.probe();
        }
    }

    /// Runs `work` with the pool. Fails immediately while the server is unavailable.
    async fn with_pool<T, F: Future<Output = Result<T, sqlx::Error>>>(
        &self,
        work: impl FnOnce(PgPool) -> F,
    ) -> Result<T> {
        let mut is_unavailable = self.0.is_unavailable.subscribe();
        if *is_unavailable.borrow() {
            return Err(unavailable_error());
        }
        if self.0.is_suspect.swap(false, Ordering::Relaxed) {
            self.replace_connections(false);
        }
        let mut work = std::pin::pin!(work(self.pool()));
        let outcome = loop {
            tokio::select! {
                outcome = &mut work => break outcome,
                () = until_unavailable(&mut is_unavailable) => return Err(unavailable_error()),
                // Either all connections are in use, or the server is unavailable, which sqlx would wait for.
                () = sleep(PROBE_AFTER) => self.probe(),
            }
        };
        outcome.map_err(|error| {
            self.record_failure(&error);
            crate::database::unavailable(error)
        })
    }

    fn pool(&self) -> PgPool {
        self.0.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes the current connections in the background, and opens new ones when they are needed.
    fn replace_connections(&self, immediately: bool) {
        let mut last = self.0.last_replacement.lock().unwrap_or_else(PoisonError::into_inner);
        if !immediately && last.is_some_and(|last| last.elapsed() < REPLACEMENT_INTERVAL) {
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

    /// Probes the server in the background until it responds. Only one task at a time does this.
    fn probe(&self) {
        let last = *self.0.last_response.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.elapsed() < PROBE_INTERVAL) || self.0.is_probing.swap(true, Ordering::Relaxed) {
            return;
        }
        let shared = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            // Stop when the database is dropped.
            while let Some(shared) = shared.upgrade() {
                if Self(shared).probe_once().await {
                    break;
                }
                sleep(PROBE_INTERVAL).await;
            }
        });
    }

    /// Probes the server once. Returns whether probing is complete.
    async fn probe_once(&self) -> bool {
        if self.pool().is_closed() {
            return true;
        }
        let outcome = timeout(PROBE_TIMEOUT, self.ping()).await;
        let outcome = outcome.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut));
        match outcome {
            Ok(()) => {
                *self.0.last_response.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                if *self.0.is_unavailable.borrow() {
                    self.replace_connections(true);
                    tracing::info!("PostgreSQL is responding again");
                }
                self.0.is_probing.store(false, Ordering::Relaxed);
                self.0.is_unavailable.send_replace(false);
                true
            }
            Err(error) => {
                if !self.0.is_unavailable.send_replace(true) {
                    tracing::error!(%error, "PostgreSQL is not responding");
                }
                false
            }
        }
    }

    /// Opens a connection and pings the server.
    async fn ping(&self) -> Result<(), sqlx::Error> {
        match self.0.options.connect().await {
            Ok(mut connection) => {
                connection.ping().await?;
                connection.close().await
            }
            // The server has no free connection, so it is running.
            Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code.starts_with("53")) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

async fn until_unavailable(is_unavailable: &mut watch::Receiver<bool>) {
    // The sender lives at least as long as the caller.
    let _ = is_unavailable.wait_for(|is_unavailable| *is_unavailable).await;
}

fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(MAX_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
}

fn unavailable_error() -> Error {
    Error::unavailable("the database is not responding", "PostgreSQL is not responding")
}
