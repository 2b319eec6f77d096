//! Tests that revocations on one node reach the other nodes within a second.

use crate::http::Response;
use crate::test_server::{TestConfig, TestServer};
use domain::accounts::features::Feature;
use domain::accounts::rights::{Right, Rights};
use domain::ids::ProfileId;
use portal::accounts;
use portal::accounts::{profiles, users};
use portal::oauth1::{consumers, tokens};
use rstest::rstest;
use std::time::{Duration, Instant};
use testing::Engine;

const USERS: &str = "/api/v4/users";

/// Polls the second node until it answers other than 200, for at most a second.
async fn poll_until_rejected(server: &TestServer) -> Response {
    let started = Instant::now();
    loop {
        let response = server.signed_get(USERS).send(server.node_address(1)).await;
        if response.status != 200 {
            return response;
        }
        assert!(
            started.elapsed() < Duration::from_secs(1),
            "still accepted after a second"
        );
    }
}

/// Starts a second node, fills both caches with the credential and returns Ada's profile.
async fn start_second_node(server: &mut TestServer) -> ProfileId {
    server.add_node().await;
    for node in 0..2 {
        assert_eq!(
            server.signed_get(USERS).send(server.node_address(node)).await.status,
            200
        );
    }
    profiles::list(server.portal(), &server.operator).await.unwrap()[0].id
}

#[rstest]
#[tokio::test]
async fn revoked_token_is_rejected_on_every_node_within_a_second(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    start_second_node(&mut server).await;
    tokens::revoke(server.portal(), &server.operator, server.token)
        .await
        .unwrap();
    assert_eq!(
        server.send(&server.signed_get(USERS)).await.oauth_problem(),
        "token_revoked",
        "not immediate on the revoking node"
    );
    assert_eq!(poll_until_rejected(&server).await.oauth_problem(), "token_revoked");
}

#[rstest]
#[tokio::test]
async fn deleted_consumer_is_rejected_on_every_node_within_a_second(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    start_second_node(&mut server).await;
    consumers::delete(
        server.portal(),
        &server.operator,
        server.consumer.id,
        &server.consumer.name,
    )
    .await
    .unwrap();
    assert_eq!(
        server.send(&server.signed_get(USERS)).await.oauth_problem(),
        "consumer_key_unknown"
    );
    assert_eq!(
        poll_until_rejected(&server).await.oauth_problem(),
        "consumer_key_unknown"
    );
}

#[rstest]
#[tokio::test]
async fn disabled_feature_is_rejected_on_every_node_within_a_second(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    start_second_node(&mut server).await;
    accounts::set_feature(server.portal(), &server.operator, Feature::ApiTokens, false)
        .await
        .unwrap();
    assert_eq!(
        server.send(&server.signed_get(USERS)).await.oauth_problem(),
        "consumer_key_refused"
    );
    assert_eq!(
        poll_until_rejected(&server).await.oauth_problem(),
        "consumer_key_refused"
    );
    accounts::set_feature(server.portal(), &server.operator, Feature::ApiTokens, true)
        .await
        .unwrap();
    assert_eq!(server.send(&server.signed_get(USERS)).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn token_of_deactivated_user_is_rejected_on_every_node_within_a_second(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    start_second_node(&mut server).await;
    server.create_second_administrator().await;
    users::set_active(server.portal(), &server.operator, server.ada, false)
        .await
        .unwrap();
    assert_eq!(
        server.send(&server.signed_get(USERS)).await.oauth_problem(),
        "user_refused"
    );
    assert_eq!(poll_until_rejected(&server).await.oauth_problem(), "user_refused");
    users::set_active(server.portal(), &server.operator, server.ada, true)
        .await
        .unwrap();
    assert_eq!(server.send(&server.signed_get(USERS)).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn removed_right_is_rejected_on_every_node_within_a_second(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    let profile = start_second_node(&mut server).await;
    server.create_second_administrator().await;
    let without_right = Rights::all().without(Right::ManageUsers);
    profiles::set_rights(server.portal(), &server.operator, profile, without_right)
        .await
        .unwrap();
    assert_eq!(server.send(&server.signed_get(USERS)).await.problem(), "forbidden");
    let response = poll_until_rejected(&server).await;
    assert_eq!((response.status, response.problem().as_str()), (403, "forbidden"));
    assert_eq!(response.json()["right"], "manage-users");
}
