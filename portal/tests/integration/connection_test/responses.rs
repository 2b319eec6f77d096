use super::failed_step;
use domain::integration::connection_test::Outcome;
use testing::connected_portal::{allow_http, connect_http_dam};
use testing::mock_dam::{MockDam, Reply};
use testing::{Engine, TestPortal};

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
