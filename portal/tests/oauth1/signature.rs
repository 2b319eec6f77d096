use domain::accounts::rights::Rights;
use domain::oauth1::{OauthProblem, Request};
use portal::accounts::users;
use portal::oauth1::{Policy, RequestError, authenticate, tokens};
use rstest::rstest;
use testing::oauth1_client::{ApiRequest, Oauth1Client, problem, send};
use testing::{ADA, Engine, TestPortal};

#[rstest]
#[tokio::test]
async fn valid_signature_authenticates_user_of_token(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    for method in ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"] {
        for _ in 0..2 {
            let call = ApiRequest {
                signature_method: method,
                ..ApiRequest::now(&test.portal)
            };
            let actor = app.send(&test.portal, &call).await.unwrap();
            assert_eq!(actor.user().unwrap().email, ADA);
            assert_eq!((actor.account(), actor.rights()), (ada.actor.account(), Rights::all()));
        }
    }
    let call = ApiRequest {
        extra_parameters: vec![("q", "a b+c&d=é%"), ("empty", "")],
        ..ApiRequest::now(&test.portal)
    };
    app.send(&test.portal, &call).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn wrong_credential_is_rejected_with_its_oauth_problem(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    let (other, _, _) = test.create_client(&ada.actor, "Website").await;
    let unknown = "f".repeat(32);

    let wrong_client = Oauth1Client {
        consumer_key: unknown.clone(),
        ..app.clone()
    };
    assert_eq!(
        problem(wrong_client.call(&test.portal).await),
        OauthProblem::ConsumerKeyUnknown
    );
    let no_token = Oauth1Client {
        token: None,
        ..app.clone()
    };
    let Err(RequestError::Rejected(error)) = no_token.call(&test.portal).await else {
        panic!("the request was accepted")
    };
    assert_eq!(
        (error.problem(), error.parameters_absent()),
        (OauthProblem::ParameterAbsent, &["oauth_token"][..])
    );
    let unknown_token = app.clone().with_token(&unknown, "secret");
    assert_eq!(
        problem(unknown_token.call(&test.portal).await),
        OauthProblem::TokenRejected
    );
    // A token of another consumer, with the correct secrets.
    let (token, secret) = other.token.clone().unwrap();
    assert_eq!(
        problem(app.clone().with_token(&token, &secret).call(&test.portal).await),
        OauthProblem::TokenRejected
    );
    // A request token is not an access token.
    let request_token = app.obtain_request_token(&test.portal, Some("oob")).await.unwrap();
    assert_eq!(
        problem(app.clone().with(&request_token).call(&test.portal).await),
        OauthProblem::TokenRejected
    );
}

#[rstest]
#[tokio::test]
async fn invalid_signature_returns_base_string_and_consumes_no_nonce(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, token) = test.create_client(&ada.actor, "Web shop").await;
    let call = ApiRequest {
        nonce: "one".to_owned(),
        ..ApiRequest::now(&test.portal)
    };
    let mut signed = String::new();
    let header = app.header_signed_by(&call, |base_string| {
        signed = base_string.to_owned();
        "c2lnbmF0dXJl".to_owned()
    });
    let Err(RequestError::Rejected(error)) = send(&test.portal, &call, &header).await else {
        panic!("the request was accepted")
    };
    assert_eq!(error.problem(), OauthProblem::SignatureInvalid);
    assert_eq!(error.base_string(), Some(signed.as_str()));
    let secret = app.consumer_secret.as_str();
    assert!(!format!("{error:?}").contains(secret) && !error.to_form().contains(secret));
    for wrong in [
        Oauth1Client {
            consumer_secret: "wrong".to_owned(),
            ..app.clone()
        },
        app.clone().with_token(&token.token, "wrong"),
        app.clone().with_token(&token.token, ""),
    ] {
        assert_eq!(
            problem(wrong.send(&test.portal, &call).await),
            OauthProblem::SignatureInvalid
        );
    }
    for signature in ["", "not base64!", "AAAA"] {
        let header = app.header_signed_by(&call, |_| signature.to_owned());
        let rejected = problem(send(&test.portal, &call, &header).await);
        assert!(
            matches!(rejected, OauthProblem::SignatureInvalid | OauthProblem::ParameterAbsent),
            "{signature}"
        );
    }
    // Neither the last use nor the nonce is recorded.
    assert_eq!(
        tokens::get(&test.portal, &ada.actor, token.id)
            .await
            .unwrap()
            .last_used_at,
        None
    );
    app.send(&test.portal, &call).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn plaintext_requires_tls_unless_configured(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    let call = ApiRequest {
        signature_method: "PLAINTEXT",
        ..ApiRequest::now(&test.portal)
    };
    let header = app.header(&call);
    let authenticate_at = async |origin: &str, plaintext_without_tls| {
        let request = Request::new(call.http_method, call.path, None).authorization(header.as_bytes());
        let policy = Policy {
            origin: origin.parse().unwrap(),
            own_origins: Vec::new(),
            plaintext_without_tls,
        };
        authenticate(&test.portal, &policy, &request.parse().unwrap(), "192.0.2.7").await
    };
    assert_eq!(
        problem(authenticate_at("http://127.0.0.1:3000", false).await),
        OauthProblem::SignatureMethodRejected
    );
    authenticate_at("http://127.0.0.1:3000", true).await.unwrap();
    let wrong = app.clone().with_token(&app.token.clone().unwrap().0, "wrong");
    assert_eq!(
        problem(wrong.send(&test.portal, &call).await),
        OauthProblem::SignatureInvalid
    );
}

