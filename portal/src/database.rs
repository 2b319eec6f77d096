//! One code path for both engines: SQLite in a file, or PostgreSQL by URL.
//!
//! Statements are written once, in the SQL that both understand, with `$1` parameters. [`run!`], [`fetch_one!`],
//! [`fetch_optional!`] and [`fetch_all!`] send them to whichever engine a [`Reader`] or a [`Transaction`] belongs to.
//!
//! What waits for the database is boxed: sqlx's futures are thousands of bytes, and what awaits them would be as large, and
//! be moved at each call, even where all is remembered and nothing is asked.

use crate::error::{Error, Result};
use crate::sqlite_readers::{SqliteReader, SqliteReaders};
use domain::ids::ConsumerId;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgConnection, PgPool, Postgres, SqlSafeStr, Sqlite, SqliteConnection, SqlitePool};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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

/// The open database.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// One writer, many readers, as SQLite's WAL has it.
    Sqlite {
        path: PathBuf,
        read: SqliteReaders,
        write: SqlitePool,
        /// Whether the one connection of `write` may be set to less than [`Durability::Power`].
        relaxed: Arc<AtomicBool>,
    },
    Postgres(PgPool),
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
}

/// A connection to read with.
pub(crate) enum Reader {
    Sqlite(SqliteReader),
    Postgres(PoolConnection<Postgres>),
}

/// A transaction to write in; rolled back unless committed.
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// SQLite's writer without a transaction: each statement is one of its own.
    SqliteStatement(PoolConnection<Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A connection of either engine, for the macros.
pub(crate) enum Handle<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// What the macros can send a statement to.
pub(crate) trait Connection {
    fn handle(&mut self) -> Handle<'_>;
}

impl Connection for Reader {
    fn handle(&mut self) -> Handle<'_> {
        match self {
            Self::Sqlite(connection) => Handle::Sqlite(connection),
            Self::Postgres(connection) => Handle::Postgres(connection),
        }
    }
}

impl Connection for Transaction {
    fn handle(&mut self) -> Handle<'_> {
        match self {
            Self::Sqlite(transaction) => Handle::Sqlite(transaction),
            Self::SqliteStatement(connection) => Handle::Sqlite(connection),
            Self::Postgres(transaction) => Handle::Postgres(transaction),
        }
    }
}

macro_rules! on_either {
    ($connection:expr, $make:ident :: <$($row:ty)?>, $sql:expr, [$($bind:expr),*], $fetch:ident) => {
        match $crate::database::Connection::handle(&mut *$connection) {
            $crate::database::Handle::Sqlite(connection) => {
                Box::pin(sqlx::$make::<sqlx::Sqlite $(, $row)?>($sql)$(.bind($bind))*.$fetch(connection)).await
            }
            $crate::database::Handle::Postgres(connection) => {
                Box::pin(sqlx::$make::<sqlx::Postgres $(, $row)?>($sql)$(.bind($bind))*.$fetch(connection)).await
            }
        }
    };
}

