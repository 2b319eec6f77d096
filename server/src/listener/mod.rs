//! Accepts connections and serves HTTP/1.1 and HTTP/2 on them, within the [`ConnectionLimits`].
//!
//! The limits bound the time, the number of connections and the memory that a client without a valid credential can
//! use. `docs/limits.md` describes them for operators.

mod connection;
mod http2_stream;
mod limits;
mod memory;
mod registry;
mod request_body;
mod response_body;
mod tcp_stream;

pub use crate::listener::connection::{ClientConnection, RequestLimitError, mark_authenticated};
pub use crate::listener::limits::ConnectionLimits;

use crate::listener::connection::{Close, Connection};
use crate::listener::http2_stream::Http2Executor;
use crate::listener::registry::Registry;
use crate::listener::response_body::ResponseBody;
use crate::listener::tcp_stream::ClientStream;
use crate::open_files;
use axum::Router;
use axum::extract::Request;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use socket2::SockRef;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};
use tower::Service;

/// The maximum size of a request head (request line and header section, or the header list of HTTP/2) in bytes. A
/// longer head is answered with 431.
///
/// Typical heads are far shorter: browsers send 1 to 8 KiB, a signed OAuth 1.0a request 1 KiB, and reverse proxies pass
/// 8 KiB (Apache httpd) to 32 KiB (nginx). 64 KiB leaves room for long query strings and the cookies of neighboring
/// sites. A higher limit would let unauthenticated connections hold more memory, as hyper keeps an incomplete head in
/// one buffer of this size.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;

/// The maximum number of concurrent streams on one HTTP/2 connection; RFC 9113 §6.5.2 advises against fewer than 100.
const MAX_HTTP2_STREAMS: u32 = 100;

/// The maximum number of streams that the client has reset before the server accepted them (CVE-2023-44487).
const MAX_HTTP2_PENDING_RESETS: usize = 20;

/// The maximum number of streams that the server resets for a client's errors before it closes the connection
/// (CVE-2025-8671).
const MAX_HTTP2_LOCAL_RESETS: usize = 100;

/// The flow-control window of an HTTP/2 stream: how many bytes of a body a client may send before they are read.
const HTTP2_STREAM_WINDOW_BYTES: u32 = 64 * 1024;

/// The flow-control window of an HTTP/2 connection.
const HTTP2_CONNECTION_WINDOW_BYTES: u32 = 256 * 1024;

/// The maximum number of response bytes buffered for an HTTP/2 stream.
const HTTP2_SEND_BUFFER_BYTES: usize = 64 * 1024;

/// The maximum number of unsent response bytes in the kernel's send buffer.
const MAX_UNSENT_SEND_BYTES: u32 = 256 * 1024;

/// How long the accept loop waits after an error such as EMFILE before it tries again.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// How long an idle HTTP/2 connection may take to close after a graceful shutdown was requested.
const HTTP2_CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves connections until `stop` completes, then waits for the requests in progress.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    mut limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
) {
    let wanted = limits.max_connections;
    limits.max_connections = open_files::raise_open_file_limit(wanted);
    if limits.max_connections < wanted {
        let allowed = limits.max_connections;
        tracing::warn!(
            wanted,
            allowed,
            "max_connections reduced: the limit on open files is too low"
        );
    }
    let builder = builder(&limits);
    let registry = Arc::new(Registry::new(limits));
    // Each connection's task holds a sender, so that the receiver ends with the last of them.
    let (open, mut all_closed) = mpsc::channel::<()>(1);
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener, &registry) => accepted,
            () = &mut stop => break,
        };
        let Ok(connection) = registry.open(peer) else {
            reject(&stream);
            continue;
        };
        configure(&stream, registry.limits());
        let (builder, router, open) = (builder.clone(), router.clone(), open.clone());
        let connection = OpenConnection(connection);
        tokio::spawn(async move {
            serve_connection(&builder, router, stream, &connection.0).await;
            drop(open);
        });
    }
    drop((listener, open));
    registry.close_all();
    // Nothing is ever sent, so this returns when the last connection has closed.
    all_closed.recv().await;
}

/// Accepts the next connection. When the process has no free file descriptors, an existing connection is closed,
/// preferably the oldest that has not sent a request.
async fn accept(listener: &TcpListener, registry: &Registry) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client has disconnected before the accept (accept(2)).
            Err(error) if is_connection_error(&error) => {}
            Err(error) => {
                registry.warn_rarely(|| tracing::warn!(%error, "accept failed"));
                registry.evict_one();
                sleep(ACCEPT_RETRY_DELAY).await;
            }
        }
    }
}

fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

/// Rejects a connection beyond the limit with 503, if the response can be sent without blocking.
fn reject(stream: &TcpStream) {
    const RESPONSE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Length: 44\r\nRetry-After: 1\r\nConnection: close\r\n\r\nToo many connections. Try again in a moment.";
    // Best effort: the connection is closed anyway.
    let _ = SockRef::from(stream).send(RESPONSE);
}

/// Sets the socket options of a connection.
fn configure(stream: &TcpStream, limits: &ConnectionLimits) {
    let socket = SockRef::from(stream);
    // Responses are small and complete, so Nagle's algorithm would only delay them.
    let configured = socket.set_tcp_nodelay(true).and_then(|()| {
        // Data in the kernel's send buffer is out of reach for the write timeout. With this option, the kernel closes
        // the connection when the client acknowledges nothing for that time (tcp(7)).
        socket.set_tcp_user_timeout(Some(limits.write_timeout))?;
        // Without a low limit, the kernel buffers megabytes for a client that does not read, and reports the socket as
        // writable again only after a third of that is sent, which can exceed the write timeout for a slow client.
        socket.set_tcp_notsent_lowat(MAX_UNSENT_SEND_BYTES)
    });
    if let Err(error) = configured {
        tracing::debug!(%error, "setting socket options failed");
    }
}

fn builder(limits: &ConnectionLimits) -> Builder<Http2Executor> {
    let mut builder = Builder::new(Http2Executor::new(limits.write_timeout));
    // `serve_connection` enforces the head timeout, which also covers the time before the first byte.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.http2_ping_interval)
        .keep_alive_timeout(limits.http2_ping_timeout)
        .max_concurrent_streams(MAX_HTTP2_STREAMS)
        .max_pending_accept_reset_streams(MAX_HTTP2_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_HTTP2_LOCAL_RESETS)
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX))
        .initial_stream_window_size(HTTP2_STREAM_WINDOW_BYTES)
        .initial_connection_window_size(HTTP2_CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(HTTP2_SEND_BUFFER_BYTES);
    builder
}

/// Removes a connection from the registry when its task ends, even by a panic.
struct OpenConnection(Arc<Connection>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.closed();
    }
}

/// Serves one connection until either side closes it or a limit is reached.
async fn serve_connection(
    builder: &Builder<Http2Executor>,
    router: Router,
    stream: TcpStream,
    connection: &Arc<Connection>,
) {
    let service = {
        let connection = Arc::clone(connection);
        service_fn(move |request: Request<hyper::body::Incoming>| {
            let (request, guard) = connection.begin_request(request);
            let response = router.clone().call(request);
            async move {
                let response = response.await.unwrap_or_else(|never| match never {});
                Ok::<_, Infallible>(response.map(|body| ResponseBody::new(body, guard)))
            }
        })
    };
    let stream = ClientStream::new(stream, Arc::clone(connection));
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut timer = pin!(sleep_until(connection.first_deadline()));
    let mut is_closing = false;
    // Most connections wait for a long time, so each has a single future and a single timer.
    poll_fn(|context| {
        match connection.poll_close(context.waker()) {
            Some(Close::Now) => return Poll::Ready(()),
            Some(Close::Gracefully) if !is_closing => {
                if !connection.has_received_data() {
                    return Poll::Ready(());
                }
                is_closing = true;
                serving.as_mut().graceful_shutdown();
            }
            _ => {}
        }
        if let Poll::Ready(result) = serving.as_mut().poll(context) {
            if let Err(error) = result {
                tracing::debug!(error, "connection closed with an error");
            }
            return Poll::Ready(());
        }
        while timer.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            match connection.next_deadline(now) {
                Some(deadline) => timer.as_mut().reset(deadline),
                None if connection.is_http2() && !is_closing => {
                    is_closing = true;
                    // GOAWAY tells the client which requests were processed (RFC 9113 §6.8).
                    serving.as_mut().graceful_shutdown();
                    timer.as_mut().reset(now + HTTP2_CLOSE_TIMEOUT);
                    context.waker().wake_by_ref();
                }
                None => return Poll::Ready(()),
            }
        }
        Poll::Pending
    })
    .await;
}
