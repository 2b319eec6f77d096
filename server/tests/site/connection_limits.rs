//! How long, how many and how much: what a client may take of the server before it has shown a credential.

use crate::program::Program;
use crate::support::Site;
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

/// A limit that a test can wait for.
const SHORT: Duration = Duration::from_millis(400);

/// Longer than any of them, on a slow machine too.
const LONG: Duration = Duration::from_secs(20);

const GET: &str = "GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n";

/// The first bytes of HTTP/2 (RFC 9113 §3.4), with empty SETTINGS.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// What an HTTP/2 client sends to say that it is there.
const HTTP2_PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0abcdefgh";

async fn connect(site: &Site) -> TcpStream {
    TcpStream::connect(site.address).await.unwrap()
}

/// A connection from another address of this machine.
async fn connect_from(address: &str, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(address.parse().unwrap(), 0)).unwrap();
    socket.connect(server).await.unwrap()
}

/// Reads until the server closes; fails if it does not.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    // A reset is an end too.
    let _ = timeout(LONG, stream.read_to_end(&mut received))
        .await
        .expect("the server closes the connection");
    String::from_utf8_lossy(&received).into_owned()
}

/// Reads the first line of an answer.
async fn status(stream: &mut TcpStream) -> String {
    let mut line = vec![0; 12];
    timeout(LONG, stream.read_exact(&mut line)).await.unwrap().unwrap();
    String::from_utf8(line).unwrap()
}

/// What a new connection is answered.
async fn ask(stream: &mut TcpStream, request: &str) -> String {
    // A server that refuses may have hung up.
    let _ = stream.write_all(request.as_bytes()).await;
    status(stream).await
}

/// A form of which a part has come.
fn unfinished_form(site: &Site, more: &str) -> String {
    format!(
        "POST /fn/session/sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nContent-Length: 1000\r\n{more}\
         Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=",
        site.origin()
    )
}

/// Sends `piece` again and again until the server closes; gives what it answered.
async fn trickle(mut stream: TcpStream, piece: &[u8]) -> String {
    let mut received = Vec::new();
    let begun = Instant::now();
    let mut clock = interval(Duration::from_millis(40));
    let mut buffer = [0; 4096];
    loop {
        assert!(begun.elapsed() < LONG, "the server does not close");
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
async fn a_connection_without_a_whole_head_is_closed_at_one_deadline() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
        head_timeout: SHORT,
        idle_timeout: LONG * 10,
        ..limits
    })
    .await;
    let begun = Instant::now();
    let silent: [&[u8]; 7] = [
        b"",
        b"P",
        b"PRI * HTTP/2.0\r\n",
        HTTP2_PREFACE,
        b"\r\n\r\n",
        b"GET /sign-in HTTP/1.1\r\nHost: x\r\n",
        b"POST /fn/session/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n",
    ];
    let mut waiting = JoinSet::new();
    for head in silent {
        let mut stream = connect(&site).await;
        stream.write_all(head).await.unwrap();
        waiting.spawn(async move { read_to_end(&mut stream).await });
    }
    // Each piece is progress, and none of them a head.
    let trickled: [(&[u8], &'static [u8]); 4] = [
        (b"GET /sign-in HTTP/1.1\r\nX: ", b"a"),
        (b"", b"\r\n"),
        (b"GET /", b"a"),
        (HTTP2_PREFACE, HTTP2_PING),
    ];
    for (head, piece) in trickled {
        let mut stream = connect(&site).await;
        stream.write_all(head).await.unwrap();
        waiting.spawn(trickle(stream, piece));
    }
    while let Some(received) = waiting.join_next().await {
        let received = received.unwrap();
        assert!(!received.contains("HTTP/1.1 2"), "{received}");
        assert!(begun.elapsed() >= SHORT);
    }
    assert!(begun.elapsed() < LONG);
}

