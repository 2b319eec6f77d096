use domain::accounts::rights::{Right, Rights};
use domain::integration::connection_test::{Outcome, Report, Step, StepKind};
use domain::integration::selector::preview::PreviewSource;
use portal::Error;
use portal::http_client::HttpClientConfig;
use portal::integration::{connection_test, dam_assets};
use rstest::rstest;
use std::time::Duration;
use testing::connected_portal::{
    CLIENT_SECRET, ConnectedPortal, DAM_HOST, StaticResolver, allow_http, connect_http_dam, start_https_dam,
    working_dam,
};
use testing::mock_dam::{Authority, MockDam, Reply};
use testing::{Engine, TestPortal, assert_refused, validation_error};

/// Returns the kind and outcome of each step.
fn outcomes(report: &Report) -> Vec<(StepKind, Outcome)> {
    report.steps.iter().map(|step| (step.kind, step.outcome)).collect()
}

/// Returns the only failed step.
#[track_caller]
fn failed_step(report: &Report) -> &Step {
    let failed_step: Vec<&Step> = report
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Failed)
        .collect();
    assert_eq!(failed_step.len(), 1, "{report:#?}");
    assert!(!failed_step[0].remedy.is_empty(), "{failed_step:?}");
    failed_step[0]
}

#[rstest]
#[tokio::test]
async fn connection_test_with_working_dam_reports_every_step(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let authority = Authority::new("Acme");
    let (dam, policy) = start_https_dam(&authority, authority.certificate(DAM_HOST)).await;
    let connected = ConnectedPortal::open(&test, policy, &format!("{DAM_HOST}:{}", dam.port)).await;
    let report = connected.test().await;
    assert!(report.passed(), "{report:#?}");
    let mut expected = vec![StepKind::Name, StepKind::Tls, StepKind::Token];
    expected.extend([StepKind::Scope; 7]);
    expected.push(StepKind::Read);
    let kinds: Vec<StepKind> = report.steps.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, expected);
    assert_eq!(report.steps[1].detail, "Connected to 127.0.0.1 over TLS 1.3.");
    assert_eq!(report.by.as_deref(), Some("Ada Lovelace"));
    let requests = dam.requests();
    let token = &requests[0];
    assert!(
        token
            .body
            .starts_with("grant_type=client_credentials&scope=asset%3Aread+"),
        "{}",
        token.body
    );
    assert!(!token.body.contains(CLIENT_SECRET) && token.head.contains("authorization: Basic "));
    assert_eq!(requests[1].line, "GET /api/v4/media/?limit=1 HTTP/1.1");
    assert!(requests[1].head.contains("authorization: Bearer tok"));
    assert!(
        requests[1].head.contains(&format!("host: {DAM_HOST}:{}", dam.port)),
        "{}",
        requests[1].head
    );
}

#[rstest]
#[tokio::test]
async fn connection_test_without_right_sends_no_request(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let (dam, connected) = connect_http_dam(&test, working_dam).await;
    let portal = &connected.portal;
    test.create_user(
        "Eve",
        "eve@example.com",
        Rights::all().without(Right::ManageIntegration),
    )
    .await;
    let eve = test.sign_in("eve@example.com").await;
    assert_refused!(
        connection_test::test(portal, &eve.actor, |_| {}).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(connection_test::last(portal, &eve.actor).await, Error::Forbidden(_));
    assert_refused!(dam_assets::preview(portal, &eve.actor).await, Error::Forbidden(_));
    assert_refused!(
        dam_assets::thumbnail(portal, &eve.actor, "0A-1").await,
        Error::Forbidden(_)
    );
    // Another account does not use this connection.
    let bob = test.create_account("Northwind", "Bob", "bob@example.com").await;
    validation_error(connection_test::test(portal, &bob.actor, |_| {}).await, "url");
    assert_eq!(connection_test::last(portal, &bob.actor).await.unwrap(), None);
    assert_eq!(
        dam_assets::preview(portal, &bob.actor).await.unwrap().source,
        PreviewSource::Samples
    );
    assert_refused!(
        dam_assets::thumbnail(portal, &bob.actor, "0A-1").await,
        Error::NotFound(_)
    );
    assert_eq!(dam.connections(), 0);
}

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
async fn connection_test_refuses_http_unless_configured() {
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

#[tokio::test]
async fn connection_test_fails_when_response_is_too_large() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (_dam, connected) = connect_http_dam(&test, |_| Reply::Endless).await;
    let report = connected.test().await;
    assert_eq!(
        failed_step(&report).detail,
        "The response from 127.0.0.1 is larger than 64 KiB."
    );
}

#[tokio::test]
async fn connection_test_fails_when_response_is_not_from_a_dam() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (_dam, connected) = connect_http_dam(&test, |request| {
        if request.line.contains("token") {
            Reply::Body(200, "text/html", b"<h1>Welcome</h1>".to_vec())
        } else {
            Reply::NotHttp
        }
    })
    .await;
    let report = connected.test().await;
    assert_eq!(
        failed_step(&report).detail,
        "Unexpected response from 127.0.0.1: 200 OK (text/html)."
    );
    let dam = MockDam::start(None, |_| Reply::NotHttp).await;
    let url = format!("http://127.0.0.1:{}", dam.port);
    let reopened = connected.reopen(&test, allow_http(dam.port), &url).await;
    assert!(
        failed_step(&reopened.test().await)
            .detail
            .starts_with("The connection to 127.0.0.1 was lost")
    );
}