/// Runs a statement; gives the number of rows that it touched.
macro_rules! run {
    ($connection:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $crate::database::Connection::handle(&mut *$connection) {
            $crate::database::Handle::Sqlite(connection) => {
                Box::pin(sqlx::query::<sqlx::Sqlite>($sql)$(.bind($bind))*.execute(connection)).await
                    .map(|done| done.rows_affected())
            }
            $crate::database::Handle::Postgres(connection) => {
                Box::pin(sqlx::query::<sqlx::Postgres>($sql)$(.bind($bind))*.execute(connection)).await
                    .map(|done| done.rows_affected())
            }
        }
    };
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
    /// Connects, making the SQLite file when there is none.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with a sentence for the operator.
    pub(crate) async fn open(location: &Location) -> Result<Self> {
        match location {
            Location::File(path) => Self::open_file(path).await,
            Location::Postgres(url) => {
                let options = PgConnectOptions::from_str(url)
                    .map_err(|error| Error::unavailable("the database URL is not valid", error))?;
                let pool = PgPoolOptions::new()
                    .max_connections(16)
                    .acquire_timeout(Duration::from_secs(10))
                    .connect_with(options)
                    .await
                    .map_err(|error| Error::unavailable("PostgreSQL does not answer", error))?;
                Ok(Self::Postgres(pool))
            }
        }
    }

    async fn open_file(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // Another process, such as the command line, may hold the one write lock for a moment.
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-2000")
            // 16 MB of log: pages that are written again and again are copied into the file once.
            .pragma("wal_autocheckpoint", "4000")
            .pragma("temp_store", "memory")
            .statement_cache_capacity(200);
        let failed = |error| Error::unavailable("the SQLite file cannot be opened", error);
        // SQLite does not wait for others when it turns a new file to WAL.
        let lock = alone_with(path).await.map_err(|error| failed(sqlx::Error::Io(error)))?;
        let relaxed = Arc::new(AtomicBool::new(false));
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            // A file needs no asking whether it is still there.
            .test_before_acquire(false)
            .after_connect({
                let relaxed = Arc::clone(&relaxed);
                move |_, _| {
                    relaxed.store(false, Ordering::Relaxed);
                    Box::pin(async { Ok(()) })
                }
            })
            .connect_with(options.clone())
            .await
            .map_err(failed)?;
        drop(lock);
        let read = SqliteReaders::open(options.read_only(true)).await?;
        Ok(Self::Sqlite {
            path: path.to_owned(),
            read,
            write,
            relaxed,
        })
    }

    pub(crate) async fn read(&self) -> Result<Reader> {
        Ok(match self {
            Self::Sqlite { read, .. } => Reader::Sqlite(Box::pin(read.get()).await?),
            Self::Postgres(pool) => Reader::Postgres(Box::pin(pool.acquire()).await?),
        })
    }

    pub(crate) async fn begin(&self, durability: Durability) -> Result<Transaction> {
        match self {
            Self::Sqlite { write, relaxed, .. } => {
                let connection = Box::pin(acquire_writer(write, relaxed, durability)).await?;
                // Taking the write lock at once: a transaction that reads first and writes later could not wait for it.
                let begun = sqlx::Transaction::begin(connection, Some("begin immediate".into_sql_str()));
                let transaction = Box::pin(begun).await?;
                Ok(Transaction::Sqlite(transaction))
            }
            Self::Postgres(pool) => {
                let pool = pool.clone();
                // On a task of its own: sqlx forgets that it has sent BEGIN when it is dropped before the answer, and
                // would hand the connection on within that transaction.
                let begun = tokio::spawn(async move { pool.begin().await });
                let mut transaction = begun.await.map_err(Error::internal)??;
                if durability == Durability::Process {
                    sqlx::query::<Postgres>("set local synchronous_commit = off")
                        .execute(&mut *transaction)
                        .await?;
                }
                Ok(Transaction::Postgres(transaction))
            }
        }
    }

    /// Begins a transaction of no more than one statement, which is committed or fails as a whole. SQLite does so without
    /// being told to begin and to commit.
    pub(crate) async fn begin_statement(&self, durability: Durability) -> Result<Transaction> {
        match self {
            Self::Sqlite { write, relaxed, .. } => {
                let connection = Box::pin(acquire_writer(write, relaxed, durability)).await?;
                Ok(Transaction::SqliteStatement(connection))
            }
            Self::Postgres(_) => self.begin(durability).await,
        }
    }

    /// Brings the schema up to date, one process at a time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when a migration fails, or when the database is newer than this program.
    pub(crate) async fn migrate(&self) -> Result<()> {
        let failed = |error| Error::unavailable("the database could not be migrated", error);
        match self {
            Self::Sqlite { path, write, .. } => {
                let lock = alone_with(path)
                    .await
                    .map_err(|error| Error::unavailable("the data folder cannot be written", error))?;
                sqlx::migrate!("../migrations/sqlite")
                    .run(write)
                    .await
                    .map_err(failed)?;
                drop(lock);
            }
            Self::Postgres(pool) => {
                sqlx::migrate!("../migrations/postgres")
                    .run(pool)
                    .await
                    .map_err(failed)?;
            }
        }
        Ok(())
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Waits until no other process opens the SQLite file for the first time, or migrates it, for as long as the answer is
/// kept. PostgreSQL has advisory locks for this; the file has its neighbour.
async fn alone_with(path: &Path) -> std::io::Result<std::fs::File> {
    let path = path.with_extension("lock");
    let locked = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::create(path)?;
        file.lock()?;
        Ok(file)
    });
    locked.await.map_err(std::io::Error::other)?
}

/// SQLite's one writer, set to this durability. A setting that has just been changed may be lost with a caller that goes
/// away, so `relaxed` is on before it can be true, and off only after it has become false.
async fn acquire_writer(
    write: &SqlitePool,
    relaxed: &AtomicBool,
    durability: Durability,
) -> Result<PoolConnection<Sqlite>> {
    let mut connection = write.acquire().await?;
    match (relaxed.load(Ordering::Relaxed), durability) {
        (false, Durability::Process) => {
            relaxed.store(true, Ordering::Relaxed);
            sqlx::query::<Sqlite>("pragma synchronous = normal")
                .execute(&mut *connection)
                .await?;
        }
        (true, Durability::Power) => {
            sqlx::query::<Sqlite>("pragma synchronous = full")
                .execute(&mut *connection)
                .await?;
            relaxed.store(false, Ordering::Relaxed);
        }
        (false, Durability::Power) | (true, Durability::Process) => {}
    }
    Ok(connection)
}

impl Transaction {
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => Box::pin(transaction.commit()).await?,
            Self::SqliteStatement(_) => {}
            Self::Postgres(transaction) => Box::pin(transaction.commit()).await?,
        }
        Ok(())
    }

    /// Locks a consumer's tokens in the order in which their uses are noted, before they are deleted in any order.
    /// SQLite has one writer.
    pub(crate) async fn lock_tokens_of(&mut self, consumer: ConsumerId) -> Result<()> {
        if let Self::Postgres(transaction) = self {
            sqlx::query::<Postgres>("select id from tokens where consumer_id = $1 order by id for update")
                .bind(consumer)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// Locks the session with this digest until the end of the transaction, so that nothing is tied to it meanwhile.
    /// SQLite has one writer.
    pub(crate) async fn lock_session(&mut self, digest: &[u8]) -> Result<()> {
        if let Self::Postgres(transaction) = self {
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
        if let Self::Postgres(transaction) = self {
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
        if let Self::Postgres(transaction) = self {
            sqlx::query::<Postgres>("select pg_advisory_xact_lock($1)")
                .bind(lock as i64)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }
}
