//! The registry of open connections, which decides which connections are closed when a limit is reached.
//!
//! An address is unknown until a request from it has used a valid credential. Unknown addresses may have three quarters
//! of all connections, with a limit for each address. The rest is reserved for known addresses, which have recently
//! used a valid credential, and for trusted proxies. When a limit is reached, the oldest connection that has not sent a
//! request head is closed for the new one, then those that have been idle longest. If there are none, the new one is
//! rejected.
//!
//! The lock is taken when a connection opens and closes, at its first request and at its first valid credential, but
//! not for each request.

mod open_connections;

use crate::http::rate_limit::network;
use crate::listener::connection::{Connection, PeerKind};
use crate::listener::limits::ConnectionLimits;
use crate::listener::memory::MemoryBudget;
use crate::listener::registry::open_connections::OpenConnections;
use quick_cache::sync::Cache;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The maximum number of known addresses; each takes less than 100 bytes.
const MAX_KNOWN_ADDRESSES: usize = 20_000;

/// How long an address stays known after its last valid credential.
const KNOWN_ADDRESS_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// The minimum time between two warnings about reached limits in the log.
const WARNING_INTERVAL: Duration = Duration::from_secs(10);

/// Tracks the open connections of a server and enforces the limits on them.
#[derive(Debug)]
pub struct Registry {
    limits: ConnectionLimits,
    memory: MemoryBudget,
    started: Instant,
    /// When addresses last used a valid credential.
    known: Cache<IpAddr, Instant>,
    /// When the next warning may be logged, in milliseconds since `started`.
    next_warning: AtomicU64,
    open: Mutex<OpenConnections>,
}

/// The error for a connection or request beyond the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimitError;

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

    /// Runs `warn` at most once every ten seconds, so that a client that exhausts the connections can't flood the log.
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
    /// [`ConnectionLimitError`] when a limit is reached and no other connection can be closed.
    pub fn open(self: &Arc<Self>, peer: SocketAddr) -> Result<Arc<Connection>, ConnectionLimitError> {
        let address = peer.ip().to_canonical();
        let kind = if self.limits.trusted_proxies.contains(address) {
            PeerKind::TrustedProxy
        } else if self.is_known(address) {
            PeerKind::Known
        } else {
            PeerKind::Unknown
        };
        let address = network(address);
        let mut open = self.lock();
        let made_room = self.make_room(&mut open, address, kind);
        if made_room.is_err() {
            drop(open);
            self.warn_rarely(|| tracing::warn!(%peer, "connection rejected: connection limit reached"));
            return Err(ConnectionLimitError);
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
            PeerKind::Unknown => {
                open.unfinished_unknown.insert(id);
                open.direct_unknown += 1;
            }
        }
        Ok(connection)
    }

    /// Closes other connections until the limits allow one more.
    fn make_room(
        &self,
        open: &mut OpenConnections,
        address: IpAddr,
        kind: PeerKind,
    ) -> Result<(), ConnectionLimitError> {
        if kind != PeerKind::TrustedProxy {
            while open.count_for(address) >= self.limits.max_connections_per_address {
                open.evict_for_address(address)?;
            }
        }
        while open.all.len() >= self.limits.max_connections
            || (kind == PeerKind::Unknown && open.unknown_count() >= self.limits.max_unknown_connections())
        {
            open.evict_for(kind)?;
        }
        Ok(())
    }

    /// Closes the connection with the lowest priority, if any can be closed.
    pub fn evict_one(&self) {
        // If no connection can be closed, the caller waits and tries again.
        let _ = self.lock().evict_for(PeerKind::Known);
    }

    /// Records that a connection has sent a complete request head.
    pub fn head_finished(&self, connection: &Connection) {
        self.lock().remove_unfinished(connection);
    }

    /// Records that a connection is authenticated, so that it no longer counts as unauthenticated.
    pub fn authenticated(&self, connection: &Connection) {
        self.lock().remove_unauthenticated(connection);
    }

    /// Removes a connection that has closed.
    pub fn closed(&self, connection: &Connection) {
        self.lock().remove(connection);
    }

    /// Asks all connections to close after their requests in progress.
    pub fn close_all(&self) {
        for connection in self.lock().all.values() {
            connection.close_gracefully();
        }
    }

    /// Reserves `bytes` of the memory budget for unauthenticated connections, closing the oldest connections with
    /// unfinished heads if necessary. Returns false when the budget is used up.
    pub fn reserve(&self, bytes: usize) -> bool {
        loop {
            if self.memory.try_reserve(bytes) {
                return true;
            }
            self.warn_rarely(|| tracing::warn!("memory limit for unauthenticated connections reached"));
            if !self.lock().evict_unfinished(PeerKind::Known) {
                return false;
            }
        }
    }

    /// Releases `bytes` of the memory budget.
    pub fn release(&self, bytes: usize) {
        if bytes > 0 {
            self.memory.release(bytes);
        }
    }

    /// Takes a slot for an unauthenticated request that a trusted proxy forwards from `address`.
    ///
    /// # Errors
    /// [`ConnectionLimitError`] when the limit of the address, or of all unknown addresses, is reached.
    pub fn open_forwarded(&self, address: IpAddr) -> Result<ForwardedSlot, ConnectionLimitError> {
        let is_unknown = !self.is_known(address);
        let address = network(address);
        let mut open = self.lock();
        let of_address = open.forwarded.get(&address).copied().unwrap_or(0);
        if of_address >= self.limits.max_connections_per_address
            || (is_unknown && open.unknown_count() >= self.limits.max_unknown_connections())
        {
            drop(open);
            self.warn_rarely(
                || tracing::warn!(%address, "request rejected: limit for unauthenticated requests reached"),
            );
            return Err(ConnectionLimitError);
        }
        open.forwarded.insert(address, of_address + 1);
        open.forwarded_unknown += usize::from(is_unknown);
        Ok(ForwardedSlot { address, is_unknown })
    }

    /// Releases the slot of a forwarded request.
    pub fn close_forwarded(&self, slot: ForwardedSlot) {
        let mut open = self.lock();
        open.forwarded_unknown = open.forwarded_unknown.saturating_sub(usize::from(slot.is_unknown));
        if let Some(count) = open.forwarded.get_mut(&slot.address) {
            *count -= 1;
            if *count == 0 {
                open.forwarded.remove(&slot.address);
            }
        }
    }

    /// Marks `address` as known, as a request from it has used a valid credential.
    pub fn mark_known(&self, address: IpAddr) {
        self.known.insert(network(address), Instant::now());
    }

    /// Returns whether a request from `address` has recently used a valid credential.
    fn is_known(&self, address: IpAddr) -> bool {
        self.known
            .get(&network(address))
            .is_some_and(|last_used_at| last_used_at.elapsed() < KNOWN_ADDRESS_TTL)
    }

    fn lock(&self) -> MutexGuard<'_, OpenConnections> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub fn reserved_bytes(&self) -> usize {
        self.memory.used()
    }
}

/// Holds the slot of a forwarded request, which counts for its address.
#[derive(Debug, Clone, Copy)]
pub struct ForwardedSlot {
    address: IpAddr,
    is_unknown: bool,
}

#[cfg(test)]
mod tests;