#[tokio::test]
async fn token_request_does_not_follow_redirect() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let target = MockDam::start(None, working_dam).await;
    let location = format!("http://127.0.0.1:{}/v6/authentication/oauth2/token", target.port);
    let (_dam, connected) = connect_http_dam(&test, move |_| Reply::Redirect(location.clone())).await;
    let report = connected.test().await;
    let expected = format!("127.0.0.1 redirects to http://127.0.0.1:{}.", target.port);
    assert_eq!(failed_step(&report).detail, expected);
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn asset_request_does_not_follow_redirect_to_private_address() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let target = MockDam::start(None, working_dam).await;
    let location = format!("http://127.0.0.1:{}/secrets", target.port);
    let (_dam, connected) = connect_http_dam(&test, move |request| {
        if request.line.starts_with("GET") {
            Reply::Redirect(location.clone())
        } else {
            working_dam(request)
        }
    })
    .await;
    let report = connected.test().await;
    assert_eq!(
        (failed_step(&report).kind, failed_step(&report).detail.as_str()),
        (StepKind::Read, "127.0.0.1 requires HTTPS.")
    );
    assert!(matches!(
        connected.preview().await.source,
        PreviewSource::FallbackSamples(_)
    ));
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn asset_request_stops_after_too_many_redirects() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (dam, connected) = connect_http_dam(&test, |request| {
        if request.line.starts_with("GET") {
            Reply::Redirect("/again".to_owned())
        } else {
            working_dam(request)
        }
    })
    .await;
    let report = connected.test().await;
    assert!(
        failed_step(&report).detail.contains("redirects too many times"),
        "{report:#?}"
    );
    assert_eq!(
        dam.requests()
            .iter()
            .filter(|request| request.line.starts_with("GET"))
            .count(),
        4
    );
}

#[tokio::test]
async fn connection_test_with_wrong_secret_reports_dam_error() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (_dam, connected) = connect_http_dam(&test, |_| {
        Reply::Json(
            401,
            r#"{"error":"invalid_client","error_description":"Unknown\u0007 client."}"#.to_owned(),
        )
    })
    .await;
    let report = connected.test().await;
    assert_eq!(
        failed_step(&report).detail,
        "The DAM returned the error invalid_client: Unknown client."
    );
    assert_eq!(report.steps.last().unwrap().outcome, Outcome::Skipped);
}

#[tokio::test]
async fn connection_test_reports_missing_scopes() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (dam, connected) = connect_http_dam(&test, |request| {
        if request.line.starts_with("POST") {
            return Reply::Json(
                200,
                r#"{"access_token":"tok","scope":"collection:read meta.workflow:read"}"#.to_owned(),
            );
        }
        working_dam(request)
    })
    .await;
    let report = connected.test().await;
    let missing: Vec<&str> = report
        .steps
        .iter()
        .filter(|step| step.kind == StepKind::Scope && step.outcome == Outcome::Failed)
        .filter_map(|step| step.scope.as_deref())
        .collect();
    assert_eq!(missing.len(), 5);
    assert!(missing.contains(&"asset:read") && !missing.contains(&"collection:read"));
    let read = report.steps.last().unwrap();
    assert_eq!((read.kind, read.outcome), (StepKind::Read, Outcome::Skipped));
    assert_eq!(dam.requests().len(), 1);
}

#[tokio::test]
async fn connection_test_requests_each_scope_alone_after_invalid_scope() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (_dam, connected) = connect_http_dam(&test, |request| {
        let is_single_scope = request.body == "grant_type=client_credentials&scope=asset%3Aread";
        match request.line.starts_with("POST") {
            true if is_single_scope => Reply::Json(200, r#"{"access_token":"tok","scope":"asset:read"}"#.to_owned()),
            true => Reply::Json(400, r#"{"error":"invalid_scope"}"#.to_owned()),
            false => working_dam(request),
        }
    })
    .await;
    let report = connected.test().await;
    let passed = report
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Passed)
        .count();
    // Host name, connection, token, the granted scope, and reading assets.
    assert_eq!(passed, 5, "{report:#?}");
}

#[tokio::test]
async fn connection_test_with_webdam_requests_no_token() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (dam, connected) = connect_http_dam(&test, working_dam).await;
    connected
        .save(&format!("http://127.0.0.1:{}", dam.port), "webdam")
        .await;
    let report = connected.test().await;
    assert!(report.passed() && dam.requests().is_empty());
    assert_eq!(report.steps[2].outcome, Outcome::Skipped);
}
