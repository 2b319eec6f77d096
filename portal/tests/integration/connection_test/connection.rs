use super::{failed_step, outcomes};
use domain::integration::connection_test::{Outcome, StepKind};
use portal::http_client::HttpClientConfig;
use std::time::Duration;
use testing::connected_portal::{ConnectedPortal, DAM_HOST, StaticResolver, allow_http, start_https_dam, working_dam};
use testing::mock_dam::{Authority, MockDam, Reply};
use testing::{Engine, TestPortal};

#[tokio::test]
async fn connection_test_fails_when_host_does_not_resolve() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let policy = HttpClientConfig {
        resolver: Some(StaticResolver::new(&[])),
        ..HttpClientConfig::default()
    };
    let connected = ConnectedPortal::open(&test, policy, DAM_HOST).await;
    let report = connected.test().await;
    assert_eq!(failed_step(&report).detail, format!("Couldn't resolve {DAM_HOST}."));
    assert_eq!(
        outcomes(&report),
        [
            (StepKind::Name, Outcome::Failed),
            (StepKind::Tls, Outcome::Skipped),
            (StepKind::Token, Outcome::Skipped),
            (StepKind::Read, Outcome::Skipped)
        ]
    );
}

#[tokio::test]
async fn connection_test_fails_when_port_is_closed() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let dam = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = dam.local_addr().unwrap().port();
    drop(dam);
    let connected = ConnectedPortal::open(&test, allow_http(port), &format!("http://127.0.0.1:{port}")).await;
    let report = connected.test().await;
    assert_eq!(failed_step(&report).kind, StepKind::Tls);
    assert!(failed_step(&report).detail.contains("refused"), "{report:#?}");
}

#[tokio::test]
async fn connection_test_fails_when_certificate_is_invalid() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (authority, untrusted) = (Authority::new("Acme"), Authority::new("Untrusted"));
    let mut connected = None;
    for (certificate, why) in [
        (untrusted.certificate(DAM_HOST), "its issuer is unknown"),
        (authority.certificate_until(DAM_HOST, 2001), "it has expired"),
        (authority.certificate("other.example"), "it is for a different name"),
    ] {
        let (dam, policy) = start_https_dam(&authority, certificate).await;
        let url = format!("{DAM_HOST}:{}", dam.port);
        let reopened = match connected {
            None => ConnectedPortal::open(&test, policy, &url).await,
            Some(before) => ConnectedPortal::reopen(before, &test, policy, &url).await,
        };
        let report = reopened.test().await;
        let expected = format!("The certificate of {DAM_HOST} was not accepted: {why}.");
        assert_eq!(failed_step(&report).detail, expected);
        assert!(dam.requests().is_empty());
        connected = Some(reopened);
    }
}

#[tokio::test]
async fn connection_test_fails_when_server_does_not_speak_tls() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let policy = HttpClientConfig {
        private_hosts: format!("127.0.0.1:{port}").parse().unwrap(),
        ..HttpClientConfig::default()
    };
    let connected = ConnectedPortal::open(&test, policy, &format!("https://127.0.0.1:{port}")).await;
    let report = connected.test().await;
    assert!(failed_step(&report).detail.contains("TLS handshake"), "{report:#?}");
}

#[tokio::test]
async fn connection_test_never_connects_to_private_addresses() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let dam = MockDam::start(None, working_dam).await;
    let loopback = format!("127.0.0.1:{}", dam.port);
    let policy = HttpClientConfig {
        resolver: Some(StaticResolver::new(&[&loopback, "[::1]:0", "10.0.0.1:0"])),
        ..HttpClientConfig::default()
    };
    let connected = ConnectedPortal::open(&test, policy, DAM_HOST).await;
    let report = connected.test().await;
    assert_eq!(
        failed_step(&report).detail,
        format!("{DAM_HOST} resolves to 127.0.0.1, which is not a public address.")
    );
    for url in [
        "https://127.0.0.1",
        "https://localhost:8443",
        "https://[::1]",
        "https://169.254.169.254",
        "192.168.1.1",
    ] {
        connected.save(url, "bynder").await;
        let report = connected.test().await;
        assert!(
            failed_step(&report).detail.contains("not a public address"),
            "{report:#?}"
        );
        assert_eq!(failed_step(&report).kind, StepKind::Name);
    }
    assert_eq!(dam.connections(), 0);
}

#[tokio::test]
async fn connection_test_rejects_http_unless_configured() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let dam = MockDam::start(None, working_dam).await;
    let policy = HttpClientConfig {
        // Without a scheme, this allows HTTPS only.
        private_hosts: format!("127.0.0.1:{}", dam.port).parse().unwrap(),
        ..HttpClientConfig::default()
    };
    let connected = ConnectedPortal::open(&test, policy, &format!("http://127.0.0.1:{}", dam.port)).await;
    let report = connected.test().await;
    assert_eq!(failed_step(&report).detail, "127.0.0.1 requires HTTPS.");
    assert_eq!(dam.connections(), 0);
}

#[tokio::test]
async fn connection_test_times_out_when_dam_does_not_respond() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let dam = MockDam::start(None, |_| Reply::NoResponse).await;
    let policy = HttpClientConfig {
        step_timeout: Duration::from_secs(1),
        ..allow_http(dam.port)
    };
    let connected = ConnectedPortal::open(&test, policy, &format!("http://127.0.0.1:{}", dam.port)).await;
    let report = connected.test().await;
    assert_eq!(failed_step(&report).detail, "127.0.0.1 didn't respond within 1 s.");
}
