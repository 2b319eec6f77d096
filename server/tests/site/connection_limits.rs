//! Tests timeouts, connection limits and memory limits for unauthenticated clients.

use crate::test_program::TestProgram;
use crate::test_site::TestSite;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use futures_util::{StreamExt, stream};
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest::Method;
use server::config::Overrides;
use server::listener::ConnectionLimits;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep, timeout};

/// A timeout short enough for a test to wait for.
const SHORT_TIMEOUT: Duration = Duration::from_millis(400);

/// Longer than any timeout under test, also on a slow machine.
const MAX_WAIT: Duration = Duration::from_secs(20);

const GET_SIGN_IN: &str = "GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n";

/// The first bytes of HTTP/2 (RFC 9113 §3.4), with empty SETTINGS.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// An HTTP/2 PING frame.
const HTTP2_PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0abcdefgh";

async fn connect(site: &TestSite) -> TcpStream {
    TcpStream::connect(site.address).await.unwrap()
}

/// Connects from another loopback address.
async fn connect_from(address: &str, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(address.parse().unwrap(), 0)).unwrap();
    socket.connect(server).await.unwrap()
}

/// Reads until the server closes the connection.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    // A connection reset also counts as closed.
    let _ = timeout(MAX_WAIT, stream.read_to_end(&mut received))
        .await
        .expect("the server closes the connection");
    String::from_utf8_lossy(&received).into_owned()
}

/// Reads the protocol version and status of a response.
async fn read_status(stream: &mut TcpStream) -> String {
    let mut line = vec![0; 12];
    timeout(MAX_WAIT, stream.read_exact(&mut line)).await.unwrap().unwrap();
    String::from_utf8(line).unwrap()
}

/// Sends a request and returns the status line.
async fn send_request(stream: &mut TcpStream, request: &str) -> String {
    // The server may have closed the connection already.
    let _ = stream.write_all(request.as_bytes()).await;
    read_status(stream).await
}

/// Returns a form post with an incomplete body.
fn incomplete_form(site: &TestSite, more: &str) -> String {
    format!(
        "POST /fn/session/sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nContent-Length: 1000\r\n{more}\
         Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=",
        site.origin()
    )
}

/// Sends `piece` repeatedly until the server closes the connection, and returns the response.
async fn trickle(mut stream: TcpStream, piece: &[u8]) -> String {
    let mut received = Vec::new();
    let started = Instant::now();
    let mut clock = interval(Duration::from_millis(40));
    let mut buffer = [0; 4096];
    loop {
        assert!(started.elapsed() < MAX_WAIT, "the server does not close");
        tokio::select! {
            read = stream.read(&mut buffer) => match read {
                Ok(0) | Err(_) => return String::from_utf8_lossy(&received).into_owned(),
                Ok(length) => received.extend_from_slice(&buffer[..length]),
            },
            _ = clock.tick() => {
                let _ = stream.write_all(piece).await;
            }
        }
    }
}

#[tokio::test]
async fn connection_without_complete_head_is_closed_after_head_timeout() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        head_timeout: SHORT_TIMEOUT,
        idle_timeout: MAX_WAIT * 10,
        ..limits
    })
    .await;
    let started = Instant::now();
    let incomplete_heads: [&[u8]; 7] = [
        b"",
        b"P",
        b"PRI * HTTP/2.0\r\n",
        HTTP2_PREFACE,
        b"\r\n\r\n",
        b"GET /sign-in HTTP/1.1\r\nHost: x\r\n",
        b"POST /fn/session/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n",
    ];
    let mut waiting = JoinSet::new();
    for head in incomplete_heads {
        let mut stream = connect(&site).await;
        stream.write_all(head).await.unwrap();
        waiting.spawn(async move { read_to_end(&mut stream).await });
    }
    // Each piece makes progress but never completes the head.
    let trickled_heads: [(&[u8], &'static [u8]); 4] = [
        (b"GET /sign-in HTTP/1.1\r\nX: ", b"a"),
        (b"", b"\r\n"),
        (b"GET /", b"a"),
        (HTTP2_PREFACE, HTTP2_PING),
    ];
    for (head, piece) in trickled_heads {
        let mut stream = connect(&site).await;
        stream.write_all(head).await.unwrap();
        waiting.spawn(trickle(stream, piece));
    }
    while let Some(received) = waiting.join_next().await {
        let received = received.unwrap();
        assert!(!received.contains("HTTP/1.1 2"), "{received}");
        assert!(started.elapsed() >= SHORT_TIMEOUT);
    }
    assert!(started.elapsed() < MAX_WAIT);
}

