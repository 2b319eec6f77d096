use super::{Clients, assert_all_unavailable, assert_recovers, open_at, wait_until_not_ready};
use rstest::rstest;
use std::time::{Duration, Instant};
use testing::proxy::Proxy;
use testing::{Engine, TestPortal, eventually};

#[rstest]
#[tokio::test]
async fn requests_fail_fast_while_server_is_down_and_recover(#[values(Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let (mut proxy, location) = Proxy::start(&test).await;
    let test = open_at(&test, location).await;
    let _watch = tokio::spawn(portal::maintenance::watch(test.portal.clone()));
    let clients = Clients::new(&test).await;
    for _ in 0..2 {
        proxy.disconnect().await;
        // The first request may have to detect the outage.
        let started = Instant::now();
        assert_all_unavailable(clients.writes(&test.portal).await);
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        let started = Instant::now();
        for _ in 0..20 {
            assert_all_unavailable(clients.writes(&test.portal).await);
        }
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
        assert_eq!(
            wait_until_not_ready(&test.portal).await,
            "The database is not responding."
        );
        proxy.reconnect().await;
        assert_recovers(&clients, &test.portal).await;
    }
}

#[rstest]
#[tokio::test]
async fn requests_fail_fast_while_network_hangs(#[values(Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let (mut proxy, location) = Proxy::start(&test).await;
    let test = open_at(&test, location).await;
    let clients = Clients::new(&test).await;
    proxy.hang().await;
    let started = Instant::now();
    assert_all_unavailable(clients.writes(&test.portal).await);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let started = Instant::now();
    assert_all_unavailable(clients.writes(&test.portal).await);
    assert!(
        started.elapsed() < Duration::from_millis(500),
        "{:?}",
        started.elapsed()
    );
    proxy.reconnect().await;
    // A connection attempt that hangs has to time out first.
    eventually("the portal is still not ready", async || {
        test.portal.check_ready().await.is_ok()
    })
    .await;
    assert_recovers(&clients, &test.portal).await;
}
