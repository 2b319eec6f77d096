//! The readiness check: whether the database can be written.

use crate::crypto::secret;
use crate::database::{Database, Durability, execute};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// How long a check result is cached.
const CACHE_TIME: Duration = Duration::from_secs(1);

/// How long a test write may take.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// The number of bytes written to the database. They are random, because a compressed or rewritten page would need no
/// additional disk space.
const FILLER_BYTES: usize = 4096;

/// The number of free bytes that the disk must have. SQLite reuses its write-ahead log, so small writes can succeed on a
/// full disk.
const MIN_FREE_BYTES: usize = 256 * 1024;

/// The reason why the portal is not ready, as a sentence without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotReadyError(String);

/// Caches the last check result. Concurrent callers wait for the same check.
#[derive(Debug, Default)]
pub(crate) struct Readiness(Arc<Mutex<Option<CheckResult>>>);

/// The time and outcome of a check.
type CheckResult = (Instant, Result<(), NotReadyError>);

impl Readiness {
    /// Checks that the database can be written, or returns the cached result of a recent check.
    ///
    /// # Errors
    /// Returns [`NotReadyError`] if it can't.
    pub async fn check(&self, portal: &Portal) -> Result<(), NotReadyError> {
        let mut last = Arc::clone(&self.0).lock_owned().await;
        if let Some((at, outcome)) = last.as_ref()
            && at.elapsed() < CACHE_TIME
        {
            return outcome.clone();
        }
        let portal = portal.clone();
        // On its own task, so that the result is cached even if the caller disconnects.
        let check = tokio::spawn(async move {
            let outcome = check_database(&portal).await;
            let previous = last.take().map(|(_, outcome)| outcome);
            match (&previous, &outcome) {
                (Some(Ok(())) | None, Err(reason)) => tracing::error!(%reason, "not ready"),
                (Some(Err(_)), Ok(())) => tracing::info!("ready again"),
                _ => {}
            }
            *last = Some((Instant::now(), outcome.clone()));
            outcome
        });
        check
            .await
            .unwrap_or_else(|_| Err(NotReadyError("The database check failed.".to_owned())))
    }
}

async fn check_database(portal: &Portal) -> Result<(), NotReadyError> {
    match timeout(WRITE_TIMEOUT, write(portal)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Error::Unavailable { message, source })) => {
            tracing::debug!(%source, message, "the database cannot be written");
            Err(NotReadyError(to_sentence(message)))
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "the database cannot be written");
            Err(NotReadyError("The database cannot be written.".to_owned()))
        }
        Err(_) => Err(NotReadyError(format!(
            "No write was possible within {} s. Another process may have locked the database.",
            WRITE_TIMEOUT.as_secs()
        ))),
    }
}

/// Performs a test write. On PostgreSQL, a transaction that is rolled back writes to the disk; SQLite writes on commit.
async fn write(portal: &Portal) -> Result<()> {
    let database = portal.database();
    database.check_files()?;
    let filler = secret::random::<FILLER_BYTES>();
    let mut tx = database.begin(Durability::Relaxed).await?;
    match database {
        Database::Sqlite(sqlite) => {
            execute!(
                &mut tx,
                "insert into readiness (id, filler) values (1, $1) on conflict (id) do update set filler = excluded.filler",
                filler.as_slice()
            )?;
            tx.commit().await?;
            let path = sqlite.path().with_extension(format!("{}.probe", std::process::id()));
            let written = tokio::task::spawn_blocking(move || write_file(&path));
            written
                .await
                .map_err(Error::internal)?
                .map_err(|error| match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                        Error::unavailable("the disk is full", error)
                    }
                    _ => Error::unavailable("the data folder cannot be written", error),
                })
        }
        Database::Postgres(_) => {
            let id = i64::from_ne_bytes(secret::random());
            // Rolled back when the transaction is dropped.
            execute!(
                &mut tx,
                "insert into readiness (id, filler) values ($1, $2)",
                id,
                filler.as_slice()
            )?;
            Ok(())
        }
    }
}

/// Writes to a file that is unlinked first, so that nothing is left behind in any case.
fn write_file(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
    std::fs::remove_file(path)?;
    file.write_all(&vec![1; MIN_FREE_BYTES])
}

/// Formats a log message as a sentence.
fn to_sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
