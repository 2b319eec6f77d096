use super::{CALLBACK, allow_and_redirect, set_up_fixture, verifier};
use domain::oauth1::OauthProblem;
use portal::accounts::users;
use portal::maintenance;
use portal::oauth1::request_tokens::{IssuedToken, REQUEST_TOKEN_LIFETIME};
use rstest::rstest;
use std::time::Duration;
use testing::oauth1_client::{Oauth1Client, problem};
use testing::{Engine, TestPortal};

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
            rejected => assert_eq!(problem(rejected), OauthProblem::TokenUsed),
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
        let rejected = fixture.app.exchange(&test.portal, &request_token, Some(wrong)).await;
        assert_eq!(problem(rejected), OauthProblem::VerifierInvalid);
    }
    let stolen = IssuedToken {
        token: request_token.token.clone(),
        secret: portal::Secret::new("wrong".to_owned()),
    };
    let rejected = fixture
        .app
        .exchange(&test.portal, &stolen, Some(verifier(&address, &request_token)))
        .await;
    assert_eq!(problem(rejected), OauthProblem::SignatureInvalid);
    fixture
        .app
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn exchange_is_rejected_when_undecided_or_expired(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
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
    let rejected = fixture
        .app
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await;
    assert_eq!(problem(rejected), OauthProblem::UserRefused);
}

#[rstest]
#[tokio::test]
async fn request_token_of_another_consumer_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let fixture = set_up_fixture(&test).await;
    let other = Oauth1Client::new(&test.create_consumer(&fixture.ada.actor, "Website").await);
    let request_token = fixture
        .app
        .obtain_request_token(&test.portal, Some(CALLBACK))
        .await
        .unwrap();
    let address = allow_and_redirect(&test, &fixture, &request_token).await;
    let rejected = other
        .exchange(&test.portal, &request_token, Some(verifier(&address, &request_token)))
        .await;
    assert_eq!(problem(rejected), OauthProblem::TokenRejected);
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
