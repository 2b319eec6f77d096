use domain::integration::connection_test::{Outcome, StepKind};
use testing::connected_portal::{connect_http_dam, working_dam};
use testing::mock_dam::Reply;
use testing::{Engine, TestPortal};

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
