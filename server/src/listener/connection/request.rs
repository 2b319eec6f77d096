//! The state of one request on a connection.

use crate::http::{ClientAddress, client_address};
use crate::listener::connection::{Connection, PeerKind};
use crate::listener::limits::ConnectionLimits;
use crate::listener::registry::ForwardedSlot;
use crate::listener::request_body::RequestBody;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, Version};
use hyper::body::Incoming;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The memory reserved for an HTTP/2 connection: its window, partial heads, and the ends of responses that the client
/// has not read.
const HTTP2_CONNECTION_BYTES: usize = 512 * 1024;

impl Connection {
    /// Counts a request and adds the [`ClientConnection`] to its extensions. The guard is held until the response is
    /// complete.
    pub fn begin_request(self: &Arc<Self>, request: Request<Incoming>) -> (Request, RequestGuard) {
        self.count_request();
        let is_http2 = request.version() == Version::HTTP_2;
        if is_http2 {
            self.is_http2.store(true, Ordering::Relaxed);
        }
        let has_body = !request.body().is_end_stream();
        // An HTTP/1.1 request without body that does not come through a proxy has no memory or slot of its own.
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
}

/// The error for a request over a trusted proxy or HTTP/2 whose client has reached its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimitError;

/// Holds what is counted for a single request.
#[derive(Debug)]
pub struct RequestState {
    connection: Arc<Connection>,
    address: IpAddr,
    is_authenticated: AtomicBool,
    is_rejected: bool,
    slot: Mutex<Option<ForwardedSlot>>,
    /// The number of bytes reserved for its head and body.
    reserved_bytes: AtomicUsize,
}

impl RequestState {
    fn new(connection: Arc<Connection>, headers: &HeaderMap, is_http2: bool) -> Self {
        let is_forwarded = connection.kind == PeerKind::TrustedProxy;
        let registry = &connection.registry;
        let peer = connection.peer.ip();
        let ClientAddress(address) = client_address(peer, headers, &connection.limits().trusted_proxies);
        let mut is_rejected = false;
        let slot = if is_forwarded {
            registry.open_forwarded(address).map_err(|_| is_rejected = true).ok()
        } else {
            None
        };
        let mut reserved = 0;
        if is_http2 && !connection.is_authenticated() {
            // Names and values, and the 32 bytes that RFC 9113 §10.5.1 counts for each field.
            let head: usize = headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 32)
                .sum();
            if (is_forwarded || connection.reserve(HTTP2_CONNECTION_BYTES)) && registry.reserve(head) {
                reserved = head;
            } else {
                is_rejected = true;
            }
        }
        Self {
            address,
            is_authenticated: AtomicBool::new(false),
            is_rejected,
            slot: Mutex::new(slot),
            reserved_bytes: AtomicUsize::new(reserved),
            connection,
        }
    }

    pub fn limits(&self) -> &ConnectionLimits {
        self.connection.limits()
    }

    /// Reserves bytes for the body, unless the request is authenticated. Returns false when the memory budget is used
    /// up.
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

    /// Releases the reserved bytes and the slot.
    pub fn release(&self) {
        let registry = &self.connection.registry;
        registry.release(self.reserved_bytes.swap(0, Ordering::Relaxed));
        if self.connection.kind == PeerKind::TrustedProxy {
            let slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(slot) = slot {
                registry.close_forwarded(slot);
            }
        }
    }
}

impl Drop for RequestState {
    fn drop(&mut self) {
        self.release();
    }
}

/// Keeps a request counted until it is dropped.
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

/// Gives a handler access to the connection of its request. Every request has it among its extensions.
#[derive(Debug, Clone)]
pub struct ClientConnection {
    connection: Arc<Connection>,
    request: Option<Arc<RequestState>>,
}

impl ClientConnection {
    /// Returns the client's address, resolved through trusted proxies.
    #[must_use]
    pub fn client_address(&self) -> ClientAddress {
        match &self.request {
            Some(request) => ClientAddress(request.address),
            None => ClientAddress(self.connection.peer.ip().to_canonical()),
        }
    }

    /// Checks that the request is within its client's limits.
    ///
    /// # Errors
    /// [`RequestLimitError`] when the client has too many requests in progress.
    pub fn check(&self) -> Result<(), RequestLimitError> {
        match &self.request {
            Some(request) if request.is_rejected => Err(RequestLimitError),
            _ => Ok(()),
        }
    }

    /// Records that the request has a valid credential: a session, an API credential, an API key or a client secret.
    /// Its connection no longer counts as unauthenticated, and its address becomes known.
    pub fn mark_authenticated(&self) {
        if self.connection.kind != PeerKind::TrustedProxy {
            self.connection.mark_authenticated();
        }
        if let Some(request) = &self.request
            && !request.is_authenticated.swap(true, Ordering::Relaxed)
        {
            request.release();
            if self.connection.kind == PeerKind::TrustedProxy {
                self.connection.registry.mark_known(request.address);
            }
        }
    }
}

/// Records that the request with these extensions has a valid credential.
pub fn mark_authenticated(extensions: &Extensions) {
    if let Some(connection) = extensions.get::<ClientConnection>() {
        connection.mark_authenticated();
    }
}
