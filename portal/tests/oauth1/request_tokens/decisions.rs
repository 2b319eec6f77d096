use super::{CALLBACK, allow_and_redirect, set_up_fixture, verifier};
use domain::oauth1::OauthProblem;
use domain::oauth1::tokens::THREE_LEGGED_TOKEN_LIFETIME;
use portal::Error;
use portal::oauth1::request_tokens::{Decision, REQUEST_TOKEN_LIFETIME, allow, consent_request, deny};
use rstest::rstest;
use testing::oauth1_client::problem;
use testing::{Engine, TestPortal, assert_rejected};

#[rstest]
#[tokio::test]
async fn allowed_request_token_is_exchanged_for_token_of_user(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    let consent = consent_request(&test.portal, &fixture.eve.actor, &request_token.token, None)
        .await
        .unwrap();
    assert_eq!(
        (consent.consumer.as_str(), consent.callback.as_deref()),
        ("Web shop", Some(CALLBACK))
    );
    // A callback in the query of the browser is ignored.
    let browser_callback = Some("https://evil.example.net/");
    let consent = consent_request(&test.portal, &fixture.eve.actor, &request_token.token, browser_callback)
        .await
        .unwrap();
    assert_eq!(consent.callback.as_deref(), Some(CALLBACK));

    let address = allow_and_redirect(&test, &fixture, &request_token).await;
    let issued = fixture
        .app
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await
        .unwrap();
    let app = fixture.app.clone().with(&issued);
    let actor = app.call(&test.portal).await.unwrap();
    assert_eq!(actor.user().unwrap().email, "eve@example.com");
    test.clock.advance(THREE_LEGGED_TOKEN_LIFETIME);
    assert_eq!(problem(app.call(&test.portal).await), OauthProblem::TokenExpired);
}

#[rstest]
#[tokio::test]
async fn out_of_band_request_token_returns_verifier(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some("oob"))
        .await
        .unwrap();
    assert_eq!(
        consent_request(&test.portal, &fixture.eve.actor, &request_token.token, None)
            .await
            .unwrap()
            .callback,
        None
    );
    let decision = allow(&test.portal, &fixture.eve.actor, &request_token.token, Some(CALLBACK))
        .await
        .unwrap();
    let Decision::Verifier(verifier) = decision else {
        panic!("{decision:?}")
    };
    fixture
        .app
        .exchange(&test.portal, &request_token, Some(&verifier))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn denied_request_token_redirects_with_permission_denied(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    let decision = deny(&test.portal, &fixture.eve.actor, &request_token.token, None)
        .await
        .unwrap();
    let address = format!(
        "{CALLBACK}?oauth_token={}&oauth_problem=permission_denied",
        request_token.token
    );
    assert_eq!(decision, Decision::Redirect(address));
    assert_eq!(
        problem(fixture.app.exchange(&test.portal, &request_token, Some("x")).await),
        OauthProblem::PermissionDenied
    );
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some("oob"))
        .await
        .unwrap();
    assert_eq!(
        deny(&test.portal, &fixture.eve.actor, &request_token.token, None)
            .await
            .unwrap(),
        Decision::Done
    );
}

#[rstest]
#[tokio::test]
async fn request_token_can_be_decided_once_within_its_account(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let other_account = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let operator = test.operator().await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    let token = request_token.token.as_str();
    let (portal, other_account, eve) = (&test.portal, &other_account.actor, &fixture.eve.actor);
    assert_rejected!(
        consent_request(portal, other_account, token, None).await,
        Error::NotFound("request")
    );
    assert_rejected!(
        allow(portal, other_account, token, None).await,
        Error::NotFound("request")
    );
    assert_rejected!(
        deny(portal, other_account, token, None).await,
        Error::NotFound("request")
    );
    assert_rejected!(allow(portal, &operator, token, None).await, Error::SignedOut);
    for nonsense in ["", "nonsense", "\0", &"f".repeat(32)] {
        assert_rejected!(
            consent_request(portal, eve, nonsense, None).await,
            Error::NotFound("request")
        );
        assert_rejected!(allow(portal, eve, nonsense, None).await, Error::NotFound("request"));
    }
    allow_and_redirect(&test, &fixture, &request_token).await;
    assert_rejected!(
        consent_request(portal, eve, token, None).await,
        Error::NotFound("request")
    );
    assert_rejected!(allow(portal, eve, token, None).await, Error::NotFound("request"));
    assert_rejected!(deny(portal, eve, token, None).await, Error::NotFound("request"));

    let late = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    test.clock.advance(REQUEST_TOKEN_LIFETIME);
    assert_rejected!(
        consent_request(portal, eve, &late.token, None).await,
        Error::NotFound("request")
    );
    assert_rejected!(allow(portal, eve, &late.token, None).await, Error::NotFound("request"));
}

#[rstest]
#[tokio::test]
async fn concurrent_decisions_on_request_token_apply_one(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    for _ in 0..5 {
        let request_token = fixture
            .app
            .obtain_request_token(&test.portal, Some(CALLBACK))
            .await
            .unwrap();
        let (ada, eve) = (&fixture.ada.actor, &fixture.eve.actor);
        let (one, other, third) = tokio::join!(
            allow(&test.portal, ada, &request_token.token, None),
            allow(&test.portal, eve, &request_token.token, None),
            deny(&test.portal, ada, &request_token.token, None),
        );
        let decisions = [one, other, third];
        assert_eq!(
            decisions.iter().filter(|decision| decision.is_ok()).count(),
            1,
            "{decisions:?}"
        );
    }
}
