//! What is known of one connection, and what its requests may know of it.

use crate::listener::MAX_HEAD_BYTES;
use crate::listener::limits::ConnectionLimits;
use crate::listener::registry::{ForwardedPlace, Registry};
use crate::listener::request_body::RequestBody;
use crate::middleware::{ClientAddress, client_address};
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, Version};
use futures_util::task::AtomicWaker;
use hyper::body::Incoming;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::time::Duration;
use tokio::time::Instant;

/// What a connection holds at least once it has sent something: hyper's first buffer. Also the step by which more is
/// counted.
const BUFFER_BYTES: usize = 8 * 1024;

/// What an HTTP/2 connection is counted with, whatever it does: its window, partial heads and the ends of answers that the
/// client has not taken.
const HTTP2_BYTES: usize = 512 * 1024;

/// How long an address that shows valid credentials again and again is not noted again.
const NOTE_INTERVAL: Duration = Duration::from_secs(60);

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerKind {
    /// A proxy that the operator trusts, which has many clients.
    TrustedProxy,
    /// An address that has lately shown a valid credential.
    Known,
    /// Any other.
    Stranger,
}

/// How a connection is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// At once.
    Now,
    /// After what is under way.
    Gracefully,
}

const CLOSE_NOW: u8 = 2;
const CLOSE_GRACEFULLY: u8 = 1;

/// One connection. Times are milliseconds since it was opened.
#[derive(Debug)]
pub struct Connection {
    pub(crate) id: u64,
    peer: SocketAddr,
    /// The address that it is counted under.
    pub(crate) network: IpAddr,
    pub(crate) kind: PeerKind,
    registry: Arc<Registry>,
    opened: Instant,
    has_begun: AtomicBool,
    has_sent_a_head: AtomicBool,
    is_http2: AtomicBool,
    /// How many requests have not been answered to the end.
    requests: AtomicU32,
    idle_since: AtomicU64,
    /// When a valid credential was last noted, plus one; 0 for never.
    authenticated: AtomicU64,
    /// How many bytes have come since the last request.
    unparsed_bytes: AtomicUsize,
    /// How many bytes are counted for it in the registry.
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
            has_begun: AtomicBool::new(false),
            has_sent_a_head: AtomicBool::new(false),
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

    /// Whether anything has come from the client.
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// Whether a whole head has come from the client.
    pub fn has_sent_a_head(&self) -> bool {
        self.has_sent_a_head.load(Ordering::Relaxed)
    }

    /// Whether the client has sent a request by HTTP/2.
    pub fn is_http2(&self) -> bool {
        self.is_http2.load(Ordering::Relaxed)
    }

    fn is_authenticated(&self) -> bool {
        self.authenticated.load(Ordering::Relaxed) != 0
    }

    /// Since when the connection has been waiting for another request; None while there is one, or before the first.
    pub fn idle_since(&self) -> Option<Instant> {
        let is_idle = self.has_sent_a_head() && self.requests.load(Ordering::Acquire) == 0;
        is_idle.then(|| self.opened + Duration::from_millis(self.idle_since.load(Ordering::Relaxed)))
    }

    /// When to look for the first time whether a time limit is reached.
    pub fn first_deadline(&self) -> Instant {
        self.opened + self.limits().head_timeout.min(self.limits().idle_timeout)
    }

