use super::{allow_and_redirect, set_up_fixture};
use domain::oauth1::OauthProblem;
use rstest::rstest;
use testing::oauth1_client::{Oauth1Client, problem};
use testing::{Engine, TestPortal};

#[rstest]
#[tokio::test]
async fn callback_keeps_its_query(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some("https://shop.example.com/back?a=1%202"))
        .await
        .unwrap();
    let address = allow_and_redirect(&test, &fixture, &request_token).await;
    let start = format!(
        "https://shop.example.com/back?a=1%202&oauth_token={}&oauth_verifier=",
        request_token.token
    );
    assert!(address.starts_with(&start), "{address}");
}

#[rstest]
#[tokio::test]
async fn callback_is_required_and_must_be_valid(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    assert_eq!(
        problem(fixture.app.obtain_request_token(&test.portal, None).await),
        OauthProblem::ParameterAbsent
    );
    for callback in [
        "javascript:alert(1)",
        "data:text/html,x",
        "/relative",
        "shop.example.com",
        "https://shop.example.com/#fragment",
        "https://shop.example.com/é",
        "https://shop.example.com/a b",
    ] {
        assert_eq!(
            problem(fixture.app.obtain_request_token(&test.portal, Some(callback)).await),
            OauthProblem::ParameterRejected,
            "{callback}"
        );
    }
    for callback in ["http://127.0.0.1:8080/", "com.example.shop:/back"] {
        fixture
            .app
            .obtain_request_token(&test.portal, Some(callback))
            .await
            .unwrap();
    }
    let wrong_secret = Oauth1Client {
        consumer_secret: "wrong".to_owned(),
        ..fixture.app.clone()
    };
    assert_eq!(
        problem(wrong_secret.obtain_request_token(&test.portal, Some("oob")).await),
        OauthProblem::SignatureInvalid
    );
}