#[tokio::test]
async fn idle_connection_is_closed_after_idle_timeout() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        idle_timeout: SHORT_TIMEOUT,
        ..limits
    })
    .await;
    for next in ["", "G", "GET /sign-in HTTP/1.1\r\nHost: x\r\n"] {
        let mut stream = connect(&site).await;
        let started = Instant::now();
        stream
            .write_all(format!("{GET_SIGN_IN}{next}").as_bytes())
            .await
            .unwrap();
        let received = read_to_end(&mut stream).await;
        assert_eq!(received.matches("HTTP/1.1 200").count(), 1, "{next}");
        assert!(started.elapsed() >= SHORT_TIMEOUT && started.elapsed() < MAX_WAIT);
    }
    let mut stream = connect(&site).await;
    stream.write_all(GET_SIGN_IN.as_bytes()).await.unwrap();
    assert_eq!(trickle(stream, b"a").await.matches("HTTP/1.1 200").count(), 1);
}

#[tokio::test]
async fn stalled_body_is_answered_408() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        body_idle_timeout: SHORT_TIMEOUT,
        body_timeout: MAX_WAIT * 10,
        ..limits
    })
    .await;
    for route in [
        "/fn/session/sign-in",
        "/api/v4/oauth/request_token",
        "/v6/authentication/oauth2/token",
    ] {
        let mut stream = connect(&site).await;
        let request = incomplete_form(&site, "").replace("/fn/session/sign-in", route);
        assert_eq!(send_request(&mut stream, &request).await, "HTTP/1.1 408", "{route}");
        read_to_end(&mut stream).await;
    }
}

#[tokio::test]
async fn slow_body_is_answered_408() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        body_idle_timeout: MAX_WAIT,
        body_timeout: SHORT_TIMEOUT,
        ..limits
    })
    .await;
    for chunked in [false, true] {
        let mut request = incomplete_form(&site, "");
        let mut piece: &[u8] = b"a";
        if chunked {
            request = request.replace("Content-Length: 1000", "Transfer-Encoding: chunked");
            request = request.replace("email=", "6\r\nemail=\r\n");
            piece = b"1\r\na\r\n";
        }
        let mut stream = connect(&site).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let received = trickle(stream, piece).await;
        assert!(received.starts_with("HTTP/1.1 408"), "{received}");
        assert!(received.contains("TimedOut"), "{received}");
    }
}

#[tokio::test]
async fn long_body_above_minimum_rate_is_accepted_after_body_timeout() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        body_timeout: SHORT_TIMEOUT,
        min_body_bytes_per_second: 1024,
        ..limits
    })
    .await;
    let mut stream = connect(&site).await;
    let head = incomplete_form(&site, "Connection: close\r\n").replace("Content-Length: 1000", "Content-Length: 20006");
    stream.write_all(head.as_bytes()).await.unwrap();
    let started = Instant::now();
    for _ in 0..20 {
        stream.write_all(&[b'a'; 1000]).await.unwrap();
        sleep(Duration::from_millis(60)).await;
    }
    assert!(started.elapsed() > 2 * SHORT_TIMEOUT);
    let received = read_to_end(&mut stream).await;
    assert!(
        received.starts_with("HTTP/1.1 ") && !received.starts_with("HTTP/1.1 408"),
        "{received}"
    );
}

