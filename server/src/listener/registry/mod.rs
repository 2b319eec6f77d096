//! The connections that are open, and which of them make room for others.
//!
//! A connection is a stranger's until a request on it has shown a valid credential. Strangers may have three quarters of
//! all connections, and each address a few. The rest is for addresses that have lately shown a valid credential, and for
//! trusted proxies. Where there is no room, the oldest of the connections that have not sent a head is closed for the new
//! one, then those that have been idle longest, and if there are none, the new one is refused.
//!
//! The lock is taken when a connection opens and closes, at its first request and its first valid credential, but not at
//! each request.

use crate::http::rate_limit::network;
use crate::listener::connection::{Connection, PeerKind};
use crate::listener::limits::ConnectionLimits;
use crate::listener::memory::MemoryBudget;
use quick_cache::sync::Cache;
use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How many addresses are remembered for their credentials; one takes less than 100 bytes.
const MAX_KNOWN_ADDRESSES: usize = 20_000;

/// How long an address is remembered: whoever signed in yesterday gets in today.
const KNOWN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// How many idle connections are closed at once, since finding them takes a look at all connections.
const MAX_IDLE_EVICTIONS: usize = 32;

/// How often the log says that there is no room.
const WARNING_INTERVAL: Duration = Duration::from_secs(10);

/// The connections of a server.
#[derive(Debug)]
pub struct Registry {
    limits: ConnectionLimits,
    memory: MemoryBudget,
    started: Instant,
    /// When addresses last showed a valid credential.
    known: Cache<IpAddr, Instant>,
    /// When a warning may be logged again, in milliseconds since `started`.
    next_warning: AtomicU64,
    open: Mutex<OpenConnections>,
}

/// What the lock guards. All sets are ordered by age, as ids are.
#[derive(Debug, Default)]
struct OpenConnections {
    next_id: u64,
    all: HashMap<u64, Arc<Connection>>,
    /// Connections of strangers that have not sent a head.
    unfinished_strangers: BTreeSet<u64>,
    /// Connections of known addresses that have shown no credential and have not sent a head.
    unfinished_known: BTreeSet<u64>,
    /// Connections without a valid credential, by address.
    by_address: HashMap<IpAddr, BTreeSet<u64>>,
    /// How many of them are of addresses that have not lately shown one.
    strangers: usize,
    /// Requests without a valid credential under way through trusted proxies, by address.
    forwarded: HashMap<IpAddr, usize>,
    /// How many of them are of addresses that have not lately shown one.
    forwarded_strangers: usize,
}

