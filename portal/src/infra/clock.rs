//! The clock, which tests can set and advance instead of sleeping.

use domain::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A source of the current time.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The system clock.
    #[default]
    System,
    /// A clock that only moves when it is advanced.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Returns a manual clock that is set to `now`.
    #[must_use]
    pub fn manual(now: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(now.0)))
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(now) => Timestamp(now.load(Ordering::SeqCst)),
        }
    }

    /// Advances a manual clock. Has no effect on the system clock.
    pub fn advance(&self, duration: Duration) {
        if let Self::Manual(now) = self {
            now.store(
                Timestamp(now.load(Ordering::SeqCst)).after(duration).0,
                Ordering::SeqCst,
            );
        }
    }
}
