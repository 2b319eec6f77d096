//! Throttled recording of last use, since recording every use would cause too many writes.

use crate::infra::error::Result;
use domain::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Holds the time of the last recorded use.
#[derive(Debug)]
pub(crate) struct LastUsed(AtomicI64);

impl LastUsed {
    /// Creates a value for a last use at `at`, or for none.
    pub fn new(at: impl Into<Option<Timestamp>>) -> Self {
        Self(AtomicI64::new(at.into().map_or(0, |at| at.0)))
    }

    /// Returns whether a use at `now` should be recorded, because the last recorded one is at least `interval` ago. Returns
    /// `true` for only one of several concurrent uses.
    pub fn should_record(&self, now: Timestamp, interval: Duration) -> bool {
        let recorded = self.0.load(Ordering::Relaxed);
        now.before(interval).0 >= recorded
            && self
                .0
                .compare_exchange(recorded, now.0, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// The maximum number of writes that wait for the database. Further writes are dropped.
const MAX_PENDING_WRITES: usize = 256;

/// How long a request waits for its write, so that a subsequent read sees it.
const WRITE_WAIT: Duration = Duration::from_secs(1);

/// Performs writes that a request doesn't depend on, such as last-used times. A failed write doesn't fail the request,
/// and a slow write continues in the background.
#[derive(Debug)]
pub(crate) struct BackgroundWriter {
    pending: Arc<Semaphore>,
    /// Whether the last write failed or was slow. Requests then don't wait for the next one.
    is_failing: Arc<AtomicBool>,
}

impl Default for BackgroundWriter {
    fn default() -> Self {
        Self {
            pending: Arc::new(Semaphore::new(MAX_PENDING_WRITES)),
            is_failing: Arc::default(),
        }
    }
}

impl BackgroundWriter {
    /// Runs `write`, naming `subject` in the log if it fails. Returns its result if it is known in time.
    pub async fn write<T: Send + 'static>(
        &self,
        subject: &'static str,
        write: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Option<T> {
        let permit = Arc::clone(&self.pending).try_acquire_owned().ok()?;
        let is_failing = Arc::clone(&self.is_failing);
        let mut task = tokio::spawn(async move {
            let outcome = write.await;
            is_failing.store(outcome.is_err(), Ordering::Relaxed);
            drop(permit);
            outcome
                .inspect_err(|error| tracing::warn!(%error, "failed to record {subject}"))
                .ok()
        });
        if self.is_failing.load(Ordering::Relaxed) {
            return None;
        }
        match timeout(WRITE_WAIT, &mut task).await {
            Ok(outcome) => outcome.ok().flatten(),
            Err(_) => {
                self.is_failing.store(true, Ordering::Relaxed);
                None
            }
        }
    }
}
