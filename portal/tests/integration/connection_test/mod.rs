mod connection;
mod redirects;
mod responses;
mod scopes;

use domain::accounts::rights::Right;
use domain::integration::connection_test::{Outcome, Report, Step, StepKind};
use domain::integration::selector::preview::PreviewSource;
use portal::Error;
use portal::integration::{connection_test, dam_assets};
use rstest::rstest;
use testing::connected_portal::{
    CLIENT_SECRET, ConnectedPortal, DAM_HOST, connect_http_dam, start_https_dam, working_dam,
};
use testing::mock_dam::Authority;
use testing::{Engine, TestPortal, assert_rejected, validation_error};

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
    let eve = test.sign_in_without(Right::ManageIntegration).await;
    assert_rejected!(
        connection_test::test(portal, &eve.actor, |_| {}).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_rejected!(connection_test::last(portal, &eve.actor).await, Error::Forbidden(_));
    assert_rejected!(dam_assets::preview(portal, &eve.actor).await, Error::Forbidden(_));
    assert_rejected!(
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
    assert_rejected!(
        dam_assets::thumbnail(portal, &bob.actor, "0A-1").await,
        Error::NotFound(_)
    );
    assert_eq!(dam.connections(), 0);
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
