//! Database access for both engines: SQLite in a file, or PostgreSQL by URL.
//!
//! Statements are written once, in SQL that both engines support, with `$1` parameters. [`execute!`], [`fetch_one!`],
//! [`fetch_optional!`] and [`fetch_all!`] run them on the engine of a [`ReadConnection`] or [`Transaction`].
//!
//! Database futures are boxed: sqlx futures take thousands of bytes, which would make every future that awaits them as
//! large and expensive to move, even when the result comes from a cache.

pub(crate) mod batch_writer;
pub(crate) mod sqlite_pool;

mod errors;
mod files;
pub(crate) mod like;
mod migrations;
mod postgres;
mod runtime_lock;
mod sqlite;
#[cfg(test)]
mod tests;

use crate::database::sqlite_pool::PooledSqliteReader;
use crate::infra::error::{Error, Result};
use domain::ids::{AccountId, ConsumerId};
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use errors::{UniqueIndex, violates_unique};
pub(crate) use postgres::{PostgresDatabase, with_timeout};
pub(crate) use sqlite::SqliteDatabase;
use sqlite::WriterState;

/// The location of the database.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL URL. It may contain a password, so it is never printed.
    Postgres(String),
}

impl Location {
    /// Checks that the folder of a database file may be created if it is missing.
    ///
    /// # Errors
    /// Returns [`Error::Unavailable`] if a server uses the database, whose folder was moved away.
    pub fn check_folder(&self) -> Result<()> {
        match self {
            Self::File(path) => sqlite::check_folder(path),
            Self::Postgres(_) => Ok(()),
        }
    }
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Postgres(_) => f.write_str("Postgres([redacted])"),
        }
    }
}

/// What to do if there is no database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfMissing {
    /// Create it.
    Create,
    /// Return an error.
    Fail,
}

/// An open database. Clones share the same connections.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Sqlite(SqliteDatabase),
    Postgres(PostgresDatabase),
}

/// How durable a committed change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// A committed change survives a power cut.
    Full,
    /// A committed change survives a crash of this process, but not a power cut. For data that loses its value within
    /// minutes.
    Relaxed,
}

/// An advisory lock that only one transaction at a time can hold, across all nodes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lock {
    /// Publishing a cache invalidation, so that sequence numbers are in commit order.
    Changes = 0x6761_7401,
    /// Creating the first account.
    Setup = 0x6761_7402,
    /// Running maintenance.
    Maintenance = 0x6761_7403,
    /// Counting sign-in attempts. Combined with the digest of what is counted.
    SignIn = 0x6761_7404,
    /// Changing the master keys.
    Keys = 0x6761_7405,
    /// Writing nonces when several nodes do so.
    Nonces = 0x6761_7406,
    /// Counting the size of the remote logs.
    RemoteLogs = 0x6761_7407,
}

/// A connection for reading.
pub(crate) enum ReadConnection {
    Sqlite(PooledSqliteReader),
    Postgres(PoolConnection<Postgres>, PostgresDatabase),
}

/// A transaction for writing. Rolled back on drop unless it is committed.
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>, Arc<WriterState>),
    /// The SQLite write connection in autocommit mode.
    SqliteStatement(PoolConnection<Sqlite>, Arc<WriterState>),
    Postgres(sqlx::Transaction<'static, Postgres>, PostgresDatabase),
}

/// A connection of either engine, for use by the macros.
pub(crate) enum Executor<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A connection that the macros can run statements on.
pub(crate) trait AsExecutor {
    /// Returns the connection of the engine.
    fn executor(&mut self) -> Executor<'_>;

    /// Records a failed statement, so that a broken connection is closed instead of reused.
    fn record_failure(&mut self, error: &sqlx::Error);
}

impl AsExecutor for ReadConnection {
    fn executor(&mut self) -> Executor<'_> {
        match self {
            Self::Sqlite(reader) => Executor::Sqlite(&mut reader.connection),
            Self::Postgres(connection, _) => Executor::Postgres(connection),
        }
    }

    fn record_failure(&mut self, error: &sqlx::Error) {
        match self {
            Self::Sqlite(reader) => reader.is_broken |= errors::breaks_connection(error),
            Self::Postgres(_, database) => database.record_failure(error),
        }
    }
}

