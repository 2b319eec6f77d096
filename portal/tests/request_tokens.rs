use domain::accounts::rights::Rights;
use domain::oauth1::OauthProblem;
use domain::oauth1::consumers::ConsumerSigning;
use domain::oauth1::tokens::THREE_LEGGED_TOKEN_LIFETIME;
use portal::accounts::users;
use portal::oauth1::consumers;
use portal::oauth1::request_tokens::{Decision, IssuedToken, REQUEST_TOKEN_LIFETIME, allow, consent_request, deny};
use portal::{Error, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::oauth1_client::{Oauth1Client, problem};
use testing::{Browser, Engine, TestPortal, assert_refused};

const CALLBACK: &str = "https://shop.example.com/back";

/// A consumer, and two users who can allow or deny its requests.
struct Fixture {
    app: Oauth1Client,
    consumer: domain::oauth1::consumers::Consumer,
    ada: Browser,
    eve: Browser,
}

async fn set_up_fixture(test: &TestPortal) -> Fixture {
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await;
    test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let eve = test.sign_in("eve@example.com").await;
    Fixture {
        app: Oauth1Client::new(&consumer),
        consumer: consumer.value,
        ada,
        eve,
    }
}

/// Allows a request token as Eve, and returns the redirect URL.
async fn allow_and_redirect(test: &TestPortal, fixture: &Fixture, request_token: &IssuedToken) -> String {
    match allow(&test.portal, &fixture.eve.actor, &request_token.token, None)
        .await
        .unwrap()
    {
        Decision::Redirect(address) => address,
        other => panic!("{other:?}"),
    }
}

/// Returns the verifier in a redirect to [`CALLBACK`].
fn verifier<'a>(address: &'a str, request_token: &IssuedToken) -> &'a str {
    let start = format!("{CALLBACK}?oauth_token={}&oauth_verifier=", request_token.token);
    address.strip_prefix(&start).unwrap_or_else(|| panic!("{address}"))
}

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
async fn request_token_can_be_exchanged_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    let address = allow_and_redirect(&test, &fixture, &request_token).await;
    let attempts: Vec<_> = [test.portal.clone(), test.another_node().await]
        .into_iter()
        .map(|portal| {
            let (app, verifier) = (fixture.app.clone(), verifier(&address, &request_token).to_owned());
            let request_token = IssuedToken {
                token: request_token.token.clone(),
                secret: request_token.secret.clone(),
            };
            tokio::spawn(async move { app.exchange(&portal, &request_token, Some(&verifier)).await })
        })
        .collect();
    let mut exchanged = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(_) => exchanged += 1,
            refused => assert_eq!(problem(refused), OauthProblem::TokenUsed),
        }
    }
    assert_eq!((exchanged, test.count_rows("tokens").await), (1, 1));
    let again = fixture
        .app
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await;
    assert_eq!(problem(again), OauthProblem::TokenUsed);
}

#[rstest]
#[tokio::test]
async fn exchange_requires_correct_verifier(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    let address = allow_and_redirect(&test, &fixture, &request_token).await;
    assert_eq!(
        problem(fixture.app.exchange(&test.portal, &request_token, None).await),
        OauthProblem::ParameterAbsent
    );
    for wrong in ["wrong", &request_token.token] {
        let refused = fixture.app.exchange(&test.portal, &request_token, Some(wrong)).await;
        assert_eq!(problem(refused), OauthProblem::VerifierInvalid);
    }
    let stolen = IssuedToken {
        token: request_token.token.clone(),
        secret: portal::Secret::new("wrong".to_owned()),
    };
    let refused = fixture
        .app
        .exchange(&test.portal, &stolen, Some(verifier(&address, &request_token)))
        .await;
    assert_eq!(problem(refused), OauthProblem::SignatureInvalid);
    fixture
        .app
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn exchange_is_refused_when_undecided_or_expired(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    assert_eq!(
        problem(fixture.app.exchange(&test.portal, &request_token, Some("x")).await),
        OauthProblem::PermissionUnknown
    );
    let address = allow_and_redirect(&test, &fixture, &request_token).await;
    test.clock.advance(REQUEST_TOKEN_LIFETIME);
    let late = fixture
        .app
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await;
    assert_eq!(problem(late), OauthProblem::TokenExpired);

    // A user who is deactivated after allowing grants no access.
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    let address = allow_and_redirect(&test, &fixture, &request_token).await;
    let eve = fixture.eve.actor.user().unwrap().id;
    users::set_active(&test.portal, &fixture.ada.actor, eve, false)
        .await
        .unwrap();
    let refused = fixture
        .app
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await;
    assert_eq!(problem(refused), OauthProblem::UserRefused);
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
    assert_refused!(
        consent_request(portal, other_account, token, None).await,
        Error::NotFound("request")
    );
    assert_refused!(
        allow(portal, other_account, token, None).await,
        Error::NotFound("request")
    );
    assert_refused!(
        deny(portal, other_account, token, None).await,
        Error::NotFound("request")
    );
    assert_refused!(allow(portal, &operator, token, None).await, Error::SignedOut);
    for nonsense in ["", "nonsense", "\0", &"f".repeat(32)] {
        assert_refused!(
            consent_request(portal, eve, nonsense, None).await,
            Error::NotFound("request")
        );
        assert_refused!(allow(portal, eve, nonsense, None).await, Error::NotFound("request"));
    }
    allow_and_redirect(&test, &fixture, &request_token).await;
    assert_refused!(
        consent_request(portal, eve, token, None).await,
        Error::NotFound("request")
    );
    assert_refused!(allow(portal, eve, token, None).await, Error::NotFound("request"));
    assert_refused!(deny(portal, eve, token, None).await, Error::NotFound("request"));

    let late = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    test.clock.advance(REQUEST_TOKEN_LIFETIME);
    assert_refused!(
        consent_request(portal, eve, &late.token, None).await,
        Error::NotFound("request")
    );
    assert_refused!(allow(portal, eve, &late.token, None).await, Error::NotFound("request"));
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

#[rstest]
#[tokio::test]
async fn request_token_of_another_consumer_is_refused(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let other = Oauth1Client::new(&test.create_consumer(&fixture.ada.actor, "Website").await);
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    let address = allow_and_redirect(&test, &fixture, &request_token).await;
    let refused = other
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await;
    assert_eq!(problem(refused), OauthProblem::TokenRejected);
    // An access token is not a request token.
    let token = test
        .create_token(&fixture.ada.actor, &fixture.consumer, "eve@example.com", "Drupal")
        .await;
    let permanent = IssuedToken {
        token: token.value.token,
        secret: token.secret,
    };
    assert_eq!(
        problem(fixture.app.exchange(&test.portal, &permanent, Some("x")).await),
        OauthProblem::TokenRejected
    );
}

#[rstest]
#[tokio::test]
async fn request_tokens_are_deleted_after_a_day(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    let address = allow_and_redirect(&test, &fixture, &request_token).await;
    test.clock
        .advance(REQUEST_TOKEN_LIFETIME + Duration::from_secs(23 * 3600));
    maintenance::run(&test.portal).await.unwrap();
    let late = fixture
        .app
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await;
    assert_eq!(problem(late), OauthProblem::TokenExpired);
    test.clock.advance(Duration::from_secs(2 * 3600));
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(test.count_rows("request_tokens").await, 0);
}
