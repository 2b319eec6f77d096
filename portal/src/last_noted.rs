//! When something was last used, to within a while: each use would be too many to write down.

use domain::time::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

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