/// Serves endless responses at `/`, `bytes` at a time after each `pause`. The receiver reports dropped responses.
async fn serve_endless_response(
    bytes: usize,
    pause: Duration,
    limits: ConnectionLimits,
) -> (SocketAddr, JoinSet<()>, mpsc::Receiver<()>) {
    let (dropped, all_dropped) = mpsc::channel::<()>(10);
    let router = Router::new().route(
        "/",
        get(move || {
            struct Dropped(mpsc::Sender<()>);
            impl Drop for Dropped {
                fn drop(&mut self) {
                    let _ = self.0.try_send(());
                }
            }
            let guard = Dropped(dropped.clone());
            let pieces = stream::unfold(guard, move |guard| async move {
                sleep(pause).await;
                Some((Ok::<_, Infallible>(Bytes::from(vec![b'a'; bytes])), guard))
            });
            async move { Body::from_stream(pieces) }
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (
        address,
        crate::test_site::spawn_server(listener, router, limits),
        all_dropped,
    )
}

fn short_write_timeout() -> ConnectionLimits {
    ConnectionLimits {
        write_timeout: SHORT_TIMEOUT,
        ..ConnectionLimits::default()
    }
}

/// Connects with a small receive buffer.
async fn connect_with_buffer(bytes: u32, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(bytes).unwrap();
    socket.connect(address).await.unwrap()
}

#[tokio::test]
async fn response_that_is_not_read_is_dropped_after_write_timeout() {
    // Large chunks, and small chunks as of an event stream.
    for (bytes, pause) in [(1_000_000, 0), (2_000, 10)] {
        let (address, _tasks, mut dropped) =
            serve_endless_response(bytes, Duration::from_millis(pause), short_write_timeout()).await;
        let mut stream = connect_with_buffer(4096, address).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let started = Instant::now();
        timeout(MAX_WAIT, dropped.recv())
            .await
            .expect("the response is dropped");
        assert!(started.elapsed() >= SHORT_TIMEOUT, "{bytes}");
        read_to_end(&mut stream).await;
    }
}

#[tokio::test]
async fn response_that_is_written_or_read_slowly_is_not_dropped() {
    let (address, _tasks, mut dropped) = serve_endless_response(3, 2 * SHORT_TIMEOUT, short_write_timeout()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut received = Vec::new();
    while !String::from_utf8_lossy(&received).contains("aaa\r\n3\r\naaa\r\n3\r\naaa\r\n") {
        timeout(MAX_WAIT, stream.read_buf(&mut received))
            .await
            .unwrap()
            .unwrap();
    }

    let (address, _tasks, mut slowly_dropped) =
        serve_endless_response(1_000_000, Duration::ZERO, short_write_timeout()).await;
    let mut stream = connect_with_buffer(64 * 1024, address).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let started = Instant::now();
    while started.elapsed() < 4 * SHORT_TIMEOUT {
        // Enough for the kernel to open the receive window again.
        let mut piece = [0; 64 * 1024];
        stream.read_exact(&mut piece).await.unwrap();
        sleep(SHORT_TIMEOUT / 8).await;
    }
    assert!(dropped.try_recv().is_err() && slowly_dropped.try_recv().is_err());
}

#[tokio::test]
async fn http2_stream_that_is_not_read_is_reset_without_closing_the_connection() {
    let (address, _tasks, mut dropped) =
        serve_endless_response(100_000, Duration::from_millis(1), short_write_timeout()).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(50_000)
        .handshake::<_, Body>(TokioIo::new(stream))
        .await
        .unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let _ = connection.await;
    });
    let request = || {
        axum::http::Request::get(format!("http://{address}/"))
            .body(Body::empty())
            .unwrap()
    };
    let unread = client.send_request(request()).await.unwrap();
    let started = Instant::now();
    let mut read = Body::new(client.send_request(request()).await.unwrap().into_body()).into_data_stream();
    let mut bytes = 0;
    timeout(MAX_WAIT, async {
        loop {
            tokio::select! {
                () = async { dropped.recv().await; } => break,
                piece = read.next() => bytes += piece.unwrap().unwrap().len(),
            }
        }
    })
    .await
    .expect("the unread stream is reset");
    assert!(started.elapsed() >= SHORT_TIMEOUT && bytes > 100_000, "{bytes}");
    // The other stream is not reset.
    for _ in 0..10 {
        read.next().await.unwrap().unwrap();
    }
    assert!(dropped.try_recv().is_err());
    drop(unread);
}

#[tokio::test]
async fn http2_settings_announce_the_limits() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| limits).await;
    let mut stream = connect(&site).await;
    stream.write_all(HTTP2_PREFACE).await.unwrap();
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3], 4, "SETTINGS come first");
    let mut settings = vec![0; usize::from(u16::from_be_bytes([head[1], head[2]]))];
    stream.read_exact(&mut settings).await.unwrap();
    let setting = |id: u16| {
        let entry = settings.chunks(6).find(|entry| entry[..2] == id.to_be_bytes());
        entry.map(|entry| u32::from_be_bytes(entry[2..].try_into().unwrap()))
    };
    // RFC 9113 §6.5.2: concurrent streams, window size, header list size.
    assert_eq!(setting(3), Some(100));
    assert_eq!(setting(4), Some(65_536));
    assert_eq!(setting(6), Some(65_536));

    let stream = connect(&site).await;
    let (mut client, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let _ = connection.await;
    });
    let request = |host: Option<&str>| {
        let mut request = axum::http::Request::get(format!("{}/api/openapi.json", site.origin()));
        if let Some(host) = host {
            request = request.header("host", host);
        }
        request.body(Body::empty()).unwrap()
    };
    let served = client.send_request(request(None)).await.unwrap();
    assert_eq!(served.status(), 200);
    let body = axum::body::to_bytes(Body::new(served.into_body()), usize::MAX)
        .await
        .unwrap();
    let plain = site.request(Method::GET, "/api/openapi.json").send().await.unwrap();
    assert_eq!(body, plain.bytes().await.unwrap(), "HTTP/2 and HTTP/1.1 bodies differ");
    let different = client.send_request(request(Some("other.example"))).await.unwrap();
    assert_eq!(different.status(), 400);
}

