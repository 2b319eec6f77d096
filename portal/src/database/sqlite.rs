//! SQLite in a file: one write connection and several read connections.

use crate::database::files::{CreateError, DatabaseFiles, is_folder_moved, is_missing, lock_in_use};
use crate::database::migrations::{FIRST_CHECKSUM, migration_error};
use crate::database::sqlite_pool::{PooledSqliteReader, SqliteReadPool};
use crate::database::{Durability, IfMissing, Transaction, errors};
use crate::infra::error::{Error, Result};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqlSafeStr, Sqlite, SqlitePool};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// How long a request waits for the write connection and the write lock, which another process such as the command line
/// may hold.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(10);

/// A SQLite database. Clones share the same connections.
#[derive(Debug, Clone)]
pub(crate) struct SqliteDatabase {
    read: SqliteReadPool,
    write: SqlitePool,
    writer: Arc<WriterState>,
    files: Arc<DatabaseFiles>,
}

/// The state of the write connection.
#[derive(Debug, Default)]
pub(crate) struct WriterState {
    /// Whether it may be set to [`Durability::Relaxed`].
    is_relaxed: AtomicBool,
    /// Whether it must be closed before its next use.
    is_broken: AtomicBool,
    /// Whether it was opened after the last check of the files.
    is_new: AtomicBool,
    /// Whether writes are disabled because the database files were moved or replaced.
    is_displaced: AtomicBool,
}

impl WriterState {
    /// Records a failed statement, so that a broken connection is closed.
    pub fn record_failure(&self, error: &sqlx::Error) {
        if errors::breaks_connection(error) {
            self.is_broken.store(true, Ordering::Relaxed);
        }
    }
}

impl SqliteDatabase {
    /// Opens the database at `path`.
    pub async fn open(path: &Path, if_missing: IfMissing) -> Result<Self> {
        if if_missing == IfMissing::Fail && is_missing(path) {
            let message = format!(
                "{} is missing; to create it, start the server or run gatehouse migrate",
                path.display()
            );
            return Err(Error::unavailable("no database found", message));
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BEGIN_TIMEOUT)
            .pragma("cache_size", "-2000")
            // 16 MB of log, so that frequently written pages are copied to the file only once.
            .pragma("wal_autocheckpoint", "4000")
            .pragma("temp_store", "memory")
            .statement_cache_capacity(200);
        let failed = |error| Error::unavailable("the SQLite file cannot be opened", error);
        // SQLite does not wait for other processes when it switches a new file to WAL mode.
        let lock = lock_file(path).await.map_err(|error| failed(sqlx::Error::Io(error)))?;
        let in_use = lock_in_use(path).map_err(|reason| create_error(path, reason))?;
        let writer = Arc::new(WriterState::default());
        let write = writer_options(&writer)
            .connect_with(options.clone())
            .await
            .map_err(failed)?;
        drop(lock);
        // If the file disappears later, it was moved, so it must not be created again.
        write.set_connect_options(options.clone().create_if_missing(false));
        let files = Arc::new(DatabaseFiles::new(path, in_use));
        let read = SqliteReadPool::open(options.create_if_missing(false).read_only(true)).await?;
        Ok(Self {
            read,
            write,
            writer,
            files,
        })
    }

    /// Acquires a read connection.
    pub async fn read(&self) -> Result<PooledSqliteReader> {
        Box::pin(self.read.get()).await.map_err(crate::database::unavailable)
    }

    pub async fn begin(&self, durability: Durability) -> Result<Transaction> {
        let begin = async {
            let connection = self.acquire_writer(durability).await?;
            // Take the write lock immediately: a transaction that reads first and writes later could not wait for it.
            sqlx::Transaction::begin(connection, Some("begin immediate".into_sql_str())).await
        };
        let transaction = self.with_begin_timeout(begin).await?;
        Ok(Transaction::Sqlite(transaction, Arc::clone(&self.writer)))
    }

    pub async fn begin_statement(&self, durability: Durability) -> Result<Transaction> {
        let connection = self.with_begin_timeout(self.acquire_writer(durability)).await?;
        Ok(Transaction::SqliteStatement(connection, Arc::clone(&self.writer)))
    }

