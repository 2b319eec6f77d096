use domain::oauth1::OauthProblem;
use portal::maintenance;
use portal::oauth1::RequestError;
use rstest::rstest;
use std::time::Duration;
use testing::oauth1_client::{ApiRequest, problem};
use testing::{ADA, Engine, TestPortal};

/// Counts the nonces in the database; each takes 16 bytes.
async fn count_stored_nonces(test: &TestPortal) -> u64 {
    let digests = "select cast(coalesce(sum(length(digests)), 0) as text) from nonce_batches";
    test.query_column(digests).await[0].parse::<u64>().unwrap() / 16
}

#[rstest]
#[tokio::test]
async fn replayed_nonce_is_rejected_after_restart(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    let call = ApiRequest::now(&test.portal);
    app.send(&test.portal, &call).await.unwrap();
    assert_eq!(problem(app.send(&test.portal, &call).await), OauthProblem::NonceUsed);
    test.portal.close().await;
    let portal = test.another_node().await;
    assert_eq!(problem(app.send(&portal, &call).await), OauthProblem::NonceUsed);
    app.call(&portal).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn nonce_is_unique_per_consumer_token_and_timestamp(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, consumer, _) = test.create_client(&ada.actor, "Web shop").await;
    let second = test.create_token(&ada.actor, &consumer, ADA, "Drupal").await;
    let second = app.clone().with_token(&second.value.token, second.secret.expose());
    let (third, _, _) = test.create_client(&ada.actor, "Website").await;
    let now = test.portal.now().seconds();
    let call = |timestamp| ApiRequest {
        nonce: "once".to_owned(),
        timestamp,
        ..ApiRequest::now(&test.portal)
    };
    for app in [&app, &second, &third] {
        for timestamp in [now, now - 1] {
            app.send(&test.portal, &call(timestamp)).await.unwrap();
            assert_eq!(
                problem(app.send(&test.portal, &call(timestamp)).await),
                OauthProblem::NonceUsed
            );
        }
    }
}

#[rstest]
#[tokio::test]
async fn concurrent_requests_with_distinct_nonces_are_accepted(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, token) = test.create_client(&ada.actor, "Web shop").await;
    let nodes = [test.portal.clone(), test.another_node().await];
    let calls: Vec<_> = (0..500)
        .map(|index| {
            let (app, portal) = (app.clone(), nodes[index % 2].clone());
            tokio::spawn(async move { app.call(&portal).await.map(|actor| actor.account()) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(count_stored_nonces(&test).await, 500);
    let token = portal::oauth1::tokens::get(&test.portal, &ada.actor, token.id)
        .await
        .unwrap();
    assert_eq!(token.last_used_at, Some(test.portal.now()));
}

#[rstest]
#[tokio::test]
async fn concurrent_replays_on_two_nodes_are_accepted_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    let nodes = [test.portal.clone(), test.another_node().await];
    // Each of 100 requests goes twice to each node, in opposite order to the second node.
    let now = test.portal.now().seconds();
    let attempts: Vec<_> = (0..400)
        .map(|index| {
            let (app, node, round) = (app.clone(), index % 2, index / 2);
            let request = if node == 0 { round % 100 } else { 99 - round % 100 };
            let portal = nodes[node].clone();
            let call = async move {
                let call = ApiRequest {
                    nonce: format!("n{request}"),
                    timestamp: now,
                    ..ApiRequest::now(&portal)
                };
                app.send(&portal, &call).await.map(|_| ())
            };
            (request, tokio::spawn(call))
        })
        .collect();
    let mut accepted = [0; 100];
    for (request, attempt) in attempts {
        match attempt.await.unwrap() {
            Ok(()) => accepted[request] += 1,
            Err(RequestError::Rejected(error)) => assert_eq!(error.problem(), OauthProblem::NonceUsed),
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(accepted, [1; 100]);
}

#[rstest]
#[tokio::test]
async fn nonce_is_deleted_only_after_its_timestamp_is_rejected(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    let call = ApiRequest {
        timestamp: test.portal.now().seconds() + 300,
        ..ApiRequest::now(&test.portal)
    };
    app.send(&test.portal, &call).await.unwrap();
    test.clock.advance(Duration::from_secs(600));
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(problem(app.send(&test.portal, &call).await), OauthProblem::NonceUsed);
    test.clock.advance(Duration::from_secs(1));
    assert_eq!(
        problem(app.send(&test.portal, &call).await),
        OauthProblem::TimestampRefused
    );
    test.clock.advance(Duration::from_secs(600));
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(count_stored_nonces(&test).await, 0);
}

#[rstest]
#[tokio::test]
async fn plaintext_request_without_nonce_is_accepted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, token) = test.create_client(&ada.actor, "Web shop").await;
    let (name, secret) = app.token.clone().unwrap();
    let header = format!(
        "OAuth oauth_consumer_key=\"{}\", oauth_token=\"{name}\", oauth_signature_method=\"PLAINTEXT\", \
         oauth_signature=\"{}%26{secret}\"",
        app.consumer_key, app.consumer_secret
    );
    for _ in 0..2 {
        testing::oauth1_client::send(&test.portal, &ApiRequest::now(&test.portal), &header)
            .await
            .unwrap();
    }
    assert_eq!(count_stored_nonces(&test).await, 0);
    let token = portal::oauth1::tokens::get(&test.portal, &ada.actor, token.id)
        .await
        .unwrap();
    assert_eq!(token.last_used_at, Some(test.portal.now()));
}

#[rstest]
#[tokio::test]
async fn nonces_stored_by_another_node_are_still_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    let calls: Vec<ApiRequest> = (0..3).map(|_| ApiRequest::now(&test.portal)).collect();
    for call in &calls {
        app.send(&test.portal, call).await.unwrap();
    }
    // Each request is in its own batch because the requests are sent one after the other.
    assert_eq!(count_stored_nonces(&test).await, 3);
    let node = test.another_node().await;
    for call in &calls {
        assert_eq!(problem(app.send(&node, call).await), OauthProblem::NonceUsed);
    }
    app.call(&node).await.unwrap();
}