    /// Returns when to look again whether a time limit is reached; None when one is.
    pub fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let deadline = if self.has_sent_a_head() {
            self.idle_since().unwrap_or(now) + self.limits().idle_timeout
        } else {
            self.opened + self.limits().head_timeout
        };
        (deadline > now).then_some(deadline)
    }

    /// Notes that the client has taken some of an answer that it had kept waiting.
    pub fn note_progress(&self) {
        self.idle_since.store(self.elapsed(), Ordering::Relaxed);
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Asks the connection's task to close it at once. What it holds is counted as free.
    pub fn close_now(&self) {
        self.close.store(CLOSE_NOW, Ordering::Relaxed);
        self.release_all();
        self.waker.wake();
    }

    /// Asks the connection's task to close it after what is under way.
    pub fn close_gracefully(&self) {
        self.close.fetch_max(CLOSE_GRACEFULLY, Ordering::Relaxed);
        self.waker.wake();
    }

    /// Returns whether the connection is to close, and wakes the task when that changes.
    pub fn poll_close(&self, waker: &Waker) -> Option<Close> {
        self.waker.register(waker);
        match self.close.load(Ordering::Relaxed) {
            CLOSE_NOW => Some(Close::Now),
            CLOSE_GRACEFULLY => Some(Close::Gracefully),
            _ => None,
        }
    }

    /// Counts bytes that have come. Returns false where the connection must be closed for want of memory.
    ///
    /// Bodies of HTTP/1.1 are counted by [`RequestBody`], and HTTP/2 by what a connection and its requests may hold.
    pub fn count_read(&self, bytes: usize) -> bool {
        if !self.has_begun() {
            self.has_begun.store(true, Ordering::Relaxed);
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
        self.reserve(unparsed.next_multiple_of(BUFFER_BYTES).min(MAX_HEAD_BYTES))
    }

    /// Counts the connection with `bytes` at least.
    fn reserve(&self, bytes: usize) -> bool {
        let reserved = self.reserved_bytes.load(Ordering::Relaxed);
        if bytes <= reserved {
            return true;
        }
        let more = bytes - reserved;
        let is_reserved = self.registry.reserve(more);
        if is_reserved {
            self.reserved_bytes.fetch_add(more, Ordering::Relaxed);
        }
        is_reserved
    }

    fn release_all(&self) {
        self.registry.release(self.reserved_bytes.swap(0, Ordering::Relaxed));
    }

    /// Notes that the connection has closed.
    pub fn closed(&self) {
        if self.is_authenticated() {
            self.registry.remember(self.network);
        }
        self.registry.closed(self);
        self.release_all();
    }

    /// Counts a request, and gives its handler the [`ClientConnection`]. The guard is held until it is answered.
    pub fn begin_request(self: &Arc<Self>, request: Request<Incoming>) -> (Request, RequestGuard) {
        self.count_request();
        let is_http2 = request.version() == Version::HTTP_2;
        if is_http2 {
            self.is_http2.store(true, Ordering::Relaxed);
        }
        let has_body = !request.body().is_end_stream();
        // The common request has nothing of its own to be counted.
        let state = (is_http2 || has_body || self.kind == PeerKind::TrustedProxy)
            .then(|| Arc::new(RequestState::new(Arc::clone(self), request.headers(), is_http2)));
        let client = ClientConnection {
            connection: Arc::clone(self),
            request: state.clone(),
        };
        let mut request = match &state {
            Some(state) if has_body => {
                let state = Arc::clone(state);
                request.map(|body| Body::new(RequestBody::new(body, state)))
            }
            _ => request.map(Body::new),
        };
        request.extensions_mut().insert(client);
        let guard = RequestGuard {
            connection: Arc::clone(self),
            request: state,
            is_http2,
        };
        (request, guard)
    }

    pub(crate) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if !self.has_sent_a_head() {
            self.has_sent_a_head.store(true, Ordering::Relaxed);
            self.registry.head_finished(self);
        }
    }

    pub(crate) fn end_request(&self) {
        self.idle_since.store(self.elapsed(), Ordering::Relaxed);
        self.unparsed_bytes.store(0, Ordering::Relaxed);
        if self.reserved_bytes.load(Ordering::Relaxed) > BUFFER_BYTES && !self.is_http2() {
            let down_to_buffer = |reserved| (reserved > BUFFER_BYTES).then_some(BUFFER_BYTES);
            let before = self
                .reserved_bytes
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, down_to_buffer);
            self.registry
                .release(before.map_or(0, |reserved| reserved - BUFFER_BYTES));
        }
        self.requests.fetch_sub(1, Ordering::Release);
    }

    /// Notes a valid credential on a connection of the client's own.
    pub(crate) fn note_authenticated(&self) {
        let noted = self.authenticated.load(Ordering::Relaxed);
        if noted == 0 {
            self.authenticated.store(self.elapsed() + 1, Ordering::Relaxed);
            self.registry.authenticated(self);
            self.registry.remember(self.network);
            self.release_all();
        } else {
            // The end of the last request is near enough, and costs no look at the clock.
            let now = self.idle_since.load(Ordering::Relaxed);
            if u128::from(now.saturating_sub(noted)) > NOTE_INTERVAL.as_millis() {
                self.authenticated.store(now, Ordering::Relaxed);
                self.registry.remember(self.network);
            }
        }
    }
}

/// Why a request that came over a trusted proxy or HTTP/2 is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedConnection;

