//! SQLite in a file: one connection that writes, and several that read.

use crate::database::files::{DatabaseFiles, NotBegun, is_missing, lock_in_use};
use crate::database::sqlite_pool::{SqliteReader, SqliteReaders};
use crate::database::{Durability, Missing, Transaction, failure};
use crate::infra::error::{Error, Result};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqlSafeStr, Sqlite, SqlitePool};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// How long a request waits for its turn to write. Another process, such as the command line, may hold SQLite's one write
/// lock for a moment.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(10);

/// A SQLite database. A clone is the same database.
#[derive(Debug, Clone)]
pub(crate) struct SqliteDatabase {
    read: SqliteReaders,
    write: SqlitePool,
    writer: Arc<WriterState>,
    files: Arc<DatabaseFiles>,
}

/// What is known of the one connection that writes.
#[derive(Debug, Default)]
pub(crate) struct WriterState {
    /// Whether it may be set to less than [`Durability::Power`].
    is_relaxed: AtomicBool,
    /// Whether it is to be closed before its next use.
    is_broken: AtomicBool,
    /// Whether it was opened since the files were last looked at.
    is_new: AtomicBool,
    /// Whether nothing may be written, as the files are no longer the database's.
    is_displaced: AtomicBool,
}

impl WriterState {
    pub fn note_failure(&self, error: &sqlx::Error) {
        if failure::breaks_connection(error) {
            self.is_broken.store(true, Ordering::Relaxed);
        }
    }
}

impl SqliteDatabase {
    pub async fn open(path: &Path, missing: Missing) -> Result<Self> {
        if missing == Missing::Refuse && is_missing(path) {
            let sentence = format!(
                "{} is missing; start the server, or run gatehouse migrate, to begin a new one",
                path.display()
            );
            return Err(Error::unavailable("there is no database", sentence));
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BEGIN_TIMEOUT)
            .pragma("cache_size", "-2000")
            // 16 MB of log: pages that are written again and again are copied into the file once.
            .pragma("wal_autocheckpoint", "4000")
            .pragma("temp_store", "memory")
            .statement_cache_capacity(200);
        let failed = |error| Error::unavailable("the SQLite file cannot be opened", error);
        // SQLite does not wait for others when it turns a new file to WAL.
        let lock = alone_with(path).await.map_err(|error| failed(sqlx::Error::Io(error)))?;
        let in_use = lock_in_use(path).map_err(|reason| not_begun(path, reason))?;
        let writer = Arc::new(WriterState::default());
        let write = writer_options(&writer)
            .connect_with(options.clone())
            .await
            .map_err(failed)?;
        drop(lock);
        // From here on a file that is gone was moved away, and is not made anew.
        write.set_connect_options(options.clone().create_if_missing(false));
        let files = Arc::new(DatabaseFiles::new(path, in_use));
        let read = SqliteReaders::open(options.create_if_missing(false).read_only(true)).await?;
        Ok(Self {
            read,
            write,
            writer,
            files,
        })
    }

    pub async fn read(&self) -> Result<SqliteReader> {
        Box::pin(self.read.get()).await.map_err(crate::database::unavailable)
    }

    pub async fn begin(&self, durability: Durability) -> Result<Transaction> {
        let begin = async {
            let connection = self.acquire_writer(durability).await?;
            // Taking the write lock at once: a transaction that reads first and writes later could not wait for it.
            sqlx::Transaction::begin(connection, Some("begin immediate".into_sql_str())).await
        };
        let transaction = self.in_time(begin).await?;
        Ok(Transaction::Sqlite(transaction, Arc::clone(&self.writer)))
    }

    pub async fn begin_statement(&self, durability: Durability) -> Result<Transaction> {
        let connection = self.in_time(self.acquire_writer(durability)).await?;
        Ok(Transaction::SqliteStatement(connection, Arc::clone(&self.writer)))
    }

