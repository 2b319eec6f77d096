//! The portal service, which every operation takes as its first argument.

use crate::crypto::keyring::Keyring;
use crate::crypto::secret::{self, Secret};
use crate::database::{Database, Durability, ReadConnection, Transaction};
use crate::http_client::HttpClient;
use crate::infra::cache::{Cache, CacheDefinition, Invalidations};
use crate::infra::clock::Clock;
use crate::infra::error::Result;
use crate::infra::readiness::{NotReadyError, Readiness};
use crate::infra::subject_state::SubjectState;
use crate::infra::throttle::BackgroundWriter;
use domain::time::Timestamp;
use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// The portal service. Clones share the same state.
#[derive(Clone)]
pub struct Portal {
    inner: Arc<Inner>,
    clock: Clock,
}

struct Inner {
    database: Database,
    keyring: Keyring,
    http_client: HttpClient,
    background: BackgroundWriter,
    readiness: Readiness,
    subjects: SubjectState,
    id_sequence: IdSequence,
}

/// Numbers the ids that are created within one millisecond.
#[derive(Default)]
struct IdSequence(Mutex<(i64, u16)>);

impl IdSequence {
    fn next(&self, millis: i64) -> u16 {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = if last.0 == millis {
            (millis, last.1.wrapping_add(1))
        } else {
            (millis, 0)
        };
        last.1
    }
}

impl fmt::Debug for Portal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Portal")
            .field("database", &self.inner.database)
            .finish_non_exhaustive()
    }
}

impl Portal {
    /// Creates a portal on an open database, with the state of all subjects.
    pub(crate) fn new(
        database: Database,
        keyring: Keyring,
        clock: Clock,
        http_client: HttpClient,
        subjects: SubjectState,
    ) -> Self {
        let inner = Inner {
            database,
            keyring,
            http_client,
            background: BackgroundWriter::default(),
            readiness: Readiness::default(),
            subjects,
            id_sequence: IdSequence::default(),
        };
        Self {
            inner: Arc::new(inner),
            clock,
        }
    }

    /// Returns the same portal with its clock fixed at `time`, to record past events.
    pub(crate) fn at_time(&self, time: Timestamp) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            clock: Clock::manual(time),
        }
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the clock, which tests can advance.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Checks that the database can be written. The result is cached for one second, so that frequent checks don't load
    /// the database.
    ///
    /// # Errors
    /// Returns [`NotReadyError`] with a description of the problem, after at most two seconds.
    pub async fn check_ready(&self) -> Result<(), NotReadyError> {
        self.inner.readiness.check(self).await
    }

    /// Returns a connection for reading.
    pub(crate) async fn read(&self) -> Result<ReadConnection> {
        self.inner.database.read().await
    }

    /// Begins a transaction with full durability.
    pub(crate) async fn begin(&self) -> Result<Transaction> {
        self.inner.database.begin(Durability::Full).await
    }

    /// Begins a transaction with relaxed durability, for data that loses its value within minutes.
    pub(crate) async fn begin_relaxed(&self) -> Result<Transaction> {
        self.inner.database.begin(Durability::Relaxed).await
    }

    pub(crate) fn database(&self) -> &Database {
        &self.inner.database
    }

    /// Returns the state of a subject, which its group has registered.
    pub(crate) fn state<T: Any + Send + Sync>(&self) -> &T {
        self.inner.subjects.get()
    }

    /// Returns the cache of a subject, which its group has registered.
    pub(crate) fn cache<D: CacheDefinition>(&self) -> &Cache<D> {
        self.inner.subjects.get()
    }

    /// Returns the invalidations of all caches of this node.
    pub(crate) fn invalidations(&self) -> &Invalidations {
        self.inner.subjects.invalidations()
    }

    pub(crate) fn http_client(&self) -> &HttpClient {
        &self.inner.http_client
    }

    pub(crate) fn background_writer(&self) -> &BackgroundWriter {
        &self.inner.background
    }

    /// Returns a new UUIDv7 that sorts after all ids this process has created before.
    pub(crate) fn new_id(&self) -> Uuid {
        let now = self.now().0;
        let sequence = self.inner.id_sequence.next(now);
        let mut random = secret::random::<10>();
        // The twelve bits after the time are a counter within the millisecond (RFC 9562 §6.2, method 1).
        random[..2].copy_from_slice(&sequence.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(now).unwrap_or_default(), &random).into_uuid()
    }

    /// Encrypts a secret for the row that `context` names.
    pub(crate) fn encrypt(&self, context: &str, secret: &Secret) -> Result<Vec<u8>> {
        self.inner.keyring.encrypt(context, secret)
    }

    /// Decrypts a value that was encrypted for the same `context`.
    pub(crate) fn decrypt(&self, context: &str, value: &[u8]) -> Result<Secret> {
        self.inner.keyring.decrypt(context, value)
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.inner.keyring
    }

    /// Returns the time `duration` before now.
    pub(crate) fn now_minus(&self, duration: Duration) -> Timestamp {
        self.now().before(duration)
    }
}
