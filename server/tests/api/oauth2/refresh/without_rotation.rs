//! Tests refresh tokens of confidential apps without rotation, and turning rotation on and off.

use crate::oauth2::client::{
    ALL_SCOPES, Client, REVOKE, access_token, default_token_settings, error, get_at, refresh_token, rotation_settings,
    web_app,
};
use crate::test_server::{TestConfig, TestServer};
use domain::oauth2::oauth_apps::{REFRESH_TOKEN_IDLE_DAYS, REFRESH_TOKEN_LIFETIME_DAYS};
use portal::maintenance;
use portal::oauth2::oauth_apps;
use rstest::rstest;
use testing::Engine;

const USER: &str = "/api/v4/currentUser";
const DAY: u64 = 24 * 3600;
const IDLE: u64 = REFRESH_TOKEN_IDLE_DAYS as u64 * DAY;
const LIFETIME: u64 = REFRESH_TOKEN_LIFETIME_DAYS as u64 * DAY;

/// The SDKs for C# and Java restore the first refresh token after each refresh. Others store the one in the response,
/// so the response returns the same token.
#[rstest]
#[tokio::test]
async fn refresh_token_without_rotation_works_while_it_is_used(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, web_app()).await;
    let (_, first) = client.obtain_tokens(&server).await;
    for (round, pause) in [0, 1, 31, 33, 3600, DAY, IDLE - 1].into_iter().enumerate() {
        server.advance(pause);
        maintenance::run(server.portal()).await.unwrap();
        for node in [round % 2, 1 - round % 2] {
            let response = client.refresh_at(&server, node, &first).await;
            assert_eq!(response.json()["scope"], ALL_SCOPES, "after {pause} s: {response:?}");
            assert_eq!(refresh_token(&response), first);
            let access = access_token(&response);
            for node in [0, 1] {
                assert_eq!(get_at(&server, node, USER, &access).await.status, 200);
            }
        }
    }
    let app = oauth_apps::get(server.portal(), &server.operator, client.id)
        .await
        .unwrap();
    assert_eq!(
        app.active_tokens, 3,
        "the refresh token and two unexpired access tokens"
    );
}

#[rstest]
#[tokio::test]
async fn refresh_token_without_rotation_expires_after_thirty_idle_days(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let (_, first) = client.obtain_tokens(&server).await;
    server.advance(IDLE - 1);
    assert_eq!(client.refresh(&server, &first).await.status, 200);
    server.advance(IDLE);
    assert_eq!(error(&client.refresh(&server, &first).await), "invalid_grant");
    maintenance::run(server.portal()).await.unwrap();
    assert_eq!(error(&client.refresh(&server, &first).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn refresh_token_without_rotation_expires_a_year_after_issue(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let (_, first) = client.obtain_tokens(&server).await;
    let mut passed = 0;
    while passed + IDLE - 1 < LIFETIME {
        server.advance(IDLE - 1);
        passed += IDLE - 1;
        maintenance::run(server.portal()).await.unwrap();
        assert_eq!(client.refresh(&server, &first).await.status, 200, "after {passed} s");
    }
    server.advance(LIFETIME - passed - 1);
    assert_eq!(client.refresh(&server, &first).await.status, 200);
    server.advance(1);
    assert_eq!(error(&client.refresh(&server, &first).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn concurrent_refreshes_without_rotation_all_succeed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, web_app()).await;
    let (_, first) = client.obtain_tokens(&server).await;
    let request = client.refresh_request(&first);
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..8 {
        let (request, address) = (request.clone(), server.node_address(index % 2));
        tasks.spawn(async move { request.send(address).await });
    }
    for response in tasks.join_all().await {
        assert_eq!(refresh_token(&response), first);
        assert_eq!(get_at(&server, 0, USER, &access_token(&response)).await.status, 200);
    }
}

#[rstest]
#[tokio::test]
async fn revoked_refresh_token_without_rotation_revokes_its_access_tokens(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let (_, first) = client.obtain_tokens(&server).await;
    let access = access_token(&client.refresh(&server, &first).await);
    assert_eq!(client.send(&server, REVOKE, &[("token", &first)]).await.status, 200);
    assert_eq!(error(&client.refresh(&server, &first).await), "invalid_grant");
    assert_eq!(get_at(&server, 0, USER, &access).await.status, 401);
}

#[rstest]
#[tokio::test]
async fn enabling_rotation_replaces_the_refresh_token_at_its_next_use(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, web_app()).await;
    let (_, first) = client.obtain_tokens(&server).await;
    for node in [0, 1] {
        assert_eq!(refresh_token(&client.refresh_at(&server, node, &first).await), first);
    }
    client.set_token_settings(&server, rotation_settings()).await;
    // Takes effect immediately on every node, because the setting is read with the token.
    let second = refresh_token(&client.refresh_at(&server, 1, &first).await);
    assert_ne!(second, first);
    assert_eq!(refresh_token(&client.refresh_at(&server, 0, &first).await), second);
    let third = refresh_token(&client.refresh_at(&server, 0, &second).await);
    assert_ne!(third, second);
    assert_eq!(error(&client.refresh_at(&server, 1, &first).await), "invalid_grant");
    assert_eq!(error(&client.refresh_at(&server, 0, &third).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn disabling_rotation_keeps_the_latest_refresh_token_and_still_detects_reuse(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for reused_is_older in [true, false] {
        let client = Client::register_with(&server, web_app(), rotation_settings()).await;
        let (_, first) = client.obtain_tokens(&server).await;
        let second = refresh_token(&client.refresh(&server, &first).await);
        let third = refresh_token(&client.refresh(&server, &second).await);
        client.set_token_settings(&server, default_token_settings()).await;
        // The previous response is still repeated until the token in it is used, also without rotation.
        assert_eq!(refresh_token(&client.refresh(&server, &second).await), third);
        assert_eq!(refresh_token(&client.refresh(&server, &third).await), third);
        assert_eq!(refresh_token(&client.refresh(&server, &third).await), third);
        let reused = if reused_is_older { &first } else { &second };
        assert_eq!(error(&client.refresh(&server, reused).await), "invalid_grant");
        assert_eq!(error(&client.refresh(&server, &third).await), "invalid_grant");
        oauth_apps::delete(server.portal(), &server.operator, client.id, "Web app")
            .await
            .unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn concurrent_refreshes_while_rotation_is_enabled_keep_the_grant(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, web_app()).await;
    let (_, first) = client.obtain_tokens(&server).await;
    let request = client.refresh_request(&first);
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..12 {
        let (request, address) = (request.clone(), server.node_address(index % 2));
        tasks.spawn(async move { request.send(address).await });
    }
    client.set_token_settings(&server, rotation_settings()).await;
    let mut refresh_tokens: Vec<String> = tasks.join_all().await.iter().map(refresh_token).collect();
    refresh_tokens.push(refresh_token(&client.refresh(&server, &first).await));
    refresh_tokens.sort();
    refresh_tokens.dedup();
    let successors: Vec<&String> = refresh_tokens.iter().filter(|token| **token != first).collect();
    assert_eq!(successors.len(), 1, "{refresh_tokens:?}");
    assert_eq!(client.refresh(&server, successors[0]).await.status, 200);
}