#[rstest]
#[tokio::test]
async fn timestamp_within_five_minutes_is_accepted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    let now = test.portal.now().seconds();
    for (offset, accepted) in [
        (-301, false),
        (-300, true),
        (300, true),
        (301, false),
        (i64::MAX - now, false),
    ] {
        let outcome = app
            .send(
                &test.portal,
                &ApiRequest {
                    timestamp: now + offset,
                    ..ApiRequest::now(&test.portal)
                },
            )
            .await;
        match outcome {
            Ok(_) => assert!(accepted, "{offset}"),
            Err(RequestError::Rejected(error)) => {
                assert!(!accepted, "{offset}");
                let window = Some((now as u64 - 300, now as u64 + 300));
                assert_eq!(
                    (error.problem(), error.acceptable_timestamps()),
                    (OauthProblem::TimestampRefused, window)
                );
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[rstest]
#[tokio::test]
async fn token_last_use_is_recorded_once_per_second(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, token) = test.create_client(&ada.actor, "Web shop").await;
    let used = async || {
        tokens::get(&test.portal, &ada.actor, token.id)
            .await
            .unwrap()
            .last_used_at
            .unwrap()
    };
    let start = test.portal.now();
    app.call(&test.portal).await.unwrap();
    test.clock.advance(std::time::Duration::from_millis(999));
    app.call(&test.portal).await.unwrap();
    assert_eq!(used().await, start);
    test.clock.advance(std::time::Duration::from_millis(1));
    app.call(&test.portal).await.unwrap();
    assert_eq!(used().await, test.portal.now());
}

#[rstest]
#[tokio::test]
async fn inactive_user_is_reported_only_for_valid_signature(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let eve = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await;
    let token = test
        .create_token(&ada.actor, &consumer.value, "eve@example.com", "Drupal")
        .await;
    let app = Oauth1Client::new(&consumer).with_token(&token.value.token, token.secret.expose());
    app.call(&test.portal).await.unwrap();
    users::set_active(&test.portal, &ada.actor, eve, false).await.unwrap();
    for _ in 0..2 {
        assert_eq!(problem(app.call(&test.portal).await), OauthProblem::UserRefused);
        let wrong_client = app.clone().with_token(&token.value.token, "wrong");
        assert_eq!(
            problem(wrong_client.call(&test.portal).await),
            OauthProblem::SignatureInvalid
        );
    }
    users::set_active(&test.portal, &ada.actor, eve, true).await.unwrap();
    app.call(&test.portal).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn token_has_current_rights_of_its_user(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    assert_eq!(app.call(&test.portal).await.unwrap().rights(), Rights::all());
    let profile = ada.actor.user().unwrap().profile_id;
    test.create_user("Grace", "grace@example.com", Rights::all()).await;
    portal::accounts::profiles::set_rights(&test.portal, &ada.actor, profile, Rights::default())
        .await
        .unwrap();
    assert_eq!(app.call(&test.portal).await.unwrap().rights(), Rights::default());
}