/// There is no room for another connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Registry {
    pub fn new(limits: ConnectionLimits) -> Self {
        Self {
            memory: MemoryBudget::new(limits.max_unauthenticated_bytes),
            limits,
            started: Instant::now(),
            known: Cache::new(MAX_KNOWN_ADDRESSES),
            next_warning: AtomicU64::new(0),
            open: Mutex::default(),
        }
    }

    pub fn limits(&self) -> &ConnectionLimits {
        &self.limits
    }

    /// Runs `warn`, unless a warning was logged a moment ago: who fills the connections must not fill the log too.
    pub fn warn_rarely(&self, warn: impl FnOnce()) {
        let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let now = milliseconds(self.started.elapsed());
        let next = self.next_warning.load(Ordering::Relaxed);
        let then = now.saturating_add(milliseconds(WARNING_INTERVAL));
        let is_due = now >= next
            && self
                .next_warning
                .compare_exchange(next, then, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if is_due {
            warn();
        }
    }

    /// Opens a connection from `peer`.
    ///
    /// # Errors
    /// [`Full`] where no other connection can be closed for it.
    pub fn open(self: &Arc<Self>, peer: SocketAddr) -> Result<Arc<Connection>, Full> {
        let address = peer.ip().to_canonical();
        let kind = if self.limits.trusted_proxies.contain(address) {
            PeerKind::TrustedProxy
        } else if self.is_known(address) {
            PeerKind::Known
        } else {
            PeerKind::Stranger
        };
        let address = network(address);
        let mut open = self.lock();
        let made_room = self.make_room(&mut open, address, kind);
        if made_room.is_err() {
            drop(open);
            self.warn_rarely(|| tracing::warn!(%peer, "connections are refused: as many as may be are open"));
            return Err(Full);
        }
        let id = open.next_id;
        open.next_id += 1;
        let connection = Arc::new(Connection::new(id, peer, address, kind, Arc::clone(self)));
        open.all.insert(id, Arc::clone(&connection));
        if kind != PeerKind::TrustedProxy {
            open.by_address.entry(address).or_default().insert(id);
        }
        match kind {
            PeerKind::TrustedProxy => {}
            PeerKind::Known => {
                open.unfinished_known.insert(id);
            }
            PeerKind::Stranger => {
                open.unfinished_strangers.insert(id);
                open.strangers += 1;
            }
        }
        Ok(connection)
    }

    /// Closes other connections until there is room for one more.
    fn make_room(&self, open: &mut OpenConnections, address: IpAddr, kind: PeerKind) -> Result<(), Full> {
        if kind != PeerKind::TrustedProxy {
            while open.of_address(address) >= self.limits.max_connections_per_address {
                open.evict_of_address(address)?;
            }
        }
        while open.all.len() >= self.limits.max_connections
            || (kind == PeerKind::Stranger && open.strangers() >= self.limits.max_stranger_connections())
        {
            open.evict_for(kind)?;
        }
        Ok(())
    }

    /// Closes the connection that can best be spared, if there is one.
    pub fn evict_one(&self) {
        // Where there is none, there is nothing to do.
        let _ = self.lock().evict_for(PeerKind::Known);
    }

    /// Notes that a connection has sent a whole head.
    pub fn head_finished(&self, connection: &Connection) {
        self.lock().forget_unfinished(connection);
    }

    /// Notes that a connection has shown a valid credential: it no longer counts among those that have not.
    pub fn authenticated(&self, connection: &Connection) {
        self.lock().forget_unauthenticated(connection);
    }

    /// Notes that a connection has closed.
    pub fn closed(&self, connection: &Connection) {
        self.lock().remove(connection);
    }

    /// Asks all connections to close once their requests are answered.
    pub fn close_all(&self) {
        for connection in self.lock().all.values() {
            connection.close_gracefully();
        }
    }

    /// Takes `bytes` of what connections without a valid credential may hold. The oldest unfinished heads are dropped for
    /// them. Returns whether there were as many.
    pub fn reserve(&self, bytes: usize) -> bool {
        loop {
            if self.memory.try_reserve(bytes) {
                return true;
            }
            self.warn_rarely(|| {
                tracing::warn!("connections without a valid credential hold as much memory as they may")
            });
            if !self.lock().evict_unfinished(PeerKind::Known) {
                return false;
            }
        }
    }

    /// Gives `bytes` back.
    pub fn release(&self, bytes: usize) {
        if bytes > 0 {
            self.memory.release(bytes);
        }
    }

    /// Takes a place for a request without a valid credential (yet) that a trusted proxy forwards from `address`.
    ///
    /// # Errors
    /// [`Full`] where that address, or all that have not lately shown a credential, have as many as they may.
    pub fn open_forwarded(&self, address: IpAddr) -> Result<ForwardedPlace, Full> {
        let is_stranger = !self.is_known(address);
        let address = network(address);
        let mut open = self.lock();
        let of_address = open.forwarded.get(&address).copied().unwrap_or(0);
        if of_address >= self.limits.max_connections_per_address
            || (is_stranger && open.strangers() >= self.limits.max_stranger_connections())
        {
            drop(open);
            self.warn_rarely(|| tracing::warn!(%address, "requests are refused: the address has as many as it may"));
            return Err(Full);
        }
        open.forwarded.insert(address, of_address + 1);
        open.forwarded_strangers += usize::from(is_stranger);
        Ok(ForwardedPlace { address, is_stranger })
    }

    /// Gives the place of such a request back.
    pub fn close_forwarded(&self, place: ForwardedPlace) {
        let mut open = self.lock();
        open.forwarded_strangers = open.forwarded_strangers.saturating_sub(usize::from(place.is_stranger));
        if let Some(count) = open.forwarded.get_mut(&place.address) {
            *count -= 1;
            if *count == 0 {
                open.forwarded.remove(&place.address);
            }
        }
    }

    /// Remembers that a valid credential came from `address`.
    pub fn remember(&self, address: IpAddr) {
        self.known.insert(network(address), Instant::now());
    }

    /// Whether a valid credential has lately come from `address`.
    fn is_known(&self, address: IpAddr) -> bool {
        self.known
            .get(&network(address))
            .is_some_and(|at| at.elapsed() < KNOWN_FOR)
    }

    fn lock(&self) -> MutexGuard<'_, OpenConnections> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub fn reserved_bytes(&self) -> usize {
        self.memory.used()
    }
}

