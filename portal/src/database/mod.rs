//! One code path for both engines: SQLite in a file, or PostgreSQL by URL.
//!
//! Statements are written once, in the SQL that both understand, with `$1` parameters. [`run!`], [`fetch_one!`],
//! [`fetch_optional!`] and [`fetch_all!`] send them to whichever engine a [`Reader`] or a [`Transaction`] belongs to.
//!
//! What waits for the database is boxed: sqlx's futures are thousands of bytes, and what awaits them would be as large, and
//! be moved at each call, even where all is remembered and nothing is asked.

pub(crate) mod batch_writer;
pub(crate) mod sqlite_pool;

mod failure;
mod files;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;

use crate::database::sqlite_pool::SqliteReader;
use crate::infra::error::{Error, Result};
use domain::ids::ConsumerId;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use postgres::{PostgresDatabase, bounded};
pub(crate) use sqlite::SqliteDatabase;
use sqlite::WriterState;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file, made when missing.
    File(PathBuf),
    /// A PostgreSQL URL; it may hold a password and so is never printed.
    Postgres(String),
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Postgres(_) => f.write_str("Postgres([redacted])"),
        }
    }
}

/// Whether a database may be begun where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It is made.
    Create,
    /// It is an error.
    Refuse,
}

/// The open database.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Sqlite(SqliteDatabase),
    Postgres(PostgresDatabase),
}

/// What must survive what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// A committed change survives a power cut.
    Power,
    /// A committed change survives the end of this process, however it ends. For what is worth little minutes later.
    Process,
}

/// A name that only one transaction at a time may hold, over all nodes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lock {
    /// Telling other nodes of a change, so that the numbers of changes are in the order of their commits.
    Changes = 0x6761_7401,
    /// Making the first account.
    Setup = 0x6761_7402,
    /// Housekeeping.
    Maintenance = 0x6761_7403,
    /// Counting attempts to sign in; for each thing that they are counted by.
    SignIn = 0x6761_7404,
    /// Changing the master keys.
    Keys = 0x6761_7405,
    /// Writing nonces where several nodes do.
    Nonces = 0x6761_7406,
    /// Counting what the remote logs take.
    RemoteLogs = 0x6761_7407,
}

/// A connection to read with.
pub(crate) enum Reader {
    Sqlite(SqliteReader),
    Postgres(PoolConnection<Postgres>, PostgresDatabase),
}

/// A transaction to write in; rolled back unless committed.
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>, Arc<WriterState>),
    /// SQLite's writer without a transaction: each statement is one of its own.
    SqliteStatement(PoolConnection<Sqlite>, Arc<WriterState>),
    Postgres(sqlx::Transaction<'static, Postgres>, PostgresDatabase),
}

/// A connection of either engine, for the macros.
pub(crate) enum Handle<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// What the macros can send a statement to.
pub(crate) trait Connection {
    fn handle(&mut self) -> Handle<'_>;

    /// Notes that a statement has failed, so that a connection which is no longer fit for use is closed, and not given to
    /// the next request.
    fn note_failure(&mut self, error: &sqlx::Error);
}

impl Connection for Reader {
    fn handle(&mut self) -> Handle<'_> {
        match self {
            Self::Sqlite(reader) => Handle::Sqlite(&mut reader.connection),
            Self::Postgres(connection, _) => Handle::Postgres(connection),
        }
    }

    fn note_failure(&mut self, error: &sqlx::Error) {
        match self {
            Self::Sqlite(reader) => reader.is_broken |= failure::breaks_connection(error),
            Self::Postgres(_, database) => database.note_failure(error),
        }
    }
}

impl Connection for Transaction {
    fn handle(&mut self) -> Handle<'_> {
        match self {
            Self::Sqlite(transaction, _) => Handle::Sqlite(transaction),
            Self::SqliteStatement(connection, _) => Handle::Sqlite(connection),
            Self::Postgres(transaction, _) => Handle::Postgres(transaction),
        }
    }

    fn note_failure(&mut self, error: &sqlx::Error) {
        match self {
            Self::Sqlite(_, state) | Self::SqliteStatement(_, state) => state.note_failure(error),
            Self::Postgres(_, database) => database.note_failure(error),
        }
    }
}

macro_rules! on_either {
    ($connection:expr, $make:ident :: <$($row:ty)?>, $sql:expr, [$($bind:expr),*], $fetch:ident) => {{
        let outcome = match $crate::database::Connection::handle(&mut *$connection) {
            $crate::database::Handle::Sqlite(connection) => {
                Box::pin(sqlx::$make::<sqlx::Sqlite $(, $row)?>($sql)$(.bind($bind))*.$fetch(connection)).await
            }
            $crate::database::Handle::Postgres(connection) => {
                $crate::database::bounded(
                    Box::pin(sqlx::$make::<sqlx::Postgres $(, $row)?>($sql)$(.bind($bind))*.$fetch(connection))
                ).await
            }
        };
        if let Err(error) = &outcome {
            $crate::database::Connection::note_failure(&mut *$connection, error);
        }
        outcome
    }};
}

