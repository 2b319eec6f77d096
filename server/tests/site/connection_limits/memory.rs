//! Tests the memory limit that unauthenticated requests share.

use super::{GET_SIGN_IN, SHORT_TIMEOUT, connect, incomplete_form, read_status, read_to_end, send_request};
use crate::test_site::TestSite;
use server::config::Overrides;
use server::listener::ConnectionLimits;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

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
    let mut rejected = 0;
    while rejected == 0 {
        let mut stream = connect(&site).await;
        let _ = stream.write_all(format!("{form}{long}").as_bytes()).await;
        // A connection whose body is still awaited gets no response.
        if let Ok(response) = timeout(SHORT_TIMEOUT, read_status(&mut stream)).await {
            assert_eq!(response, "HTTP/1.1 503");
            rejected += 1;
        }
        streams.push(stream);
        assert!(streams.len() < 20, "never rejected");
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
