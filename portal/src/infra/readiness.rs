//! Whether the portal can do its work, for whoever watches over the server.

use crate::crypto::secret;
use crate::database::{Database, Durability, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// For how long what was found holds.
const CACHE_TIME: Duration = Duration::from_secs(1);

/// How long the database may take to be written.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// How many bytes are written into the database. A compressed or rewritten page would need no room on the disk, so they
/// are random.
const FILLER_BYTES: usize = 4096;

/// How many bytes a disk must have room for. SQLite writes again and again into a log that keeps its size, so a little
/// can be written on a full disk.
const FREE_BYTES: usize = 256 * 1024;

/// Why the portal cannot do its work, in one sentence that holds nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotReady(String);

/// What was last found, and when. Whoever asks meanwhile waits for the one who looks.
#[derive(Debug, Default)]
pub(crate) struct Readiness(Arc<Mutex<Option<Finding>>>);

/// When it was looked, and what was found.
type Finding = (Instant, Result<(), NotReady>);

impl Readiness {
    /// Checks that the database can be written, unless that was done a moment ago.
    ///
    /// # Errors
    /// [`NotReady`].
    pub async fn check(&self, portal: &Portal) -> Result<(), NotReady> {
        let mut last = Arc::clone(&self.0).lock_owned().await;
        if let Some((at, outcome)) = last.as_ref()
            && at.elapsed() < CACHE_TIME
        {
            return outcome.clone();
        }
        let portal = portal.clone();
        // On a task of its own: who asks and goes away must not make the next one look again at once.
        let looking = tokio::spawn(async move {
            let outcome = look(&portal).await;
            let before = last.take().map(|(_, outcome)| outcome);
            match (&before, &outcome) {
                (Some(Ok(())) | None, Err(reason)) => tracing::error!(%reason, "not ready"),
                (Some(Err(_)), Ok(())) => tracing::info!("ready again"),
                _ => {}
            }
            *last = Some((Instant::now(), outcome.clone()));
            outcome
        });
        looking
            .await
            .unwrap_or_else(|_| Err(NotReady("The check of the database failed.".to_owned())))
    }
}

async fn look(portal: &Portal) -> Result<(), NotReady> {
    match timeout(WRITE_TIMEOUT, write(portal)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Error::Unavailable { message, source })) => {
            tracing::debug!(%source, message, "the database cannot be written");
            Err(NotReady(sentence(message)))
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "the database cannot be written");
            Err(NotReady("The database cannot be written.".to_owned()))
        }
        Err(_) => Err(NotReady(format!(
            "The database took no write within {} s; another process may hold its lock.",
            WRITE_TIMEOUT.as_secs()
        ))),
    }
}

/// Writes something that nobody reads. A transaction that is rolled back writes to the disk on PostgreSQL, which has no
/// use for more; SQLite writes when it commits.
async fn write(portal: &Portal) -> Result<()> {
    let database = portal.database();
    database.check_files()?;
    let filler = secret::random::<FILLER_BYTES>();
    let mut tx = database.begin(Durability::Process).await?;
    match database {
        Database::Sqlite(sqlite) => {
            run!(
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
            // Rolled back, as the transaction is dropped.
            run!(
                &mut tx,
                "insert into readiness (id, filler) values ($1, $2)",
                id,
                filler.as_slice()
            )?;
            Ok(())
        }
    }
}

/// Writes a file that has no name any more when it is written, so that nothing is left behind however this ends.
fn write_file(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
    std::fs::remove_file(path)?;
    file.write_all(&vec![1; FREE_BYTES])
}

/// A message of the log as a sentence.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
