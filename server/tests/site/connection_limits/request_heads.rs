//! Tests the size limit of request heads, the limits that HTTP/2 announces, and the required `Host` header.

use super::{HTTP2_PREFACE, connect, read_to_end, send_request};
use crate::test_site::TestSite;
use axum::body::Body;
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest::Method;
use server::config::Overrides;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

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
            let is_rejected = response.split(' ').nth(1) == Some("400");
            assert_eq!(is_rejected, expected == 400, "{request}{response}");
            if is_rejected {
                assert!(
                    response.to_lowercase().contains(&format!("content-type: {kind}\r\n")),
                    "{response}"
                );
                assert!(response.contains("Host header"), "{response}");
            }
        }
    }
}