/// Runs a statement; gives the number of rows that it touched.
macro_rules! run {
    ($connection:expr, $sql:expr $(, $bind:expr)* $(,)?) => {{
        let outcome = match $crate::database::Connection::handle(&mut *$connection) {
            $crate::database::Handle::Sqlite(connection) => {
                Box::pin(sqlx::query::<sqlx::Sqlite>($sql)$(.bind($bind))*.execute(connection)).await
                    .map(|done| done.rows_affected())
            }
            $crate::database::Handle::Postgres(connection) => {
                $crate::database::bounded(
                    Box::pin(sqlx::query::<sqlx::Postgres>($sql)$(.bind($bind))*.execute(connection))
                ).await.map(|done| done.rows_affected())
            }
        };
        if let Err(error) = &outcome {
            $crate::database::Connection::note_failure(&mut *$connection, error);
        }
        outcome
    }};
}

/// The one row of a query.
macro_rules! fetch_one {
    ($connection:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::database::on_either!($connection, query_as::<$row>, $sql, [$($bind),*], fetch_one)
    };
}

/// The first row of a query, if it has any.
macro_rules! fetch_optional {
    ($connection:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::database::on_either!($connection, query_as::<$row>, $sql, [$($bind),*], fetch_optional)
    };
}

/// All rows of a query.
macro_rules! fetch_all {
    ($connection:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::database::on_either!($connection, query_as::<$row>, $sql, [$($bind),*], fetch_all)
    };
}

pub(crate) use {fetch_all, fetch_one, fetch_optional, on_either, run};

impl Database {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with a sentence for the operator.
    pub(crate) async fn open(location: &Location, missing: Missing) -> Result<Self> {
        Ok(match location {
            Location::File(path) => Self::Sqlite(SqliteDatabase::open(path, missing).await?),
            Location::Postgres(url) => Self::Postgres(PostgresDatabase::open(url).await?),
        })
    }

    pub(crate) async fn read(&self) -> Result<Reader> {
        Ok(match self {
            Self::Sqlite(database) => Reader::Sqlite(database.read().await?),
            Self::Postgres(database) => Reader::Postgres(database.acquire().await?, database.clone()),
        })
    }

    pub(crate) async fn begin(&self, durability: Durability) -> Result<Transaction> {
        match self {
            Self::Sqlite(database) => Box::pin(database.begin(durability)).await,
            Self::Postgres(database) => Box::pin(database.begin(durability)).await,
        }
    }

    /// Begins a transaction of no more than one statement, which is committed or fails as a whole. SQLite does so without
    /// being told to begin and to commit.
    pub(crate) async fn begin_statement(&self, durability: Durability) -> Result<Transaction> {
        match self {
            Self::Sqlite(database) => Box::pin(database.begin_statement(durability)).await,
            Self::Postgres(database) => Box::pin(database.begin(durability)).await,
        }
    }

    /// Brings the schema up to date, one process at a time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when a migration fails, or when the database is newer than this program.
    pub(crate) async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite(database) => database.migrate().await,
            Self::Postgres(database) => database.migrate().await,
        }
    }

    /// Checks that the files of a SQLite database are where they were when it was opened. While they are not, nothing is
    /// written.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where one was moved away, deleted or replaced.
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

/// What is said where no connection could be had.
fn unavailable(error: sqlx::Error) -> Error {
    Error::unavailable(failure::sentence(&error), error)
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if failure::is_temporary(&error) {
            unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}

impl Transaction {
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction, state) => {
                let committed = Box::pin(transaction.commit()).await;
                committed.inspect_err(|error| state.note_failure(error))?;
            }
            Self::SqliteStatement(..) => {}
            Self::Postgres(transaction, database) => {
                let committed = bounded(Box::pin(transaction.commit())).await;
                committed.inspect_err(|error| database.note_failure(error))?;
            }
        }
        Ok(())
    }

    /// Locks a consumer's tokens in the order in which their uses are noted, before they are deleted in any order.
    /// SQLite has one writer.
    pub(crate) async fn lock_tokens_of(&mut self, consumer: ConsumerId) -> Result<()> {
        if let Self::Postgres(transaction, _) = self {
            let lock = sqlx::query::<Postgres>("select id from tokens where consumer_id = $1 order by id for update");
            bounded(lock.bind(consumer).execute(&mut **transaction)).await?;
        }
        Ok(())
    }

    /// Locks the session with this digest until the end of the transaction, so that nothing is tied to it meanwhile.
    /// SQLite has one writer.
    pub(crate) async fn lock_session(&mut self, digest: &[u8]) -> Result<()> {
        if let Self::Postgres(transaction, _) = self {
            sqlx::query::<Postgres>("select id from sessions where digest = $1 for update")
                .bind(digest)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// Waits until no other transaction, on any node, holds `lock` for one of these digests; they are held until the end of
    /// this one. SQLite has one writer, so there they are held already.
    pub(crate) async fn lock_each(&mut self, lock: Lock, digests: &[Vec<u8>]) -> Result<()> {
        if let Self::Postgres(transaction, _) = self {
            // Of two digests that begin alike, one waits for the other in vain, which is rare and harmless.
            let mut keys: Vec<i32> = digests
                .iter()
                .filter_map(|digest| digest.first_chunk())
                .map(|bytes| i32::from_be_bytes(*bytes))
                .collect();
            // In one order everywhere, so that no two transactions wait for each other.
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

    /// Waits until no other transaction, on any node, holds `lock`; it is held until the end of this one.
    /// SQLite has one writer, so there it is held already.
    pub(crate) async fn lock(&mut self, lock: Lock) -> Result<()> {
        if let Self::Postgres(transaction, _) = self {
            let statement = sqlx::query::<Postgres>("select pg_advisory_xact_lock($1)");
            bounded(statement.bind(lock as i64).execute(&mut **transaction)).await?;
        }
        Ok(())
    }
}
