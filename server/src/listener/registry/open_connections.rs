//! The open connections, and which of them is closed when a limit is reached.

use crate::listener::connection::{Connection, PeerKind};
use crate::listener::registry::ConnectionLimitError;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::time::Instant;

/// How many idle connections are closed at once, as finding them requires a scan of all connections.
const MAX_IDLE_EVICTIONS: usize = 32;

/// Holds what the lock protects. IDs are assigned in ascending order, so all sets are ordered by age.
#[derive(Debug, Default)]
pub(super) struct OpenConnections {
    pub(super) next_id: u64,
    pub(super) all: HashMap<u64, Arc<Connection>>,
    /// Connections of unknown addresses that have not sent a request head.
    pub(super) unfinished_unknown: BTreeSet<u64>,
    /// Unauthenticated connections of known addresses that have not sent a request head.
    pub(super) unfinished_known: BTreeSet<u64>,
    /// Unauthenticated connections by address.
    pub(super) by_address: HashMap<IpAddr, BTreeSet<u64>>,
    /// The number of connections in `by_address` from unknown addresses.
    pub(super) direct_unknown: usize,
    /// The number of unauthenticated requests in progress through trusted proxies, by address.
    pub(super) forwarded: HashMap<IpAddr, usize>,
    /// The number of requests in `forwarded` from unknown addresses.
    pub(super) forwarded_unknown: usize,
}

impl OpenConnections {
    pub(super) fn count_for(&self, address: IpAddr) -> usize {
        self.by_address.get(&address).map_or(0, BTreeSet::len)
    }

    pub(super) fn unknown_count(&self) -> usize {
        self.direct_unknown + self.forwarded_unknown
    }

    /// Closes the connection of `address` with the lowest priority: the oldest without a request head, else the one
    /// that has been idle longest.
    pub(super) fn evict_for_address(&mut self, address: IpAddr) -> Result<(), ConnectionLimitError> {
        let ids = self.by_address.get(&address).ok_or(ConnectionLimitError)?;
        let has_received_head = |id: &u64| {
            self.all
                .get(id)
                .is_some_and(|connection| connection.has_received_head())
        };
        let unfinished = ids.iter().find(|id| !has_received_head(id)).copied();
        let id = unfinished.or_else(|| self.by_idle_time(ids.iter(), PeerKind::Known).first().copied());
        self.close(id.ok_or(ConnectionLimitError)?);
        Ok(())
    }

    /// Closes the connections with the lowest priority for a new one of `kind`. For an unknown address, only
    /// connections of unknown addresses are closed.
    pub(super) fn evict_for(&mut self, kind: PeerKind) -> Result<(), ConnectionLimitError> {
        if self.evict_unfinished(kind) {
            return Ok(());
        }
        let idle = self.by_idle_time(self.by_address.values().flatten(), kind);
        if idle.is_empty() {
            return Err(ConnectionLimitError);
        }
        idle.into_iter().take(MAX_IDLE_EVICTIONS).for_each(|id| self.close(id));
        Ok(())
    }

    /// Closes the oldest connection that has not sent a request head, preferably of an unknown address. Returns false
    /// when there is none.
    pub(super) fn evict_unfinished(&mut self, kind: PeerKind) -> bool {
        let mut oldest = self.unfinished_unknown.first();
        if kind != PeerKind::Unknown {
            oldest = oldest.or_else(|| self.unfinished_known.first());
        }
        let oldest = oldest.copied();
        oldest.inspect(|id| self.close(*id)).is_some()
    }

    /// Returns the idle connections among `ids` that may be closed for a new one of `kind`: those of unknown addresses
    /// first, then by idle time, longest first.
    fn by_idle_time<'a>(&self, ids: impl Iterator<Item = &'a u64>, kind: PeerKind) -> Vec<u64> {
        let mut idle: Vec<(bool, Instant, u64)> = ids
            .filter_map(|id| self.all.get(id))
            .filter(|connection| kind != PeerKind::Unknown || connection.kind == PeerKind::Unknown)
            .filter_map(|connection| {
                let since = connection.idle_since()?;
                Some((connection.kind == PeerKind::Known, since, connection.id))
            })
            .collect();
        idle.sort_unstable();
        idle.into_iter().map(|(_, _, id)| id).collect()
    }

    /// Closes a connection and removes it immediately, without waiting for its task.
    fn close(&mut self, id: u64) {
        if let Some(connection) = self.all.get(&id).cloned() {
            self.remove(&connection);
            connection.close_now();
        }
    }

    pub(super) fn remove(&mut self, connection: &Connection) {
        if self.all.remove(&connection.id).is_some() {
            self.remove_unauthenticated(connection);
        }
    }

    pub(super) fn remove_unfinished(&mut self, connection: &Connection) {
        self.unfinished_unknown.remove(&connection.id);
        self.unfinished_known.remove(&connection.id);
    }

    pub(super) fn remove_unauthenticated(&mut self, connection: &Connection) {
        self.remove_unfinished(connection);
        let Some(ids) = self.by_address.get_mut(&connection.network) else {
            return;
        };
        if ids.remove(&connection.id) && connection.kind == PeerKind::Unknown {
            self.direct_unknown -= 1;
        }
        if ids.is_empty() {
            self.by_address.remove(&connection.network);
        }
    }
}
