//! The state of one connection.

mod request;

pub use crate::listener::connection::request::{
    ClientConnection, RequestGuard, RequestLimitError, RequestState, mark_authenticated,
};

use crate::listener::MAX_HEAD_BYTES;
use crate::listener::limits::ConnectionLimits;
use crate::listener::registry::Registry;
use futures_util::task::AtomicWaker;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::task::Waker;
use std::time::Duration;
use tokio::time::Instant;

/// The size of hyper's first read buffer, which a connection holds once it has received data. Also the step in which
/// more memory is reserved.
const READ_BUFFER_BYTES: usize = 8 * 1024;

/// How often an address that keeps using valid credentials is marked as known again.
const KNOWN_ADDRESS_REFRESH_INTERVAL: Duration = Duration::from_secs(60);

/// Classifies the peer of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerKind {
    /// A trusted proxy, which connects on behalf of many clients.
    TrustedProxy,
    /// An address that has recently used a valid credential.
    Known,
    /// Any other address.
    Unknown,
}

/// Describes how a connection is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// Immediately.
    Now,
    /// After the requests in progress.
    Gracefully,
}

const CLOSE_NOW: u8 = 2;
const CLOSE_GRACEFULLY: u8 = 1;

/// Holds the state of one connection. Times are in milliseconds since it was opened.
#[derive(Debug)]
pub struct Connection {
    pub(crate) id: u64,
    peer: SocketAddr,
    /// The address that the connection counts for: an IPv4 address or an IPv6 /64 network.
    pub(crate) network: IpAddr,
    pub(crate) kind: PeerKind,
    registry: Arc<Registry>,
    opened: Instant,
    has_received_data: AtomicBool,
    has_received_head: AtomicBool,
    is_http2: AtomicBool,
    /// The number of requests whose response is not complete.
    requests: AtomicU32,
    idle_since: AtomicU64,
    /// When a valid credential was last recorded, plus one; 0 for never.
    authenticated: AtomicU64,
    /// The number of bytes received since the last request.
    unparsed_bytes: AtomicUsize,
    /// The number of bytes reserved for the connection in the registry.
    reserved_bytes: AtomicUsize,
    close: AtomicU8,
    waker: AtomicWaker,
}

impl Connection {
    pub fn new(id: u64, peer: SocketAddr, network: IpAddr, kind: PeerKind, registry: Arc<Registry>) -> Self {
        Self {
            id,
            peer,
            network,
            kind,
            registry,
            opened: Instant::now(),
            has_received_data: AtomicBool::new(false),
            has_received_head: AtomicBool::new(false),
            is_http2: AtomicBool::new(false),
            requests: AtomicU32::new(0),
            idle_since: AtomicU64::new(0),
            authenticated: AtomicU64::new(0),
            unparsed_bytes: AtomicUsize::new(0),
            reserved_bytes: AtomicUsize::new(0),
            close: AtomicU8::new(0),
            waker: AtomicWaker::new(),
        }
    }

    pub fn limits(&self) -> &ConnectionLimits {
        self.registry.limits()
    }

    /// Returns whether the client has sent any data.
    pub fn has_received_data(&self) -> bool {
        self.has_received_data.load(Ordering::Relaxed)
    }

    /// Returns whether the client has sent a complete request head.
    pub fn has_received_head(&self) -> bool {
        self.has_received_head.load(Ordering::Relaxed)
    }

    /// Returns whether the client has sent a request over HTTP/2.
    pub fn is_http2(&self) -> bool {
        self.is_http2.load(Ordering::Relaxed)
    }

    fn is_authenticated(&self) -> bool {
        self.authenticated.load(Ordering::Relaxed) != 0
    }

    /// Returns since when the connection has been waiting for the next request; `None` during a request and before the
    /// first.
    pub fn idle_since(&self) -> Option<Instant> {
        let is_idle = self.has_received_head() && self.requests.load(Ordering::Acquire) == 0;
        is_idle.then(|| self.opened + Duration::from_millis(self.idle_since.load(Ordering::Relaxed)))
    }

    /// Returns when to check the time limits for the first time.
    pub fn first_deadline(&self) -> Instant {
        self.opened + self.limits().head_timeout.min(self.limits().idle_timeout)
    }

