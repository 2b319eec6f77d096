//! What a node remembers of the database, so that most requests read nothing.
//!
//! Every entry is derived, bounded in number, and carries the generation in which its reading began. A change on any
//! node starts a new generation (see `changes`), which makes every older entry worthless at once; an entry that was
//! read while the change happened is older too, so nothing stale can slip in.

use crate::auth::actor::Actor;
use crate::auth::sessions::Signed;
use crate::infra::portal::Portal;
use crate::integration::api_keys;
use crate::integration::implementations;
use crate::integration::settings::Published;
use crate::oauth1::Credential;
use crate::oauth2::signing_keys::Keys;
use crate::oauth2::{Bearer, Client};
use domain::ids::{AccountId, OauthAppId, UserId};
use domain::integration::implementations::Connector;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::watch;

/// How many entries of a kind a node remembers; one takes less than a kilobyte.
const ENTRIES: usize = 10_000;

/// How many accounts' settings a node remembers; those of a thousand fields take a few hundred kilobytes.
const SETTINGS: usize = 200;

/// A generation of the caches: what was read before the last change is of an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation(u64);

pub(crate) struct Caches {
    generation: AtomicU64,
    /// Tells of each new generation.
    changed: watch::Sender<u64>,
    /// By the digest of the session's cookie.
    pub sessions: Remembered<Vec<u8>, Signed>,
    /// By consumer key and token.
    pub credentials: Remembered<(String, String), Credential>,
    /// OAuth 2 apps, as they prove themselves.
    pub clients: Remembered<OauthAppId, Client>,
    /// By the digest of an access token.
    pub bearers: Remembered<Vec<u8>, Bearer>,
    /// The people whose permissions apps have.
    pub people: Remembered<UserId, Actor>,
    /// The keys that sign access tokens, all in one entry.
    pub keys: Remembered<(), Keys>,
    /// By the digest of an API key.
    pub api_keys: Remembered<Vec<u8>, api_keys::Connected>,
    /// Settings as connectors read them.
    pub settings: Remembered<AccountId, Published>,
    /// Connectors that have been noted.
    pub implementations: Remembered<(AccountId, Connector), implementations::Known>,
    /// Fields that have been noted, by the key of their name.
    pub asked_fields: Remembered<(AccountId, String), ()>,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            generation: AtomicU64::new(0),
            changed: watch::Sender::default(),
            sessions: Remembered::new(),
            credentials: Remembered::new(),
            clients: Remembered::new(),
            bearers: Remembered::new(),
            people: Remembered::new(),
            keys: Remembered::new(),
            api_keys: Remembered::new(),
            settings: Remembered::with_room(SETTINGS),
            implementations: Remembered::new(),
            asked_fields: Remembered::new(),
        }
    }
}

impl Caches {
    /// To be taken before reading what is to be remembered.
    pub fn generation(&self) -> Generation {
        Generation(self.generation.load(Ordering::SeqCst))
    }
}

impl Portal {
    /// Starts a new generation: what is remembered is worthless from now on.
    pub(crate) fn forget(&self) {
        let caches = self.caches();
        let before = caches.generation.fetch_add(1, Ordering::SeqCst);
        caches.changed.send_replace(before + 1);
    }

    /// Tells of each new generation from now on.
    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.caches().changed.subscribe()
    }
}

/// A credential's key without owning it.
#[derive(Hash)]
pub(crate) struct CredentialKey<'a>(pub &'a str, pub &'a str);

impl Equivalent<(String, String)> for CredentialKey<'_> {
    fn equivalent(&self, (consumer_key, token): &(String, String)) -> bool {
        self.0 == consumer_key && self.1 == token
    }
}

/// An implementation's key without owning it.
#[derive(Hash)]
pub(crate) struct ImplementationKey<'a>(pub AccountId, pub &'a Connector);

impl Equivalent<(AccountId, Connector)> for ImplementationKey<'_> {
    fn equivalent(&self, (account, connector): &(AccountId, Connector)) -> bool {
        self.0 == *account && self.1 == connector
    }
}

/// One kind of remembered values.
pub(crate) struct Remembered<K, V>(Cache<K, (Generation, Arc<V>)>);

impl<K: Eq + Hash, V> Remembered<K, V> {
    fn new() -> Self {
        Self::with_room(ENTRIES)
    }

    fn with_room(entries: usize) -> Self {
        Self(Cache::new(entries))
    }

    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, now: Generation, key: &Q) -> Option<Arc<V>> {
        self.0
            .get(key)
            .filter(|(generation, _)| *generation == now)
            .map(|(_, value)| value)
    }

    pub fn put(&self, read_in: Generation, key: K, value: V) -> Arc<V> {
        let value = Arc::new(value);
        self.0.insert(key, (read_in, Arc::clone(&value)));
        value
    }

    pub fn remove<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) {
        self.0.remove(key);
    }
}