    async fn in_time<T>(&self, begin: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T> {
        if self.writer.is_displaced.load(Ordering::Relaxed) {
            self.check_files()?;
        }
        let begun = timeout(BEGIN_TIMEOUT, begin).await;
        let begun = begun.map_err(|_| {
            let sentence = format!("it took no write within {} s", BEGIN_TIMEOUT.as_secs());
            Error::unavailable("the database is busy", sentence)
        })?;
        begun.map_err(|error| {
            self.writer.note_failure(&error);
            crate::database::unavailable(error)
        })
    }

    /// SQLite's one writer, set to this durability. A setting that has just been changed may be lost with a caller that
    /// goes away, so `is_relaxed` is on before it can be true, and off only after it has become false.
    async fn acquire_writer(&self, durability: Durability) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        let mut connection = self.write.acquire().await?;
        let is_relaxed = &self.writer.is_relaxed;
        match (is_relaxed.load(Ordering::Relaxed), durability) {
            (false, Durability::Process) => {
                is_relaxed.store(true, Ordering::Relaxed);
                sqlx::query::<Sqlite>("pragma synchronous = normal")
                    .execute(&mut *connection)
                    .await?;
            }
            (true, Durability::Power) => {
                sqlx::query::<Sqlite>("pragma synchronous = full")
                    .execute(&mut *connection)
                    .await?;
                is_relaxed.store(false, Ordering::Relaxed);
            }
            (false, Durability::Power) | (true, Durability::Process) => {}
        }
        Ok(connection)
    }

    pub async fn migrate(&self) -> Result<()> {
        let lock = alone_with(self.files.path())
            .await
            .map_err(|error| Error::unavailable("the data folder cannot be written", error))?;
        sqlx::migrate!("../migrations/sqlite")
            .run(&self.write)
            .await
            .map_err(|error| Error::unavailable("the database could not be migrated", error))?;
        drop(lock);
        self.check_files()
    }

    /// Checks that the files are where they were, and from then on refuses to write until they are again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where one was moved away, deleted or replaced.
    pub fn check_files(&self) -> Result<()> {
        if self.writer.is_new.swap(false, Ordering::Relaxed) {
            self.files.forget_log();
        }
        let checked = self.files.check();
        let was_displaced = self.writer.is_displaced.swap(checked.is_err(), Ordering::Relaxed);
        match checked {
            Err(displaced) if !was_displaced => {
                tracing::error!(path = %self.path().display(), "{}; nothing is written until then", displaced.sentence());
            }
            Ok(()) if was_displaced => tracing::info!("the files of the database are back"),
            _ => {}
        }
        checked.map_err(|displaced| Error::unavailable(displaced.sentence(), self.files.path().display().to_string()))
    }

    pub fn path(&self) -> &Path {
        self.files.path()
    }

    pub async fn close(&self) {
        self.read.close().await;
        // With the last connection the log goes.
        self.files.release();
        self.write.close().await;
    }
}

/// The pool of the one connection that writes. SQLite rolls back by itself when a disk is full or an answer of the file
/// system's is an error, and sqlx then thinks for good that it is within a transaction: such a connection is closed, and
/// the next request opens another.
fn writer_options(writer: &Arc<WriterState>) -> SqlitePoolOptions {
    let (opened, used) = (Arc::clone(writer), Arc::clone(writer));
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(BEGIN_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // A file needs no asking whether it is still there.
        .test_before_acquire(false)
        .after_connect(move |_, _| {
            opened.is_relaxed.store(false, Ordering::Relaxed);
            opened.is_broken.store(false, Ordering::Relaxed);
            opened.is_new.store(true, Ordering::Relaxed);
            Box::pin(async { Ok(()) })
        })
        .before_acquire(move |connection, _| {
            let is_fit = !used.is_broken.load(Ordering::Relaxed) && !connection.is_in_transaction();
            Box::pin(async move { Ok(is_fit) })
        })
}

fn not_begun(path: &Path, reason: NotBegun) -> Error {
    let name = path.display();
    match reason {
        NotBegun::InUse => Error::unavailable(
            "a server is running on this database, but its file is missing",
            format!("put {name} back, or stop the server first"),
        ),
        NotBegun::Orphaned(log) => Error::unavailable(
            "the file of the database is missing",
            format!("{} holds its last changes; put {name} back beside it", log.display()),
        ),
        NotBegun::Io(error) => Error::unavailable("the data folder cannot be written", error),
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