    /// Returns when to check the time limits next; `None` when a limit is reached.
    pub fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let deadline = if self.has_received_head() {
            self.idle_since().unwrap_or(now) + self.limits().idle_timeout
        } else {
            self.opened + self.limits().head_timeout
        };
        (deadline > now).then_some(deadline)
    }

    /// Records that the client has read data from a response that was waiting to be written.
    pub fn record_progress(&self) {
        self.idle_since.store(self.elapsed(), Ordering::Relaxed);
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Asks the connection's task to close it immediately, and releases its reserved memory.
    pub fn close_now(&self) {
        self.close.store(CLOSE_NOW, Ordering::Relaxed);
        self.release_all();
        self.waker.wake();
    }

    /// Asks the connection's task to close it after the requests in progress.
    pub fn close_gracefully(&self) {
        self.close.fetch_max(CLOSE_GRACEFULLY, Ordering::Relaxed);
        self.waker.wake();
    }

    /// Returns whether and how the connection is to be closed, and wakes the task when that changes.
    pub fn poll_close(&self, waker: &Waker) -> Option<Close> {
        self.waker.register(waker);
        match self.close.load(Ordering::Relaxed) {
            CLOSE_NOW => Some(Close::Now),
            CLOSE_GRACEFULLY => Some(Close::Gracefully),
            _ => None,
        }
    }

    /// Counts received bytes. Returns false when the memory budget is used up and the connection must be closed.
    ///
    /// HTTP/1.1 bodies are counted by [`RequestBody`](crate::listener::request_body::RequestBody). HTTP/2 is counted by
    /// what a connection and its requests may hold.
    pub fn count_read(&self, bytes: usize) -> bool {
        if !self.has_received_data() {
            self.has_received_data.store(true, Ordering::Relaxed);
        }
        if self.kind == PeerKind::TrustedProxy
            || self.is_authenticated()
            || self.is_http2()
            || self.requests.load(Ordering::Relaxed) > 0
        {
            return true;
        }
        let unparsed = self.unparsed_bytes.load(Ordering::Relaxed).saturating_add(bytes);
        self.unparsed_bytes.store(unparsed, Ordering::Relaxed);
        self.reserve(unparsed.next_multiple_of(READ_BUFFER_BYTES).min(MAX_HEAD_BYTES))
    }

    /// Reserves at least `bytes` for the connection. Returns false when the memory budget is used up.
    fn reserve(&self, bytes: usize) -> bool {
        let reserved = self.reserved_bytes.load(Ordering::Relaxed);
        if bytes <= reserved {
            return true;
        }
        let missing = bytes - reserved;
        let is_reserved = self.registry.reserve(missing);
        if is_reserved {
            self.reserved_bytes.fetch_add(missing, Ordering::Relaxed);
        }
        is_reserved
    }

    fn release_all(&self) {
        self.registry.release(self.reserved_bytes.swap(0, Ordering::Relaxed));
    }

    /// Removes the connection from the registry after it has closed.
    pub fn closed(&self) {
        if self.is_authenticated() {
            self.registry.mark_known(self.network);
        }
        self.registry.closed(self);
        self.release_all();
    }

    pub(crate) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if !self.has_received_head() {
            self.has_received_head.store(true, Ordering::Relaxed);
            self.registry.head_finished(self);
        }
    }

    pub(crate) fn end_request(&self) {
        self.idle_since.store(self.elapsed(), Ordering::Relaxed);
        self.unparsed_bytes.store(0, Ordering::Relaxed);
        if self.reserved_bytes.load(Ordering::Relaxed) > READ_BUFFER_BYTES && !self.is_http2() {
            let down_to_buffer = |reserved| (reserved > READ_BUFFER_BYTES).then_some(READ_BUFFER_BYTES);
            let before = self
                .reserved_bytes
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, down_to_buffer);
            self.registry
                .release(before.map_or(0, |reserved| reserved - READ_BUFFER_BYTES));
        }
        self.requests.fetch_sub(1, Ordering::Release);
    }

    /// Records a valid credential on a direct connection, that is, not one of a trusted proxy.
    pub(crate) fn mark_authenticated(&self) {
        let recorded = self.authenticated.load(Ordering::Relaxed);
        if recorded == 0 {
            self.authenticated.store(self.elapsed() + 1, Ordering::Relaxed);
            self.registry.authenticated(self);
            self.registry.mark_known(self.network);
            self.release_all();
        } else {
            // The end of the last request is close enough, and saves reading the clock.
            let now = self.idle_since.load(Ordering::Relaxed);
            if u128::from(now.saturating_sub(recorded)) > KNOWN_ADDRESS_REFRESH_INTERVAL.as_millis() {
                self.authenticated.store(now, Ordering::Relaxed);
                self.registry.mark_known(self.network);
            }
        }
    }
}
