//! A pool of read connections to a SQLite file.
//!
//! It replaces the sqlx pool, which pings each connection when it is released. Every SQLite connection has its own thread,
//! so a ping takes as long as a small query.

use crate::infra::error::{Error, Result};
use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long a read may wait for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection may be idle before it is pinged.
const IDLE_CHECK_AFTER: Duration = Duration::from_secs(1);

/// How often the pool checks for released connections while it closes.
const CLOSE_POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A connection that returns to the pool on drop.
pub(crate) type PooledSqliteReader = Object<SqliteManager>;

/// The pool of read connections.
#[derive(Debug, Clone)]
pub(crate) struct SqliteReadPool(Pool<SqliteManager>);

/// A read connection.
#[derive(Debug)]
pub(crate) struct SqliteReadConnection {
    pub connection: SqliteConnection,
    /// Whether it must be closed instead of reused.
    pub is_broken: bool,
}

/// Opens and recycles connections.
#[derive(Debug)]
pub(crate) struct SqliteManager(SqliteConnectOptions);

impl Manager for SqliteManager {
    type Type = SqliteReadConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<SqliteReadConnection, sqlx::Error> {
        Ok(SqliteReadConnection {
            connection: self.0.connect().await?,
            is_broken: false,
        })
    }

    async fn recycle(&self, reader: &mut SqliteReadConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if reader.is_broken {
            return Err(RecycleError::message("connection is broken"));
        }
        if metrics.last_used() < IDLE_CHECK_AFTER {
            return Ok(());
        }
        reader.connection.ping().await.map_err(RecycleError::Backend)
    }
}

impl SqliteReadPool {
    /// Creates the pool and opens one connection. Further connections are opened on demand.
    ///
    /// # Errors
    /// Returns [`Error::Unavailable`] if the file can't be read.
    pub async fn open(options: SqliteConnectOptions) -> Result<Self> {
        let pool = Pool::builder(SqliteManager(options))
            .max_size(pool_size())
            .wait_timeout(Some(ACQUIRE_TIMEOUT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(Error::internal)?;
        let pool = Self(pool);
        let first = pool.get().await;
        drop(first.map_err(|error| Error::unavailable("the SQLite file cannot be read", error))?);
        Ok(pool)
    }

    /// Acquires a connection.
    ///
    /// # Errors
    /// Returns the same errors as a sqlx pool.
    pub async fn get(&self) -> Result<PooledSqliteReader, sqlx::Error> {
        self.0.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Closed => sqlx::Error::PoolClosed,
            PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                sqlx::Error::PoolTimedOut
            }
        })
    }

    /// Closes all connections, waiting for those in use. SQLite moves its log into the file when the last connection
    /// closes, which must be the write connection.
    pub async fn close(&self) {
        let closed = async {
            loop {
                for reader in self.0.retain(|_, _| false).removed {
                    // A failure loses nothing: the connection only reads.
                    let _ = reader.connection.close().await;
                }
                if self.0.status().size == 0 {
                    break;
                }
                sleep(CLOSE_POLL_INTERVAL).await;
            }
        };
        let _ = timeout(ACQUIRE_TIMEOUT, closed).await;
        self.0.close();
    }
}

/// Returns the maximum number of connections. Each has its own thread, so more than the number of processors would only
/// cause contention.
fn pool_size() -> usize {
    let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    processors.clamp(2, 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn readers() -> (tempfile::TempDir, SqliteReadPool) {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("readers.sqlite"))
            .create_if_missing(true);
        (folder, SqliteReadPool::open(options).await.unwrap())
    }

    async fn one(readers: &SqliteReadPool) -> i64 {
        let mut reader = readers.get().await.unwrap();
        sqlx::query_scalar("select 1")
            .fetch_one(&mut reader.connection)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn canceled_query_does_not_affect_next_reader() {
        let (_folder, readers) = readers().await;
        for _ in 0..2 * pool_size() {
            let mut reader = readers.get().await.unwrap();
            let endless = "with recursive n (i) as (select 7 union all select i + 1 from n) select i from n";
            let rows = sqlx::query_scalar::<_, i64>(endless).fetch_all(&mut reader.connection);
            assert!(timeout(Duration::from_millis(5), rows).await.is_err());
            drop(reader);
            let next = timeout(Duration::from_secs(5), one(&readers)).await;
            assert_eq!(next.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn acquiring_from_exhausted_pool_waits() {
        let (_folder, readers) = readers().await;
        let mut all = Vec::new();
        for _ in 0..pool_size() {
            all.push(readers.get().await.unwrap());
        }
        let waiting = timeout(Duration::from_millis(20), readers.get()).await;
        assert!(waiting.is_err());
        drop(all.pop());
        assert_eq!(one(&readers).await, 1);
    }

    #[tokio::test]
    async fn close_waits_for_last_reader_and_rejects_new_ones() {
        let (_folder, readers) = readers().await;
        let last = readers.get().await.unwrap();
        let mut closing = std::pin::pin!(readers.close());
        assert!(timeout(Duration::from_millis(50), &mut closing).await.is_err());
        drop(last);
        closing.await;
        assert!(matches!(readers.get().await, Err(sqlx::Error::PoolClosed)));
    }
}
