use domain::accounts::rights::Rights;
use domain::oauth1::OauthProblem;
use domain::oauth1::tokens::{AUTHORIZED_BY_USER, THREE_LEGGED_TOKEN_LIFETIME, TokenFilter, TokenQuery, TokenState};
use portal::accounts::users;
use portal::oauth1::request_tokens::{self, Decision};
use portal::oauth1::tokens::{get, list, revoke};
use rstest::rstest;
use std::time::Duration;
use testing::oauth1_client::{Oauth1Client, problem};
use testing::{ADA, Engine, TestPortal};

#[rstest]
#[tokio::test]
async fn revoked_token_is_rejected_and_keeps_its_row(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, token) = test.create_client(&ada.actor, "Web shop").await;
    app.call(&test.portal).await.unwrap();
    test.advance(60);
    revoke(&test.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(problem(app.call(&test.portal).await), OauthProblem::TokenRevoked);
    let revoked = get(&test.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(
        (revoked.state, revoked.revoked_at),
        (TokenState::Revoked, Some(test.portal.now()))
    );
    assert_eq!(
        test.query_column("select cast(count(encrypted_secret) as text) from tokens")
            .await,
        ["0"]
    );
    // Revoking again changes nothing.
    test.advance(60);
    revoke(&test.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(get(&test.portal, &ada.actor, token.id).await.unwrap(), revoked);
}

#[rstest]
#[tokio::test]
async fn concurrent_revocations_revoke_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (_, _, token) = test.create_client(&ada.actor, "Web shop").await;
    let nodes = [test.portal.clone(), test.another_node().await];
    let attempts: Vec<_> = (0..10)
        .map(|index| {
            let (portal, actor) = (nodes[index % 2].clone(), ada.actor.clone());
            tokio::spawn(async move { revoke(&portal, &actor, token.id).await })
        })
        .collect();
    for attempt in attempts {
        attempt.await.unwrap().unwrap();
    }
    assert_eq!(test.count_rows("audit_records where action = 'token.revoke'").await, 1);
}

#[rstest]
#[tokio::test]
async fn token_state_follows_its_user_and_lifetime(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let eve = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await;
    let app = Oauth1Client::new(&consumer);
    let browser = test.sign_in("eve@example.com").await;
    let request_token = app.obtain_request_token(&test.portal, Some("oob")).await.unwrap();
    let Decision::Verifier(verifier) = request_tokens::allow(&test.portal, &browser.actor, &request_token.token, None)
        .await
        .unwrap()
    else {
        panic!("no verifier")
    };
    let app = app.clone().with(
        &app.exchange(&test.portal, &request_token, Some(&verifier))
            .await
            .unwrap(),
    );

    let shown = async || {
        let all = TokenQuery {
            filter: TokenFilter::All,
            ..TokenQuery::default()
        };
        list(&test.portal, &ada.actor, &all)
            .await
            .unwrap()
            .tokens
            .pop()
            .unwrap()
    };
    let token = shown().await;
    assert_eq!(
        (token.state, token.integration.as_str()),
        (TokenState::Active, AUTHORIZED_BY_USER)
    );
    assert_eq!(
        token.expires_at,
        Some(test.portal.now().after(THREE_LEGGED_TOKEN_LIFETIME))
    );
    assert_eq!(token.created_by.as_deref(), Some("Eve"));
    app.call(&test.portal).await.unwrap();

    users::set_active(&test.portal, &ada.actor, eve, false).await.unwrap();
    assert_eq!(shown().await.state, TokenState::Suspended);
    assert_eq!(problem(app.call(&test.portal).await), OauthProblem::UserRefused);
    users::set_active(&test.portal, &ada.actor, eve, true).await.unwrap();
    assert_eq!(shown().await.state, TokenState::Active);
    app.call(&test.portal).await.unwrap();

    test.clock
        .advance(THREE_LEGGED_TOKEN_LIFETIME - Duration::from_millis(1));
    app.call(&test.portal).await.unwrap();
    test.clock.advance(Duration::from_millis(1));
    let ada = test.sign_in(ADA).await;
    let token = get(&test.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(token.state, TokenState::Expired);
    assert_eq!(problem(app.call(&test.portal).await), OauthProblem::TokenExpired);
    revoke(&test.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(
        get(&test.portal, &ada.actor, token.id).await.unwrap().state,
        TokenState::Revoked
    );
}