/// What is counted for a single request.
#[derive(Debug)]
pub struct RequestState {
    connection: Arc<Connection>,
    address: IpAddr,
    is_authenticated: AtomicBool,
    is_refused: bool,
    place: Mutex<Option<ForwardedPlace>>,
    /// How many bytes are counted for its head and its body.
    reserved_bytes: AtomicUsize,
}

impl RequestState {
    fn new(connection: Arc<Connection>, headers: &HeaderMap, is_http2: bool) -> Self {
        let is_forwarded = connection.kind == PeerKind::TrustedProxy;
        let registry = &connection.registry;
        let peer = connection.peer.ip();
        let ClientAddress(address) = client_address(peer, headers, &connection.limits().trusted_proxies);
        let mut is_refused = false;
        let place = if is_forwarded {
            registry.open_forwarded(address).map_err(|_| is_refused = true).ok()
        } else {
            None
        };
        let mut reserved = 0;
        if is_http2 && !connection.is_authenticated() {
            // Names and values, and what RFC 9113 §10.5.1 counts for each line.
            let head: usize = headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 32)
                .sum();
            if (is_forwarded || connection.reserve(HTTP2_BYTES)) && registry.reserve(head) {
                reserved = head;
            } else {
                is_refused = true;
            }
        }
        Self {
            address,
            is_authenticated: AtomicBool::new(false),
            is_refused,
            place: Mutex::new(place),
            reserved_bytes: AtomicUsize::new(reserved),
            connection,
        }
    }

    pub fn limits(&self) -> &ConnectionLimits {
        self.connection.limits()
    }

    /// Counts bytes of the body, unless a valid credential has been shown. Returns false where there is no memory left.
    pub fn reserve(&self, bytes: usize) -> bool {
        if self.is_authenticated.load(Ordering::Relaxed) {
            self.release();
            return true;
        }
        let is_reserved = self.connection.registry.reserve(bytes);
        if is_reserved {
            self.reserved_bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        is_reserved
    }

    /// Gives back all that is counted.
    pub fn release(&self) {
        let registry = &self.connection.registry;
        registry.release(self.reserved_bytes.swap(0, Ordering::Relaxed));
        if self.connection.kind == PeerKind::TrustedProxy {
            let place = self.place.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(place) = place {
                registry.close_forwarded(place);
            }
        }
    }
}

impl Drop for RequestState {
    fn drop(&mut self) {
        self.release();
    }
}

/// Counts a request until it is dropped.
#[derive(Debug)]
pub struct RequestGuard {
    connection: Arc<Connection>,
    request: Option<Arc<RequestState>>,
    pub(crate) is_http2: bool,
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        if let Some(request) = &self.request {
            request.release();
        }
        self.connection.end_request();
    }
}

/// The connection that a request came on. Each request has it among its extensions.
#[derive(Debug, Clone)]
pub struct ClientConnection {
    connection: Arc<Connection>,
    request: Option<Arc<RequestState>>,
}

impl ClientConnection {
    /// The client's address, through the proxies that are trusted.
    #[must_use]
    pub fn client_address(&self) -> ClientAddress {
        match &self.request {
            Some(request) => ClientAddress(request.address),
            None => ClientAddress(self.connection.peer.ip().to_canonical()),
        }
    }

    /// Checks that there is room for the request.
    ///
    /// # Errors
    /// [`RefusedConnection`] where its client has as many under way as it may.
    pub fn check(&self) -> Result<(), RefusedConnection> {
        match &self.request {
            Some(request) if request.is_refused => Err(RefusedConnection),
            _ => Ok(()),
        }
    }

    /// Notes that the request has shown a valid credential: a session, an API credential, an API key or a client secret.
    /// Its connection no longer counts among those without, and its address is remembered.
    pub fn note_authenticated(&self) {
        if self.connection.kind != PeerKind::TrustedProxy {
            self.connection.note_authenticated();
        }
        if let Some(request) = &self.request
            && !request.is_authenticated.swap(true, Ordering::Relaxed)
        {
            request.release();
            if self.connection.kind == PeerKind::TrustedProxy {
                self.connection.registry.remember(request.address);
            }
        }
    }
}

/// Notes that the request with these extensions has shown a valid credential.
pub fn note_authenticated(extensions: &Extensions) {
    if let Some(connection) = extensions.get::<ClientConnection>() {
        connection.note_authenticated();
    }
}
