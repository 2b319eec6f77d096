//! When something was last used, to within a while: each use would be too many to write down.

use crate::infra::error::Result;
use domain::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The moment of the use that was last written down.
#[derive(Debug)]
pub(crate) struct LastNoted(AtomicI64);

impl LastNoted {
    pub fn new(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.0))
    }

    /// Whether a use at `now` is to be written down, the last one being as long ago as `every`. Of uses that come at once,
    /// one is.
    pub fn is_due(&self, now: Timestamp, every: Duration) -> bool {
        let noted = self.0.load(Ordering::Relaxed);
        now.before(every).0 >= noted
            && self
                .0
                .compare_exchange(noted, now.0, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// How many notes may wait for the database at once; further ones are left out until they are due again.
const MAX_PENDING_NOTES: usize = 256;

/// How long a request waits for its note, so that whoever looks next sees it.
const NOTE_WAIT: Duration = Duration::from_secs(1);

/// Writes down what a request does not depend on, such as when something was last used. A note that cannot be written
/// never makes its request fail, and one that takes long is written while the request goes on.
#[derive(Debug)]
pub(crate) struct Notes {
    pending: Arc<Semaphore>,
    /// Whether the last note failed or took long: then nobody waits for the next one.
    is_failing: Arc<AtomicBool>,
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            pending: Arc::new(Semaphore::new(MAX_PENDING_NOTES)),
            is_failing: Arc::default(),
        }
    }
}

impl Notes {
    /// Writes `note`, the `subject` of which is named in the log. Returns what came of it, where that is known in time.
    pub async fn write<T: Send + 'static>(
        &self,
        subject: &'static str,
        note: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Option<T> {
        let permit = Arc::clone(&self.pending).try_acquire_owned().ok()?;
        let is_failing = Arc::clone(&self.is_failing);
        let mut writing = tokio::spawn(async move {
            let outcome = note.await;
            is_failing.store(outcome.is_err(), Ordering::Relaxed);
            drop(permit);
            outcome
                .inspect_err(|error| tracing::warn!(%error, "{subject} could not be noted"))
                .ok()
        });
        if self.is_failing.load(Ordering::Relaxed) {
            return None;
        }
        match timeout(NOTE_WAIT, &mut writing).await {
            Ok(outcome) => outcome.ok().flatten(),
            Err(_) => {
                self.is_failing.store(true, Ordering::Relaxed);
                None
            }
        }
    }
}
