//! In-memory caches, so that most requests don't read the database.
//!
//! Each subject defines its own caches. An entry names the account that it depends on, and holds when its read began. A
//! change on any node invalidates the entries of its account (see [`invalidation`](crate::infra::invalidation)). An entry
//! that was read during the change began before it, so stale data can't be cached.

use domain::ids::AccountId;
use quick_cache::Equivalent;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::watch;

/// The number of slots that accounts share. Accounts in the same slot are invalidated together.
const ACCOUNT_SLOTS: usize = 1024;

/// Defines a cache of a subject.
pub(crate) trait CacheDefinition: 'static {
    /// What an entry is found by.
    type Key: Eq + Hash + Send + Sync;
    /// What is cached.
    type Value: Send + Sync;
    /// The maximum number of entries. By default, for entries of less than a kilobyte.
    const MAX_ENTRIES: usize = 10_000;
}

/// Numbers the invalidations of this node, and holds the last one of each account.
pub(crate) struct Invalidations {
    last: AtomicU64,
    /// The last invalidation of all entries.
    all: AtomicU64,
    accounts: [AtomicU64; ACCOUNT_SLOTS],
    published: watch::Sender<u64>,
}

impl Default for Invalidations {
    fn default() -> Self {
        Self {
            last: AtomicU64::new(0),
            all: AtomicU64::new(0),
            accounts: [const { AtomicU64::new(0) }; ACCOUNT_SLOTS],
            published: watch::Sender::default(),
        }
    }
}

impl Invalidations {
    /// Invalidates the entries of an account, or all entries.
    pub fn invalidate(&self, account: Option<AccountId>) {
        let number = self.last.fetch_add(1, Ordering::SeqCst) + 1;
        let last = account.map_or(&self.all, |account| self.slot(account));
        last.fetch_max(number, Ordering::SeqCst);
        self.published.send_replace(number);
    }

    /// Returns a receiver that is notified of each invalidation from now on.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.published.subscribe()
    }

    fn is_current(&self, began: ReadBegan, account: Option<AccountId>) -> bool {
        began.0 >= self.all.load(Ordering::SeqCst)
            && account.is_none_or(|account| began.0 >= self.slot(account).load(Ordering::SeqCst))
    }

    fn slot(&self, account: AccountId) -> &AtomicU64 {
        // The last bytes of an id are random (RFC 9562 §5.7).
        let [.., high, low] = account.0.into_bytes();
        &self.accounts[usize::from(u16::from_be_bytes([high, low])) % ACCOUNT_SLOTS]
    }
}

/// The number of the last invalidation when a read began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReadBegan(u64);

struct Entry<V> {
    began: ReadBegan,
    account: Option<AccountId>,
    value: Arc<V>,
}

impl<V> Clone for Entry<V> {
    fn clone(&self) -> Self {
        Self {
            began: self.began,
            account: self.account,
            value: Arc::clone(&self.value),
        }
    }
}

/// A bounded cache, whose entries are valid until their account changes.
pub(crate) struct Cache<D: CacheDefinition> {
    entries: quick_cache::sync::Cache<D::Key, Entry<D::Value>>,
    invalidations: Arc<Invalidations>,
}

impl<D: CacheDefinition> Cache<D> {
    /// Creates an empty cache.
    pub fn new(invalidations: Arc<Invalidations>) -> Self {
        Self {
            entries: quick_cache::sync::Cache::new(D::MAX_ENTRIES),
            invalidations,
        }
    }

    /// Marks the beginning of a read. Call this before reading the data that is to be cached.
    pub fn begin_read(&self) -> ReadBegan {
        ReadBegan(self.invalidations.last.load(Ordering::SeqCst))
    }

    /// Returns the entry for `key` if it is still valid.
    pub fn get<Q: Hash + Equivalent<D::Key> + ?Sized>(&self, key: &Q) -> Option<Arc<D::Value>> {
        let entry = self.entries.get(key)?;
        self.invalidations
            .is_current(entry.began, entry.account)
            .then_some(entry.value)
    }

    /// Inserts a value whose read `began` then, and which depends on `account`, and returns it. A value that depends on
    /// no account is valid until all entries are invalidated.
    pub fn insert(
        &self,
        began: ReadBegan,
        account: impl Into<Option<AccountId>>,
        key: D::Key,
        value: D::Value,
    ) -> Arc<D::Value> {
        let value = Arc::new(value);
        let entry = Entry {
            began,
            account: account.into(),
            value: Arc::clone(&value),
        };
        self.entries.insert(key, entry);
        value
    }

    /// Removes the entry for `key`.
    pub fn remove<Q: Hash + Equivalent<D::Key> + ?Sized>(&self, key: &Q) {
        self.entries.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    struct Names;

    impl CacheDefinition for Names {
        type Key = u8;
        type Value = &'static str;
    }

    fn account(slot: u16) -> AccountId {
        AccountId(Uuid::from_u128(u128::from(slot)))
    }

    #[test]
    fn a_change_invalidates_the_entries_of_its_account_alone() {
        let invalidations = Arc::new(Invalidations::default());
        let cache = Cache::<Names>::new(Arc::clone(&invalidations));
        cache.insert(cache.begin_read(), account(1), 1, "one");
        cache.insert(cache.begin_read(), account(2), 2, "two");
        cache.insert(cache.begin_read(), None, 3, "none");
        invalidations.invalidate(Some(account(1)));
        assert_eq!(cache.get(&1), None);
        assert_eq!(cache.get(&2).as_deref(), Some(&"two"));
        assert_eq!(cache.get(&3).as_deref(), Some(&"none"));
        invalidations.invalidate(None);
        assert_eq!((cache.get(&2), cache.get(&3)), (None, None));
    }

    #[test]
    fn an_entry_read_during_a_change_is_not_valid_after_it() {
        let invalidations = Arc::new(Invalidations::default());
        let cache = Cache::<Names>::new(Arc::clone(&invalidations));
        let began = cache.begin_read();
        invalidations.invalidate(Some(account(1)));
        cache.insert(began, account(1), 1, "stale");
        assert_eq!(cache.get(&1), None);
        cache.insert(cache.begin_read(), account(1), 1, "fresh");
        assert_eq!(cache.get(&1).as_deref(), Some(&"fresh"));
    }
}