#[tokio::test]
async fn request_head_over_64_kib_is_answered_431() {
    let site = TestSite::start().await;
    for (length, expected) in [
        (8_000, "HTTP/1.1 200"),
        (60_000, "HTTP/1.1 200"),
        (66_000, "HTTP/1.1 431"),
        (1_900_000, "HTTP/1.1 431"),
    ] {
        let head = format!(
            "GET /sign-in HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n",
            "a".repeat(length)
        );
        assert_eq!(
            send_request(&mut connect(&site).await, &head).await,
            expected,
            "{length}"
        );
    }
    let many = format!("GET /sign-in HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(1000));
    assert_eq!(send_request(&mut connect(&site).await, &many).await, "HTTP/1.1 431");
}

#[tokio::test]
async fn unfinished_heads_stay_within_the_shared_memory_limit() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        max_unauthenticated_bytes: 512 * 1024,
        ..limits
    })
    .await;
    let head = format!("GET /sign-in HTTP/1.1\r\nHost: x\r\nX-Long: {}", "a".repeat(60_000));
    let mut closed = JoinSet::new();
    for _ in 0..40 {
        let mut stream = connect(&site).await;
        let _ = stream.write_all(head.as_bytes()).await;
        closed.spawn(async move { read_to_end(&mut stream).await });
    }
    // Eight of them fit. The others are closed before their timeout.
    let started = Instant::now();
    for _ in 0..32 {
        closed.join_next().await.unwrap().unwrap();
    }
    assert!(started.elapsed() < ConnectionLimits::default().head_timeout);
    assert_eq!(
        send_request(&mut connect(&site).await, GET_SIGN_IN).await,
        "HTTP/1.1 200"
    );
}

#[tokio::test]
async fn unauthenticated_bodies_stay_within_the_shared_memory_limit() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        max_unauthenticated_bytes: 512 * 1024,
        ..limits
    })
    .await;
    let cookie = site.sign_in().await;
    let form = incomplete_form(&site, "").replace("Content-Length: 1000", "Content-Length: 60000");
    let long = "a".repeat(50_000);
    let mut streams = Vec::new();
    let mut refused = 0;
    while refused == 0 {
        let mut stream = connect(&site).await;
        let _ = stream.write_all(format!("{form}{long}").as_bytes()).await;
        // A connection whose body is still awaited gets no response.
        if let Ok(response) = timeout(SHORT_TIMEOUT, read_status(&mut stream)).await {
            assert_eq!(response, "HTTP/1.1 503");
            refused += 1;
        }
        streams.push(stream);
        assert!(streams.len() < 20, "never refused");
    }
    let signed_in = incomplete_form(&site, &format!("Cookie: {cookie}\r\n"))
        .replace("Content-Length: 1000", "Content-Length: 50006")
        .replace("/fn/session/sign-in", "/fn/nothing");
    let mut stream = connect(&site).await;
    assert_eq!(
        send_request(&mut stream, &format!("{signed_in}{long}")).await,
        "HTTP/1.1 404"
    );
}

