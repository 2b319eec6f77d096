//! The open portal: what every operation is handed.

use crate::crypto::keyring::Keyring;
use crate::crypto::secret::{self, Secret};
use crate::database::{Database, Durability, Location, Missing, Reader, Transaction};
use crate::http_client::{self, Outgoing};
use crate::infra::cache::Caches;
use crate::infra::clock::Clock;
use crate::infra::error::Result;
use crate::infra::readiness::{NotReady, Readiness};
use crate::infra::throttle::Notes;
use crate::integration::api_keys;
use crate::integration::dam_assets::Listings;
use crate::integration::settings::Listeners;
use crate::key_rotation;
use crate::oauth1::nonces::{NonceWriter, Nonces};
use crate::oauth2::signing_keys;
use crate::oauth2::{AccessTokens, TokenWriter};
use domain::oauth2::oauth_apps::SigningAlgorithm;
use domain::time::Timestamp;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// How a portal is opened.
#[derive(Debug)]
pub struct Options {
    /// Where the database is.
    pub database: Location,
    /// The master keys.
    pub keyring: Keyring,
    /// What time it is.
    pub clock: Clock,
    /// What the operator has decided about requests to others.
    pub outgoing: http_client::Policy,
}

/// The open portal. A clone is the same portal.
#[derive(Clone)]
pub struct Portal {
    inner: Arc<Inner>,
    clock: Clock,
}

struct Inner {
    database: Database,
    keyring: Keyring,
    caches: Caches,
    listeners: Listeners,
    listings: Listings,
    outgoing: Outgoing,
    testing: Semaphore,
    nonces: NonceWriter,
    tokens: TokenWriter,
    hashing: Semaphore,
    notes: Notes,
    readiness: Readiness,
    ids: Sequence,
}

/// Numbers the ids of one millisecond.
#[derive(Default)]
struct Sequence(Mutex<(i64, u16)>);

impl Sequence {
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
    /// Opens the database and brings its schema up to date. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) when the database cannot be opened or migrated, or was sealed
    /// under none of the master keys.
    pub async fn open(options: Options) -> Result<Self> {
        Self::open_or(options, Missing::Create).await
    }

    /// As [`open`](Self::open), on a database that is there: none is begun.
    ///
    /// # Errors
    /// As for [`open`](Self::open), and [`Error::Unavailable`](crate::Error::Unavailable) when there is no database.
    pub async fn open_existing(options: Options) -> Result<Self> {
        Self::open_or(options, Missing::Refuse).await
    }

    async fn open_or(options: Options, missing: Missing) -> Result<Self> {
        let database = Database::open(&options.database, missing).await?;
        if let Err(error) = database.migrate().await {
            database.close().await;
            return Err(error);
        }
        let nonces = NonceWriter::start(database.clone(), Nonces::default());
        let tokens = TokenWriter::start(database.clone(), AccessTokens);
        let inner = Inner {
            database,
            keyring: options.keyring,
            caches: Caches::default(),
            listeners: Listeners::default(),
            listings: Listings::default(),
            outgoing: Outgoing::new(options.outgoing),
            testing: Semaphore::new(4),
            nonces,
            tokens,
            // Argon2id takes 19 MiB a time; more at once would let sign-ins crowd out everything else.
            hashing: Semaphore::new(2),
            notes: Notes::default(),
            readiness: Readiness::default(),
            ids: Sequence::default(),
        };
        let portal = Self {
            inner: Arc::new(inner),
            clock: options.clock,
        };
        if let Err(error) = portal.prepare().await {
            portal.close().await;
            return Err(error);
        }
        Ok(portal)
    }

    /// Checks the master key, and makes the other keys that are missing.
    async fn prepare(&self) -> Result<()> {
        key_rotation::check(self).await?;
        signing_keys::ensure(self, SigningAlgorithm::Es256).await?;
        api_keys::ensure(self).await
    }

    /// The same portal at another time, which stands still: to enter what happened then.
    pub(crate) fn at(&self, time: Timestamp) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            clock: Clock::manual(time),
        }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock, for tests to move.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Closes the database's connections, once what is under way has ended.
    pub async fn close(&self) {
        self.inner.nonces.finish().await;
        self.inner.tokens.finish().await;
        self.inner.database.close().await;
    }

    /// Checks that the portal can do its work, which takes that the database can be written. What was found holds for a
    /// second, so that those who ask do not load the database.
    ///
    /// # Errors
    /// [`NotReady`] with a sentence that says what is wrong, after two seconds at most.
    pub async fn check_ready(&self) -> Result<(), NotReady> {
        self.inner.readiness.check(self).await
    }

    pub(crate) async fn read(&self) -> Result<Reader> {
        self.inner.database.read().await
    }

    pub(crate) async fn begin(&self) -> Result<Transaction> {
        self.inner.database.begin(Durability::Power).await
    }

    /// A transaction for what is worth little minutes later.
    pub(crate) async fn begin_lightly(&self) -> Result<Transaction> {
        self.inner.database.begin(Durability::Process).await
    }

    pub(crate) fn database(&self) -> &Database {
        &self.inner.database
    }

    pub(crate) fn caches(&self) -> &Caches {
        &self.inner.caches
    }

    pub(crate) fn listeners(&self) -> &Listeners {
        &self.inner.listeners
    }

    pub(crate) fn listings(&self) -> &Listings {
        &self.inner.listings
    }

    pub(crate) fn outgoing(&self) -> &Outgoing {
        &self.inner.outgoing
    }

    /// Room for tests of connections.
    pub(crate) fn testing(&self) -> &Semaphore {
        &self.inner.testing
    }

    pub(crate) fn nonces(&self) -> &NonceWriter {
        &self.inner.nonces
    }

    pub(crate) fn token_writer(&self) -> &TokenWriter {
        &self.inner.tokens
    }

    pub(crate) fn notes(&self) -> &Notes {
        &self.inner.notes
    }

    pub(crate) fn hashing(&self) -> &Semaphore {
        &self.inner.hashing
    }

    /// A new id, which sorts after those that this process made before.
    pub(crate) fn new_id(&self) -> Uuid {
        let now = self.now().0;
        let sequence = self.inner.ids.next(now);
        let mut random = secret::random::<10>();
        // The twelve bits after the time count what is made within a millisecond (RFC 9562 §6.2, method 1).
        random[..2].copy_from_slice(&sequence.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(now).unwrap_or_default(), &random).into_uuid()
    }

    pub(crate) fn seal(&self, context: &str, secret: &Secret) -> Result<Vec<u8>> {
        self.inner.keyring.seal(context, secret)
    }

    pub(crate) fn unseal(&self, context: &str, sealed: &[u8]) -> Result<Secret> {
        self.inner.keyring.open(context, sealed)
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.inner.keyring
    }

    /// The moment `duration` ago.
    pub(crate) fn ago(&self, duration: Duration) -> Timestamp {
        self.now().before(duration)
    }
}