/// The place of a forwarded request among those of its address.
#[derive(Debug, Clone, Copy)]
pub struct ForwardedPlace {
    address: IpAddr,
    is_stranger: bool,
}

impl OpenConnections {
    fn of_address(&self, address: IpAddr) -> usize {
        self.by_address.get(&address).map_or(0, BTreeSet::len)
    }

    fn strangers(&self) -> usize {
        self.strangers + self.forwarded_strangers
    }

    /// Closes the connection of `address` that can best be spared.
    fn evict_of_address(&mut self, address: IpAddr) -> Result<(), Full> {
        let ids = self.by_address.get(&address).ok_or(Full)?;
        let has_sent_a_head = |id: &u64| self.all.get(id).is_some_and(|connection| connection.has_sent_a_head());
        let unfinished = ids.iter().find(|id| !has_sent_a_head(id)).copied();
        let id = unfinished.or_else(|| self.idle_longest(ids.iter(), PeerKind::Known).first().copied());
        self.close(id.ok_or(Full)?);
        Ok(())
    }

    /// Closes the connections that can best be spared for one of this kind: for a stranger's only those of strangers.
    fn evict_for(&mut self, kind: PeerKind) -> Result<(), Full> {
        if self.evict_unfinished(kind) {
            return Ok(());
        }
        let idle = self.idle_longest(self.by_address.values().flatten(), kind);
        if idle.is_empty() {
            return Err(Full);
        }
        idle.into_iter().take(MAX_IDLE_EVICTIONS).for_each(|id| self.close(id));
        Ok(())
    }

    /// Closes the oldest connection that has not sent a head, of a stranger if there is one. Returns false where there is
    /// none.
    fn evict_unfinished(&mut self, kind: PeerKind) -> bool {
        let mut oldest = self.unfinished_strangers.first();
        if kind != PeerKind::Stranger {
            oldest = oldest.or_else(|| self.unfinished_known.first());
        }
        let oldest = oldest.copied();
        oldest.inspect(|id| self.close(*id)).is_some()
    }

    /// Returns the connections among `ids` that wait for a next request and may be closed for one of this kind: strangers'
    /// first, then those that have waited longest.
    fn idle_longest<'a>(&self, ids: impl Iterator<Item = &'a u64>, kind: PeerKind) -> Vec<u64> {
        let mut idle: Vec<(bool, Instant, u64)> = ids
            .filter_map(|id| self.all.get(id))
            .filter(|connection| kind != PeerKind::Stranger || connection.kind == PeerKind::Stranger)
            .filter_map(|connection| {
                let since = connection.idle_since()?;
                Some((connection.kind == PeerKind::Known, since, connection.id))
            })
            .collect();
        idle.sort_unstable();
        idle.into_iter().map(|(_, _, id)| id).collect()
    }

    /// Closes a connection, and forgets it at once, so that its place is free.
    fn close(&mut self, id: u64) {
        if let Some(connection) = self.all.get(&id).cloned() {
            self.remove(&connection);
            connection.close_now();
        }
    }

    fn remove(&mut self, connection: &Connection) {
        if self.all.remove(&connection.id).is_some() {
            self.forget_unauthenticated(connection);
        }
    }

    fn forget_unfinished(&mut self, connection: &Connection) {
        self.unfinished_strangers.remove(&connection.id);
        self.unfinished_known.remove(&connection.id);
    }

    fn forget_unauthenticated(&mut self, connection: &Connection) {
        self.forget_unfinished(connection);
        let Some(ids) = self.by_address.get_mut(&connection.network) else {
            return;
        };
        if ids.remove(&connection.id) && connection.kind == PeerKind::Stranger {
            self.strangers -= 1;
        }
        if ids.is_empty() {
            self.by_address.remove(&connection.network);
        }
    }
}

#[cfg(test)]
mod tests;