impl AsExecutor for Transaction {
    fn executor(&mut self) -> Executor<'_> {
        match self {
            Self::Sqlite(transaction, _) => Executor::Sqlite(transaction),
            Self::SqliteStatement(connection, _) => Executor::Sqlite(connection),
            Self::Postgres(transaction, _) => Executor::Postgres(transaction),
        }
    }

    fn record_failure(&mut self, error: &sqlx::Error) {
        match self {
            Self::Sqlite(_, state) | Self::SqliteStatement(_, state) => state.record_failure(error),
            Self::Postgres(_, database) => database.record_failure(error),
        }
    }
}

/// Runs a query with the fetch method `$fetch` on the engine of the connection.
macro_rules! dispatch_query {
    ($connection:expr, $make:ident :: <$($row:ty)?>, $sql:expr, [$($bind:expr),*], $fetch:ident) => {{
        let outcome = match $crate::database::AsExecutor::executor(&mut *$connection) {
            $crate::database::Executor::Sqlite(connection) => {
                Box::pin(sqlx::$make::<sqlx::Sqlite $(, $row)?>($sql)$(.bind($bind))*.$fetch(connection)).await
            }
            $crate::database::Executor::Postgres(connection) => {
                $crate::database::with_timeout(
                    Box::pin(sqlx::$make::<sqlx::Postgres $(, $row)?>($sql)$(.bind($bind))*.$fetch(connection))
                ).await
            }
        };
        if let Err(error) = &outcome {
            $crate::database::AsExecutor::record_failure(&mut *$connection, error);
        }
        outcome
    }};
}

/// Executes a statement and returns the number of affected rows.
macro_rules! execute {
    ($connection:expr, $sql:expr $(, $bind:expr)* $(,)?) => {{
        let outcome = match $crate::database::AsExecutor::executor(&mut *$connection) {
            $crate::database::Executor::Sqlite(connection) => {
                Box::pin(sqlx::query::<sqlx::Sqlite>($sql)$(.bind($bind))*.execute(connection)).await
                    .map(|done| done.rows_affected())
            }
            $crate::database::Executor::Postgres(connection) => {
                $crate::database::with_timeout(
                    Box::pin(sqlx::query::<sqlx::Postgres>($sql)$(.bind($bind))*.execute(connection))
                ).await.map(|done| done.rows_affected())
            }
        };
        if let Err(error) = &outcome {
            $crate::database::AsExecutor::record_failure(&mut *$connection, error);
        }
        outcome
    }};
}

/// Fetches the single row of a query.
macro_rules! fetch_one {
    ($connection:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::database::dispatch_query!($connection, query_as::<$row>, $sql, [$($bind),*], fetch_one)
    };
}

/// Fetches the first row of a query, if any.
macro_rules! fetch_optional {
    ($connection:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::database::dispatch_query!($connection, query_as::<$row>, $sql, [$($bind),*], fetch_optional)
    };
}

/// Fetches all rows of a query.
macro_rules! fetch_all {
    ($connection:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::database::dispatch_query!($connection, query_as::<$row>, $sql, [$($bind),*], fetch_all)
    };
}

pub(crate) use {dispatch_query, execute, fetch_all, fetch_one, fetch_optional};

/// Futures of the pools take kilobytes. They are boxed, because most requests are answered from caches, and each would
/// otherwise reserve and move that memory.
impl Database {
    /// Opens the database.
    ///
    /// # Errors
    /// Returns [`Error::Unavailable`] with a message for the operator.
    pub(crate) async fn open(location: &Location, if_missing: IfMissing) -> Result<Self> {
        Ok(match location {
            Location::File(path) => Self::Sqlite(SqliteDatabase::open(path, if_missing).await?),
            Location::Postgres(url) => Self::Postgres(PostgresDatabase::open(url).await?),
        })
    }

    /// Returns a connection for reading.
    pub(crate) async fn read(&self) -> Result<ReadConnection> {
        Ok(match self {
            Self::Sqlite(database) => ReadConnection::Sqlite(Box::pin(database.read()).await?),
            Self::Postgres(database) => ReadConnection::Postgres(Box::pin(database.acquire()).await?, database.clone()),
        })
    }

    /// Begins a write transaction.
    pub(crate) async fn begin(&self, durability: Durability) -> Result<Transaction> {
        match self {
            Self::Sqlite(database) => Box::pin(database.begin(durability)).await,
            Self::Postgres(database) => Box::pin(database.begin(durability)).await,
        }
    }