#[tokio::test]
async fn a_connection_is_closed_when_the_next_head_does_not_come() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
        idle_timeout: SHORT,
        ..limits
    })
    .await;
    for next in ["", "G", "GET /sign-in HTTP/1.1\r\nHost: x\r\n"] {
        let mut stream = connect(&site).await;
        let begun = Instant::now();
        stream.write_all(format!("{GET}{next}").as_bytes()).await.unwrap();
        let received = read_to_end(&mut stream).await;
        assert_eq!(received.matches("HTTP/1.1 200").count(), 1, "{next}");
        assert!(begun.elapsed() >= SHORT && begun.elapsed() < LONG);
    }
    let mut stream = connect(&site).await;
    stream.write_all(GET.as_bytes()).await.unwrap();
    assert_eq!(trickle(stream, b"a").await.matches("HTTP/1.1 200").count(), 1);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_408() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
        body_idle_timeout: SHORT,
        body_timeout: LONG * 10,
        ..limits
    })
    .await;
    for route in [
        "/fn/session/sign-in",
        "/api/v4/oauth/request_token",
        "/v6/authentication/oauth2/token",
    ] {
        let mut stream = connect(&site).await;
        let request = unfinished_form(&site, "").replace("/fn/session/sign-in", route);
        assert_eq!(ask(&mut stream, &request).await, "HTTP/1.1 408", "{route}");
        read_to_end(&mut stream).await;
    }
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_answered_408() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
        body_idle_timeout: LONG,
        body_timeout: SHORT,
        ..limits
    })
    .await;
    for chunked in [false, true] {
        let mut request = unfinished_form(&site, "");
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
        assert!(received.contains("took too long"), "{received}");
    }
}

#[tokio::test]
async fn a_long_body_at_a_fair_rate_may_take_longer() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
        body_timeout: SHORT,
        min_body_bytes_per_second: 1024,
        ..limits
    })
    .await;
    let mut stream = connect(&site).await;
    let head = unfinished_form(&site, "Connection: close\r\n").replace("Content-Length: 1000", "Content-Length: 20006");
    stream.write_all(head.as_bytes()).await.unwrap();
    let begun = Instant::now();
    for _ in 0..20 {
        stream.write_all(&[b'a'; 1000]).await.unwrap();
        sleep(Duration::from_millis(60)).await;
    }
    assert!(begun.elapsed() > 2 * SHORT);
    let received = read_to_end(&mut stream).await;
    assert!(
        received.starts_with("HTTP/1.1 ") && !received.starts_with("HTTP/1.1 408"),
        "{received}"
    );
}

/// Serves endless answers at `/`: `pieces` bytes at a time, each `pause`. What is received says that one has ended.
async fn endless(
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
    (address, crate::support::answer(listener, router, limits), all_dropped)
}

fn quick_writes() -> ConnectionLimits {
    ConnectionLimits {
        write_timeout: SHORT,
        ..ConnectionLimits::default()
    }
}