#[tokio::test]
async fn address_at_its_connection_limit_replaces_idle_connections_or_gets_503() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        max_connections_per_address: 4,
        ..limits
    })
    .await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(connect(&site).await);
        assert_eq!(
            send_request(&mut connect(&site).await, GET_SIGN_IN).await,
            "HTTP/1.1 200"
        );
    }
    drop(waiting);
    let mut working = Vec::new();
    for _ in 0..4 {
        let mut stream = connect(&site).await;
        stream
            .write_all(incomplete_form(&site, "Expect: 100-continue\r\n").as_bytes())
            .await
            .unwrap();
        // The server asks for the body, so the request is in progress.
        assert_eq!(read_status(&mut stream).await, "HTTP/1.1 100");
        working.push(stream);
    }
    let mut refused = connect(&site).await;
    let response = read_to_end(&mut refused).await;
    assert!(
        response.starts_with("HTTP/1.1 503") && response.contains("Retry-After: 1\r\n"),
        "{response}"
    );
    let mut other = connect_from("127.0.0.2", site.address).await;
    assert_eq!(send_request(&mut other, GET_SIGN_IN).await, "HTTP/1.1 200");
}

#[tokio::test]
async fn recently_authenticated_address_is_admitted_at_the_connection_limit() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        max_connections: 40,
        max_connections_per_address: 10,
        ..limits
    })
    .await;
    // Authenticates 127.0.0.1 with a session.
    let cookie = site.sign_in().await;
    assert_eq!(site.get("/settings", Some(&cookie)).await.status(), 200);
    let mut working = Vec::new();
    let refused = 'full: loop {
        assert!(working.len() < 40, "never refused");
        for host in 2..40 {
            let mut stream = connect_from(&format!("127.0.0.{host}"), site.address).await;
            let form = incomplete_form(&site, "Expect: 100-continue\r\n");
            match send_request(&mut stream, &form).await.as_str() {
                "HTTP/1.1 100" => working.push(stream),
                other => break 'full other.to_owned(),
            }
        }
    };
    assert_eq!(refused, "HTTP/1.1 503");
    let mut other_address = connect_from("127.0.0.99", site.address).await;
    assert_eq!(read_status(&mut other_address).await, "HTTP/1.1 503");
    for _ in 0..5 {
        assert_eq!(
            send_request(&mut connect(&site).await, GET_SIGN_IN).await,
            "HTTP/1.1 200"
        );
    }
}

#[tokio::test]
async fn event_streams_with_api_key_do_not_count_toward_the_address_limit() {
    let site = TestSite::start_with_limits(Overrides::default(), |limits| ConnectionLimits {
        max_connections_per_address: 4,
        ..limits
    })
    .await;
    let operator = portal::accounts::operator(&site.app.portal, None).await.unwrap();
    let key = portal::integration::api_keys::show(&site.app.portal, &operator)
        .await
        .unwrap();
    let request = format!(
        "GET /api/connector/v1/settings/events HTTP/1.1\r\nHost: x\r\nX-Api-Key: {}\r\n\r\n",
        key.expose()
    );
    let mut listeners = Vec::new();
    for _ in 0..30 {
        let mut stream = connect(&site).await;
        assert_eq!(send_request(&mut stream, &request).await, "HTTP/1.1 200");
        listeners.push(stream);
    }
    assert_eq!(
        send_request(&mut connect(&site).await, GET_SIGN_IN).await,
        "HTTP/1.1 200"
    );
}

