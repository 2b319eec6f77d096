//! Accepts connections and serves HTTP/1.1 and HTTP/2 on them, within the limits that [`ConnectionLimits`] sets.
//!
//! A client that has proved nothing yet may hold a connection for a bounded time, a bounded number of connections and a
//! bounded amount of memory. `docs/limits.md` says what an operator sees of it.

mod body_error;
mod connection;
mod http2_stream;
mod limits;
mod memory;
mod open_files;
mod registry;
mod request_body;
mod response_body;
mod tcp_stream;

pub use crate::listener::body_error::{BodyError, body_error};
pub use crate::listener::connection::{ClientConnection, RefusedConnection, note_authenticated};
pub use crate::listener::limits::ConnectionLimits;
pub use crate::listener::open_files::{default_max_connections, default_max_connections_per_address};

use crate::listener::connection::{Close, Connection};
use crate::listener::http2_stream::Http2Executor;
use crate::listener::registry::Registry;
use crate::listener::response_body::ResponseBody;
use crate::listener::tcp_stream::ClientStream;
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

/// The longest head of a request (request line and header, or the header list of HTTP/2) in bytes. A longer one is
/// answered 431.
///
/// What clients send is far shorter: browsers send 1 to 8 KiB, a signed OAuth 1 request 1 KiB, and the proxies that
/// stand in front let 8 KiB (Apache httpd) to 32 KiB (nginx) pass. 64 KiB leaves room for long query strings and the
/// cookies of neighboring sites. More would let connections that have proved nothing hold memory: hyper keeps a head
/// that is not complete in one buffer of this size.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How many streams a client may have open on one HTTP/2 connection; RFC 9113 §6.5.2 advises against fewer than 100.
const MAX_HTTP2_STREAMS: u32 = 100;

/// How many streams may have been reset by the client before the server has taken notice of them (CVE-2023-44487).
const MAX_HTTP2_PENDING_RESETS: usize = 20;

/// How many streams the server may have reset for a client's errors (CVE-2025-8671) before the connection is closed.
const MAX_HTTP2_LOCAL_RESETS: usize = 100;

/// How many bytes of bodies a client may send ahead of their being read, on a stream and on an HTTP/2 connection.
const HTTP2_STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const HTTP2_CONNECTION_WINDOW_BYTES: u32 = 256 * 1024;

/// How many bytes of an answer wait for the client on an HTTP/2 stream.
const HTTP2_SEND_BUFFER_BYTES: usize = 64 * 1024;

/// How many bytes of an answer the system holds that it cannot send yet.
const MAX_UNSENT_BYTES: u32 = 256 * 1024;

/// How long the accept loop waits after an error such as EMFILE.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// How long an idle connection may take to end once it has been asked to.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves until `stop`, and then answers the requests that are under way.
pub async fn answer(
    listener: TcpListener,
    router: Router,
    mut limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
) {
    let wanted = limits.max_connections;
    limits.max_connections = crate::listener::open_files::make_room_for(wanted);
    if limits.max_connections < wanted {
        let allowed = limits.max_connections;
        tracing::warn!(
            wanted,
            allowed,
            "the limit on open files does not allow as many connections as are set"
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
            refuse(&stream);
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
    // Nothing is sent, so this is None when the last connection has closed.
    all_closed.recv().await;
}

/// Accepts the next connection. Where the process is out of files, the oldest connection that has not sent a request is
/// dropped for it.
async fn accept(listener: &TcpListener, registry: &Registry) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client has gone in the meantime (accept(2)).
            Err(error) if is_connection_error(&error) => {}
            Err(error) => {
                registry.warn_rarely(|| tracing::warn!(%error, "a connection could not be accepted"));
                registry.evict_one();
                sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

/// Answers 503 to a connection that there is no room for, as far as that goes without waiting.
fn refuse(stream: &TcpStream) {
    const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Length: 44\r\nRetry-After: 1\r\nConnection: close\r\n\r\nToo many connections. Try again in a moment.";
    // Best effort: the connection is closed anyway.
    let _ = SockRef::from(stream).send(ANSWER);
}

/// Sets what the operating system does for the connection.
fn configure(stream: &TcpStream, limits: &ConnectionLimits) {
    let socket = SockRef::from(stream);
    // Answers are small, and nobody gains from waiting for more to send.
    let set = socket.set_tcp_nodelay(true).and_then(|()| {
        // What the system has taken over to send is its own to watch: it closes the connection when the client is gone, or
        // has taken nothing for so long (tcp(7)).
        socket.set_tcp_user_timeout(Some(limits.write_timeout))?;
        // Without it, the system holds megabytes for a client that does not read, and says that there is room again only
        // when a third of that has been taken, which can be longer than the write timeout for a slow client.
        socket.set_tcp_notsent_lowat(MAX_UNSENT_BYTES)
    });
    if let Err(error) = set {
        tracing::debug!(%error, "a connection has the system's own settings");
    }
}

fn builder(limits: &ConnectionLimits) -> Builder<Http2Executor> {
    let mut builder = Builder::new(Http2Executor::new(limits.write_timeout));
    // The time that a head may take is watched by `serve_connection`, which also sees what comes before a head.
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

/// Removes a connection from the registry when its task ends, in whatever way.
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
    // One future and one timer for each connection, whatever is waited for: most wait for a long time.
    poll_fn(|context| {
        match connection.poll_close(context.waker()) {
            Some(Close::Now) => return Poll::Ready(()),
            Some(Close::Gracefully) if !is_closing => {
                if !connection.has_begun() {
                    return Poll::Ready(());
                }
                is_closing = true;
                serving.as_mut().graceful_shutdown();
            }
            _ => {}
        }
        if let Poll::Ready(result) = serving.as_mut().poll(context) {
            if let Err(error) = result {
                tracing::debug!(error, "a connection broke off");
            }
            return Poll::Ready(());
        }
        while timer.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            match connection.next_deadline(now) {
                Some(deadline) => timer.as_mut().reset(deadline),
                None if connection.is_http2() && !is_closing => {
                    is_closing = true;
                    // HTTP/2 tells the client which requests it has taken (RFC 9113 §6.8).
                    serving.as_mut().graceful_shutdown();
                    timer.as_mut().reset(now + CLOSE_TIMEOUT);
                    context.waker().wake_by_ref();
                }
                None => return Poll::Ready(()),
            }
        }
        Poll::Pending
    })
    .await;
}
