//! Tests the number of connections, per address and in total.

use super::{GET_SIGN_IN, MAX_WAIT, connect, connect_from, incomplete_form, read_status, read_to_end, send_request};
use crate::test_program::TestProgram;
use crate::test_site::TestSite;
use reqwest::Method;
use server::config::Overrides;
use server::listener::ConnectionLimits;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep};

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
    let mut rejected = connect(&site).await;
    let response = read_to_end(&mut rejected).await;
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
    let rejected = 'full: loop {
        assert!(working.len() < 40, "never rejected");
        for host in 2..40 {
            let mut stream = connect_from(&format!("127.0.0.{host}"), site.address).await;
            let form = incomplete_form(&site, "Expect: 100-continue\r\n");
            match send_request(&mut stream, &form).await.as_str() {
                "HTTP/1.1 100" => working.push(stream),
                other => break 'full other.to_owned(),
            }
        }
    };
    assert_eq!(rejected, "HTTP/1.1 503");
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
        let rejected = from("203.0.113.9").send().await.unwrap();
        assert_eq!(
            (rejected.status().as_u16(), rejected.headers()["retry-after"].as_bytes()),
            (503, &b"1"[..])
        );
        assert_eq!(rejected.headers()["content-type"], kind);
        assert!(rejected.headers().contains_key("x-request-id"));
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