    /// Runs `begin` with [`BEGIN_TIMEOUT`], unless writes are disabled.
    async fn with_begin_timeout<T>(&self, begin: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T> {
        if self.writer.is_displaced.load(Ordering::Relaxed) {
            self.check_files()?;
        }
        let begun = timeout(BEGIN_TIMEOUT, begin).await;
        let begun = begun.map_err(|_| {
            let message = format!("no write was possible within {} s", BEGIN_TIMEOUT.as_secs());
            Error::unavailable("the database is busy", message)
        })?;
        begun.map_err(|error| {
            self.writer.record_failure(&error);
            crate::database::unavailable(error)
        })
    }

    /// Acquires the write connection and sets its durability. If the caller is canceled, a changed setting may or may not
    /// be applied, so `is_relaxed` is set before relaxing, and cleared only after full durability is restored.
    async fn acquire_writer(&self, durability: Durability) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        let mut connection = self.write.acquire().await?;
        let is_relaxed = &self.writer.is_relaxed;
        match (is_relaxed.load(Ordering::Relaxed), durability) {
            (false, Durability::Relaxed) => {
                is_relaxed.store(true, Ordering::Relaxed);
                sqlx::query::<Sqlite>("pragma synchronous = normal")
                    .execute(&mut *connection)
                    .await?;
            }
            (true, Durability::Full) => {
                sqlx::query::<Sqlite>("pragma synchronous = full")
                    .execute(&mut *connection)
                    .await?;
                is_relaxed.store(false, Ordering::Relaxed);
            }
            (false, Durability::Full) | (true, Durability::Relaxed) => {}
        }
        Ok(connection)
    }

    pub async fn migrate(&self) -> Result<()> {
        let lock = lock_file(self.files.path())
            .await
            .map_err(|error| Error::unavailable("the data folder cannot be written", error))?;
        let migrator = sqlx::migrate!("../migrations/sqlite");
        if let Err(error) = migrator.run(&self.write).await {
            let first = sqlx::query_scalar::<Sqlite, Vec<u8>>(FIRST_CHECKSUM);
            let first = first.fetch_optional(&self.write).await.ok().flatten();
            return Err(migration_error(&migrator, first, error));
        }
        drop(lock);
        self.check_files()
    }

    /// Checks that the database files are the ones that were opened. Disables writes while they are not.
    ///
    /// # Errors
    /// Returns [`Error::Unavailable`] if a file was moved, deleted or replaced.
    pub fn check_files(&self) -> Result<()> {
        if self.writer.is_new.swap(false, Ordering::Relaxed) {
            self.files.reset_log();
        }
        let checked = self.files.check();
        let was_displaced = self.writer.is_displaced.swap(checked.is_err(), Ordering::Relaxed);
        match checked {
            Err(displaced) if !was_displaced => {
                tracing::error!(path = %self.path().display(), "{}; writes are disabled until then", displaced.message());
            }
            Ok(()) if was_displaced => tracing::info!("database files restored"),
            _ => {}
        }
        checked.map_err(|displaced| Error::unavailable(displaced.message(), self.files.path().display().to_string()))
    }

    /// Returns the path of the database file.
    pub fn path(&self) -> &Path {
        self.files.path()
    }

    pub async fn close(&self) {
        self.read.close().await;
        // SQLite deletes the log when the last connection closes.
        self.files.release();
        self.write.close().await;
    }
}

/// Returns the pool options of the single write connection. SQLite rolls back by itself when the disk is full or the file
/// system reports an error, but sqlx still assumes that the connection is in a transaction. Such a connection is closed,
/// and the next request opens a new one.
fn writer_options(writer: &Arc<WriterState>) -> SqlitePoolOptions {
    let (opened, used) = (Arc::clone(writer), Arc::clone(writer));
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(BEGIN_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // A file needs no ping.
        .test_before_acquire(false)
        .after_connect(move |_, _| {
            opened.is_relaxed.store(false, Ordering::Relaxed);
            opened.is_broken.store(false, Ordering::Relaxed);
            opened.is_new.store(true, Ordering::Relaxed);
            Box::pin(async { Ok(()) })
        })
        .before_acquire(move |connection, _| {
            let is_usable = !used.is_broken.load(Ordering::Relaxed) && !connection.is_in_transaction();
            Box::pin(async move { Ok(is_usable) })
        })
}

/// Checks that the folder of the database at `path` may be created if it is missing.
pub(crate) fn check_folder(path: &Path) -> Result<()> {
    if is_folder_moved(path) {
        return Err(create_error(path, CreateError::InUse));
    }
    Ok(())
}

fn create_error(path: &Path, reason: CreateError) -> Error {
    let name = path.display();
    match reason {
        CreateError::InUse => Error::unavailable(
            "a server is running on this database, but its file is missing",
            format!("restore {name}, or stop the server first"),
        ),
        CreateError::Orphaned(log) => Error::unavailable(
            "the database file is missing",
            format!("{} holds its last changes; restore {name} next to it", log.display()),
        ),
        CreateError::Io(error) => Error::unavailable("the data folder cannot be written", error),
    }
}

/// Locks the database against being initialized or migrated by other processes, until the returned file is closed. Uses a
/// lock file next to the database, where PostgreSQL has advisory locks.
async fn lock_file(path: &Path) -> std::io::Result<std::fs::File> {
    let path = path.with_extension("lock");
    let locked = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::create(path)?;
        file.lock()?;
        Ok(file)
    });
    locked.await.map_err(std::io::Error::other)?
}
