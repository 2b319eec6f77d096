use super::{CALLBACK, Fixture, allow_and_redirect, set_up_fixture};
use domain::oauth1::OauthProblem;
use domain::oauth1::consumers::ConsumerSigning;
use portal::oauth1::consumers;
use portal::oauth1::request_tokens::{Decision, allow, consent_request};
use rstest::rstest;
use testing::oauth1_client::problem;
use testing::{Engine, TestPortal};

async fn set_legacy_flow(test: &TestPortal, fixture: &Fixture, on: bool) {
    let signing = ConsumerSigning {
        rsa_public_key: String::new(),
        legacy_flow: on,
    };
    consumers::set_signing(&test.portal, &fixture.ada.actor, fixture.consumer.id, signing)
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn legacy_flow_requires_consumer_setting(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    set_legacy_flow(&test, &fixture, true).await;
    let request_token = fixture.app.obtain_request_token(&test.portal, None).await.unwrap();
    let browser_callback = Some("https://old.example.com/");
    let consent = consent_request(&test.portal, &fixture.eve.actor, &request_token.token, browser_callback)
        .await
        .unwrap();
    assert_eq!(consent.callback.as_deref(), browser_callback);
    let decision = allow(&test.portal, &fixture.eve.actor, &request_token.token, browser_callback)
        .await
        .unwrap();
    assert_eq!(
        decision,
        Decision::Redirect(format!("https://old.example.com/?oauth_token={}", request_token.token))
    );
    fixture.app.exchange(&test.portal, &request_token, None).await.unwrap();

    // Without a callback there is no redirect.
    let request_token = fixture.app.obtain_request_token(&test.portal, None).await.unwrap();
    let decision = allow(&test.portal, &fixture.eve.actor, &request_token.token, None)
        .await
        .unwrap();
    assert_eq!(decision, Decision::Done);
    // The legacy flow is turned off before the exchange.
    set_legacy_flow(&test, &fixture, false).await;
    assert_eq!(
        problem(fixture.app.exchange(&test.portal, &request_token, None).await),
        OauthProblem::ParameterAbsent
    );
    assert_eq!(
        problem(fixture.app.obtain_request_token(&test.portal, None).await),
        OauthProblem::ParameterAbsent
    );
    // A consumer with the legacy flow on can use the current flow, and must then complete it with a verifier.
    set_legacy_flow(&test, &fixture, true).await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    allow_and_redirect(&test, &fixture, &request_token).await;
    assert_eq!(
        problem(fixture.app.exchange(&test.portal, &request_token, None).await),
        OauthProblem::ParameterAbsent
    );
}

#[rstest]
#[tokio::test]
async fn legacy_flow_redirects_to_valid_callbacks_only(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    set_legacy_flow(&test, &fixture, true).await;
    for browser_callback in [
        "javascript:alert(1)",
        "https://x.example/\r\nSet-Cookie: a=b",
        "https://x.example/é",
        "\0",
        "//x.example",
        "oob",
    ] {
        let request_token = fixture.app.obtain_request_token(&test.portal, None).await.unwrap();
        let decision = allow(
            &test.portal,
            &fixture.eve.actor,
            &request_token.token,
            Some(browser_callback),
        )
        .await
        .unwrap();
        assert_eq!(decision, Decision::Done, "{browser_callback}");
    }
}