    /// Begins a transaction for a single statement. On SQLite, the statement runs in autocommit mode, without begin and
    /// commit.
    pub(crate) async fn begin_statement(&self, durability: Durability) -> Result<Transaction> {
        match self {
            Self::Sqlite(database) => Box::pin(database.begin_statement(durability)).await,
            Self::Postgres(database) => Box::pin(database.begin(durability)).await,
        }
    }

    /// Migrates the schema, one process at a time.
    ///
    /// # Errors
    /// Returns [`Error::Unavailable`] if a migration fails or the schema is newer than this program.
    pub(crate) async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite(database) => database.migrate().await,
            Self::Postgres(database) => database.migrate().await,
        }
    }

    /// Checks that the files of a SQLite database are the ones that were opened. Writes are disabled while they are not.
    ///
    /// # Errors
    /// Returns [`Error::Unavailable`] if a file was moved, deleted or replaced.
    pub(crate) fn check_files(&self) -> Result<()> {
        match self {
            Self::Sqlite(database) => database.check_files(),
            Self::Postgres(_) => Ok(()),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(database) => database.close().await,
        }
    }
}

/// Maps a connection error to [`Error::Unavailable`].
fn unavailable(error: sqlx::Error) -> Error {
    Error::unavailable(errors::message(&error), error)
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if errors::is_temporary(&error) {
            unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}

impl Transaction {
    /// Commits the transaction.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction, state) => {
                let committed = Box::pin(transaction.commit()).await;
                committed.inspect_err(|error| state.record_failure(error))?;
            }
            Self::SqliteStatement(..) => {}
            Self::Postgres(transaction, database) => {
                let committed = with_timeout(Box::pin(transaction.commit())).await;
                committed.inspect_err(|error| database.record_failure(error))?;
            }
        }
        Ok(())
    }

    /// Locks the account until the end of the transaction, so that no other transaction that locks it runs meanwhile. Rows
    /// that reference the account can still be inserted. Not needed on SQLite, which has a single writer.
    pub(crate) async fn lock_account(&mut self, account: AccountId) -> Result<()> {
        if let Self::Postgres(transaction, _) = self {
            let lock = sqlx::query::<Postgres>("select id from accounts where id = $1 for no key update");
            with_timeout(lock.bind(account).execute(&mut **transaction)).await?;
        }
        Ok(())
    }

    /// Locks a consumer's tokens in the order in which their uses are recorded, before they are deleted in any order. Not
    /// needed on SQLite, which has a single writer.
    pub(crate) async fn lock_tokens_of(&mut self, consumer: ConsumerId) -> Result<()> {
        if let Self::Postgres(transaction, _) = self {
            let lock = sqlx::query::<Postgres>("select id from tokens where consumer_id = $1 order by id for update");
            with_timeout(lock.bind(consumer).execute(&mut **transaction)).await?;
        }
        Ok(())
    }

    /// Locks the session with this digest until the end of the transaction, so that no rows are linked to it meanwhile. Not
    /// needed on SQLite, which has a single writer.
    pub(crate) async fn lock_session(&mut self, digest: &[u8]) -> Result<()> {
        if let Self::Postgres(transaction, _) = self {
            sqlx::query::<Postgres>("select id from sessions where digest = $1 for update")
                .bind(digest)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// Acquires `lock` for each of these digests, across all nodes, until the end of the transaction. Not needed on SQLite,
    /// which has a single writer.
    pub(crate) async fn lock_each(&mut self, lock: Lock, digests: &[Vec<u8>]) -> Result<()> {
        if let Self::Postgres(transaction, _) = self {
            // Digests with the same first bytes share a lock, which is rare and harmless.
            let mut keys: Vec<i32> = digests
                .iter()
                .filter_map(|digest| digest.first_chunk())
                .map(|bytes| i32::from_be_bytes(*bytes))
                .collect();
            // A consistent order prevents deadlocks.
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                sqlx::query::<Postgres>("select pg_advisory_xact_lock($1, $2)")
                    .bind(lock as i32)
                    .bind(key)
                    .execute(&mut **transaction)
                    .await?;
            }
        }
        Ok(())
    }

    /// Acquires `lock`, across all nodes, until the end of the transaction. Not needed on SQLite, which has a single
    /// writer.
    pub(crate) async fn lock(&mut self, lock: Lock) -> Result<()> {
        if let Self::Postgres(transaction, _) = self {
            let statement = sqlx::query::<Postgres>("select pg_advisory_xact_lock($1)");
            with_timeout(statement.bind(lock as i64).execute(&mut **transaction)).await?;
        }
        Ok(())
    }
}