/// A client whose system takes little more than it reads.
async fn connect_with_buffer(bytes: u32, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(bytes).unwrap();
    socket.connect(address).await.unwrap()
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_dropped() {
    // Much at once, and little at a time: an event stream.
    for (bytes, pause) in [(1_000_000, 0), (2_000, 10)] {
        let (address, _tasks, mut dropped) = endless(bytes, Duration::from_millis(pause), quick_writes()).await;
        let mut stream = connect_with_buffer(4096, address).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let begun = Instant::now();
        timeout(LONG, dropped.recv()).await.expect("the answer is dropped");
        assert!(begun.elapsed() >= SHORT, "{bytes}");
        read_to_end(&mut stream).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_read_goes_on_however_slowly_it_is_written_or_read() {
    let (address, _tasks, mut dropped) = endless(3, 2 * SHORT, quick_writes()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut received = Vec::new();
    while !String::from_utf8_lossy(&received).contains("aaa\r\n3\r\naaa\r\n3\r\naaa\r\n") {
        timeout(LONG, stream.read_buf(&mut received)).await.unwrap().unwrap();
    }

    let (address, _tasks, mut slowly_dropped) = endless(1_000_000, Duration::ZERO, quick_writes()).await;
    let mut stream = connect_with_buffer(64 * 1024, address).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let begun = Instant::now();
    while begun.elapsed() < 4 * SHORT {
        // Enough for the system to tell the server that there is room again.
        let mut piece = [0; 64 * 1024];
        stream.read_exact(&mut piece).await.unwrap();
        sleep(SHORT / 8).await;
    }
    assert!(dropped.try_recv().is_err() && slowly_dropped.try_recv().is_err());
}

#[tokio::test]
async fn an_http_2_stream_that_nobody_reads_is_reset_and_the_connection_goes_on() {
    let (address, _tasks, mut dropped) = endless(100_000, Duration::from_millis(1), quick_writes()).await;
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
    let begun = Instant::now();
    let mut read = Body::new(client.send_request(request()).await.unwrap().into_body()).into_data_stream();
    let mut bytes = 0;
    timeout(LONG, async {
        loop {
            tokio::select! {
                () = async { dropped.recv().await; } => break,
                piece = read.next() => bytes += piece.unwrap().unwrap().len(),
            }
        }
    })
    .await
    .expect("the stream that nobody reads is reset");
    assert!(begun.elapsed() >= SHORT && bytes > 100_000, "{bytes}");
    // The other stream is not.
    for _ in 0..10 {
        read.next().await.unwrap().unwrap();
    }
    assert!(dropped.try_recv().is_err());
    drop(unread);
}

#[tokio::test]
async fn http_2_clients_are_told_the_bounds_and_served() {
    let site = Site::start_within(Overrides::default(), |limits| limits).await;
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
    // RFC 9113 §6.5.2: streams at a time, window, header list.
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
    assert_eq!(body, plain.bytes().await.unwrap(), "in pieces, and whole");
    let different = client.send_request(request(Some("other.example"))).await.unwrap();
    assert_eq!(different.status(), 400);
}

#[tokio::test]
async fn a_head_of_up_to_64_kib_is_read_and_a_longer_one_is_answered_431() {
    let site = Site::start().await;
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
        assert_eq!(ask(&mut connect(&site).await, &head).await, expected, "{length}");
    }
    let many = format!("GET /sign-in HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(1000));
    assert_eq!(ask(&mut connect(&site).await, &many).await, "HTTP/1.1 431");
}

#[tokio::test]
async fn unfinished_heads_hold_no_more_memory_than_they_may_together() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
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
    // Eight of them fit, and the others had to go before their time.
    let begun = Instant::now();
    for _ in 0..32 {
        closed.join_next().await.unwrap().unwrap();
    }
    assert!(begun.elapsed() < ConnectionLimits::default().head_timeout);
    assert_eq!(ask(&mut connect(&site).await, GET).await, "HTTP/1.1 200");
}

#[tokio::test]
async fn bodies_hold_no_more_memory_than_they_may_together_before_a_credential_is_shown() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
        max_unauthenticated_bytes: 512 * 1024,
        ..limits
    })
    .await;
    let cookie = site.sign_in().await;
    let form = unfinished_form(&site, "").replace("Content-Length: 1000", "Content-Length: 60000");
    let long = "a".repeat(50_000);
    let mut streams = Vec::new();
    let mut refused = 0;
    while refused == 0 {
        let mut stream = connect(&site).await;
        let _ = stream.write_all(format!("{form}{long}").as_bytes()).await;
        // Who still waits for the rest is answered nothing.
        if let Ok(answer) = timeout(SHORT, status(&mut stream)).await {
            assert_eq!(answer, "HTTP/1.1 503");
            refused += 1;
        }
        streams.push(stream);
        assert!(streams.len() < 20, "never refused");
    }
    let signed_in = unfinished_form(&site, &format!("Cookie: {cookie}\r\n"))
        .replace("Content-Length: 1000", "Content-Length: 50006")
        .replace("/fn/session/sign-in", "/fn/nothing");
    let mut stream = connect(&site).await;
    assert_eq!(ask(&mut stream, &format!("{signed_in}{long}")).await, "HTTP/1.1 404");
}

#[tokio::test]
async fn an_address_at_its_limit_gets_in_while_its_older_connections_wait_and_503_while_they_work() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
        max_connections_per_address: 4,
        ..limits
    })
    .await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(connect(&site).await);
        assert_eq!(ask(&mut connect(&site).await, GET).await, "HTTP/1.1 200");
    }
    drop(waiting);
    let mut working = Vec::new();
    for _ in 0..4 {
        let mut stream = connect(&site).await;
        stream
            .write_all(unfinished_form(&site, "Expect: 100-continue\r\n").as_bytes())
            .await
            .unwrap();
        // The server asks for the body, so the request is under way.
        assert_eq!(status(&mut stream).await, "HTTP/1.1 100");
        working.push(stream);
    }
    let mut refused = connect(&site).await;
    let answer = read_to_end(&mut refused).await;
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("Retry-After: 1\r\n"),
        "{answer}"
    );
    let mut other = connect_from("127.0.0.2", site.address).await;
    assert_eq!(ask(&mut other, GET).await, "HTTP/1.1 200");
}

