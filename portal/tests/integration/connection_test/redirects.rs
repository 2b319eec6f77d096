use super::failed_step;
use domain::integration::connection_test::StepKind;
use domain::integration::selector::preview::PreviewSource;
use testing::connected_portal::{connect_http_dam, working_dam};
use testing::mock_dam::{MockDam, Reply};
use testing::{Engine, TestPortal};

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
