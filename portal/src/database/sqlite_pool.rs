//! The connections that read a SQLite file.
//!
//! They are kept here rather than by sqlx, whose pool asks a connection whether it is well each time that it gets it back.
//! Every connection to SQLite has a thread of its own, so that takes as long as what was read.

use crate::infra::error::{Error, Result};
use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long reading may wait for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection may be idle, and still be thought to be well.
const FRESH: Duration = Duration::from_secs(1);

/// How long until it is looked again whether one that is in use has been given back, once all are to be closed.
const AGAIN: Duration = Duration::from_millis(5);

/// A connection on loan.
pub(crate) type SqliteReader = Object<Opener>;

/// All of them.
#[derive(Debug, Clone)]
pub(crate) struct SqliteReaders(Pool<Opener>);

/// A connection that reads.
#[derive(Debug)]
pub(crate) struct ReadConnection {
    pub connection: SqliteConnection,
    /// Whether it is to be closed, and not given to the next one.
    pub is_broken: bool,
}

/// Opens them, and looks after them.
#[derive(Debug)]
pub(crate) struct Opener(SqliteConnectOptions);

impl Manager for Opener {
    type Type = ReadConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<ReadConnection, sqlx::Error> {
        Ok(ReadConnection {
            connection: self.0.connect().await?,
            is_broken: false,
        })
    }

    async fn recycle(&self, reader: &mut ReadConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if reader.is_broken {
            return Err(RecycleError::message("it has failed"));
        }
        if metrics.last_used() < FRESH {
            return Ok(());
        }
        reader.connection.ping().await.map_err(RecycleError::Backend)
    }
}

impl SqliteReaders {
    /// As many as processors have use for, opened when they are needed. One of them is opened now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the file cannot be read.
    pub async fn open(options: SqliteConnectOptions) -> Result<Self> {
        let pool = Pool::builder(Opener(options))
            .max_size(most())
            .wait_timeout(Some(PATIENCE))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(Error::internal)?;
        let readers = Self(pool);
        let one = readers.get().await;
        drop(one.map_err(|error| Error::unavailable("the SQLite file cannot be read", error))?);
        Ok(readers)
    }

    /// One that nobody else uses, until it is dropped.
    ///
    /// # Errors
    /// As a pool of sqlx.
    pub async fn get(&self) -> Result<SqliteReader, sqlx::Error> {
        self.0.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Closed => sqlx::Error::PoolClosed,
            PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                sqlx::Error::PoolTimedOut
            }
        })
    }

    /// Closes all of them, those in use as soon as they are given back: SQLite moves its log into the file when the last
    /// connection closes, which has to be the writer.
    pub async fn close(&self) {
        let closed = async {
            loop {
                for reader in self.0.retain(|_, _| false).removed {
                    // It has only been read from: there is nothing to lose.
                    let _ = reader.connection.close().await;
                }
                if self.0.status().size == 0 {
                    break;
                }
                sleep(AGAIN).await;
            }
        };
        let _ = timeout(PATIENCE, closed).await;
        self.0.close();
    }
}

/// Each has a thread of its own, and more of them than processors are in each other's way.
fn most() -> usize {
    let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    processors.clamp(2, 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn readers() -> (tempfile::TempDir, SqliteReaders) {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("readers.sqlite"))
            .create_if_missing(true);
        (folder, SqliteReaders::open(options).await.unwrap())
    }

    async fn one(readers: &SqliteReaders) -> i64 {
        let mut reader = readers.get().await.unwrap();
        sqlx::query_scalar("select 1")
            .fetch_one(&mut reader.connection)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn what_was_broken_off_does_not_reach_the_next() {
        let (_folder, readers) = readers().await;
        for _ in 0..2 * most() {
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
    async fn there_are_no_more_than_that_and_the_next_waits() {
        let (_folder, readers) = readers().await;
        let mut all = Vec::new();
        for _ in 0..most() {
            all.push(readers.get().await.unwrap());
        }
        let waiting = timeout(Duration::from_millis(20), readers.get()).await;
        assert!(waiting.is_err());
        drop(all.pop());
        assert_eq!(one(&readers).await, 1);
    }

    #[tokio::test]
    async fn they_close_when_the_last_is_given_back_and_nothing_is_read_afterwards() {
        let (_folder, readers) = readers().await;
        let last = readers.get().await.unwrap();
        let mut closing = std::pin::pin!(readers.close());
        assert!(timeout(Duration::from_millis(50), &mut closing).await.is_err());
        drop(last);
        closing.await;
        assert!(matches!(readers.get().await, Err(sqlx::Error::PoolClosed)));
    }
}
