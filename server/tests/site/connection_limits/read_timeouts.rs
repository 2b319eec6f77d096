//! Tests the timeouts of request heads, request bodies and idle connections.

use super::{GET_SIGN_IN, HTTP2_PREFACE, MAX_WAIT, SHORT_TIMEOUT, connect, incomplete_form, read_to_end, send_request};
use crate::test_site::TestSite;
use server::config::Overrides;
use server::listener::ConnectionLimits;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

/// An HTTP/2 PING frame.
const HTTP2_PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0abcdefgh";

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