#[tokio::test]
async fn connection_limit_behind_trusted_proxy_counts_forwarded_addresses() {
    let overrides = Overrides {
        trusted_proxies: Some("127.0.0.1".to_owned()),
        ..Overrides::default()
    };
    let site = TestSite::start_with_limits(overrides, |limits| ConnectionLimits {
        max_connections_per_address: 4,
        ..limits
    })
    .await;
    let mut working = Vec::new();
    for _ in 0..4 {
        let mut stream = connect(&site).await;
        let from = "X-Forwarded-For: 203.0.113.9\r\nExpect: 100-continue\r\n";
        assert_eq!(
            send_request(&mut stream, &incomplete_form(&site, from)).await,
            "HTTP/1.1 100"
        );
        working.push(stream);
    }
    for (path, kind) in [
        ("/sign-in", "application/json"),
        ("/api/v4/currentUser", "application/problem+json"),
    ] {
        let from = |address: &'static str| site.request(Method::GET, path).header("x-forwarded-for", address);
        let refused = from("203.0.113.9").send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), refused.headers()["retry-after"].as_bytes()),
            (503, &b"1"[..])
        );
        assert_eq!(refused.headers()["content-type"], kind);
        assert!(refused.headers().contains_key("x-request-id"));
        assert_ne!(from("203.0.113.10").send().await.unwrap().status(), 503);
    }
    drop(working);
    let from_again = || {
        site.request(Method::GET, "/sign-in")
            .header("x-forwarded-for", "203.0.113.9")
    };
    let started = Instant::now();
    while from_again().send().await.unwrap().status() == 503 {
        assert!(started.elapsed() < MAX_WAIT, "the connection slots are not released");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn request_without_one_valid_host_is_answered_400_in_the_format_of_the_route() {
    let site = TestSite::start().await;
    for (version, lines, expected) in [
        ("1.1", "", 400),
        ("1.1", "Host: a.example\r\nHost: a.example\r\n", 400),
        ("1.1", "Host: a.example\r\nHost: b.example\r\n", 400),
        ("1.1", "Host: a b\r\n", 400),
        ("1.1", "Host: user@a.example\r\n", 400),
        ("1.1", "Host:\r\n", 400),
        ("1.1", "Host: a.example\r\n", 0),
        ("1.0", "", 0),
        ("1.0", "Host: a.example\r\nHost: b.example\r\n", 400),
    ] {
        for (path, kind) in [
            ("/sign-in", "text/html; charset=utf-8"),
            ("/fn/nothing", "text/html; charset=utf-8"),
            ("/healthz", "text/html; charset=utf-8"),
            ("/api/v4/currentUser", "application/problem+json"),
            ("/v6/authentication/oauth2/scopes", "application/problem+json"),
            ("/.well-known/jwks.json", "application/problem+json"),
        ] {
            let mut stream = connect(&site).await;
            let request = format!("GET {path} HTTP/{version}\r\n{lines}Accept: text/html\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let response = read_to_end(&mut stream).await;
            let is_refused = response.split(' ').nth(1) == Some("400");
            assert_eq!(is_refused, expected == 400, "{request}{response}");
            if is_refused {
                assert!(
                    response.to_lowercase().contains(&format!("content-type: {kind}\r\n")),
                    "{response}"
                );
                assert!(response.contains("Host header"), "{response}");
            }
        }
    }
}

#[test]
fn server_survives_more_idle_sockets_than_open_files() {
    let program = TestProgram::new().with_open_files(256);
    let server = program.serve(&[]);
    let address = server.origin.strip_prefix("http://").unwrap().to_owned();
    let mut idle = Vec::new();
    for number in 0..300 {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        if number % 2 == 0 {
            // The server may have closed it already.
            let _ = std::io::Write::write_all(&mut stream, b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: aaaa");
        }
        idle.push(stream);
    }
    for _ in 0..10 {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(MAX_WAIT)).unwrap();
        std::io::Write::write_all(
            &mut stream,
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        )
        .unwrap();
        let mut response = String::new();
        std::io::Read::read_to_string(&mut stream, &mut response).unwrap();
        assert!(response.starts_with("HTTP/1.1 200"), "{response}\n{}", server.log());
    }
}