#[tokio::test]
async fn many_addresses_do_not_keep_out_one_that_has_lately_shown_a_credential() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
        max_connections: 40,
        max_connections_per_address: 10,
        ..limits
    })
    .await;
    // From 127.0.0.1, by a session.
    let cookie = site.sign_in().await;
    assert_eq!(site.get("/settings", Some(&cookie)).await.status(), 200);
    let mut working = Vec::new();
    let refused = 'full: loop {
        assert!(working.len() < 40, "never refused");
        for host in 2..40 {
            let mut stream = connect_from(&format!("127.0.0.{host}"), site.address).await;
            let form = unfinished_form(&site, "Expect: 100-continue\r\n");
            match ask(&mut stream, &form).await.as_str() {
                "HTTP/1.1 100" => working.push(stream),
                other => break 'full other.to_owned(),
            }
        }
    };
    assert_eq!(refused, "HTTP/1.1 503");
    let mut stranger = connect_from("127.0.0.99", site.address).await;
    assert_eq!(status(&mut stranger).await, "HTTP/1.1 503");
    for _ in 0..5 {
        assert_eq!(ask(&mut connect(&site).await, GET).await, "HTTP/1.1 200");
    }
}

#[tokio::test]
async fn listeners_with_an_api_key_do_not_count_for_their_address() {
    let site = Site::start_within(Overrides::default(), |limits| ConnectionLimits {
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
        assert_eq!(ask(&mut stream, &request).await, "HTTP/1.1 200");
        listeners.push(stream);
    }
    assert_eq!(ask(&mut connect(&site).await, GET).await, "HTTP/1.1 200");
}

#[tokio::test]
async fn clients_of_a_trusted_proxy_count_by_their_own_addresses() {
    let overrides = Overrides {
        trusted_proxies: Some("127.0.0.1".to_owned()),
        ..Overrides::default()
    };
    let site = Site::start_within(overrides, |limits| ConnectionLimits {
        max_connections_per_address: 4,
        ..limits
    })
    .await;
    let mut working = Vec::new();
    for _ in 0..4 {
        let mut stream = connect(&site).await;
        let from = "X-Forwarded-For: 203.0.113.9\r\nExpect: 100-continue\r\n";
        assert_eq!(ask(&mut stream, &unfinished_form(&site, from)).await, "HTTP/1.1 100");
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
    let begun = Instant::now();
    while from_again().send().await.unwrap().status() == 503 {
        assert!(begun.elapsed() < LONG, "the places are not given back");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_request_without_one_valid_host_is_answered_400_in_the_manner_of_the_route() {
    let site = Site::start().await;
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
            let answer = read_to_end(&mut stream).await;
            let is_refused = answer.split(' ').nth(1) == Some("400");
            assert_eq!(is_refused, expected == 400, "{request}{answer}");
            if is_refused {
                assert!(
                    answer.to_lowercase().contains(&format!("content-type: {kind}\r\n")),
                    "{answer}"
                );
                assert!(answer.contains("Host header"), "{answer}");
            }
        }
    }
}

#[test]
fn more_idle_sockets_than_open_files_do_not_stop_the_server() {
    let program = Program::new().with_open_files(256);
    let server = program.serve(&[]);
    let address = server.origin.strip_prefix("http://").unwrap().to_owned();
    let mut held = Vec::new();
    for number in 0..300 {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        if number % 2 == 0 {
            // The server may have closed it already.
            let _ = std::io::Write::write_all(&mut stream, b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: aaaa");
        }
        held.push(stream);
    }
    for _ in 0..10 {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        std::io::Write::write_all(
            &mut stream,
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        )
        .unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}\n{}", server.log());
    }
}
