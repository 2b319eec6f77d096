//! Tests refresh tokens (RFC 6749 §6) with rotation (RFC 9700 §4.14.2). See `without_rotation` for tokens that
//! do not rotate.

mod without_rotation;

use super::client::{
    ALL_SCOPES, CALLBACK, Client, access_token, default_token_settings, error, get, native_app, refresh_token,
    rotation_settings, split_scopes, web_app,
};
use crate::test_server::{TestConfig, TestServer};
use domain::oauth2::oauth_apps::AppForm;
use portal::maintenance;
use portal::oauth2::oauth_apps;
use rstest::rstest;
use testing::Engine;

/// Registers a confidential app with rotation and a public client, which always rotates.
async fn rotating_clients(server: &TestServer) -> [Client; 2] {
    let native = AppForm {
        redirect_uris: CALLBACK.to_owned(),
        ..native_app()
    };
    [
        Client::register_with(server, web_app(), rotation_settings()).await,
        // A public client rotates whatever its settings are.
        Client::register_with(server, native, default_token_settings()).await,
    ]
}

#[rstest]
#[tokio::test]
async fn rotated_refresh_token_is_used_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for client in rotating_clients(&server).await {
        let (_, first) = client.obtain_tokens(&server).await;
        let mut current = first;
        for _ in 0..3 {
            let response = client.refresh(&server, &current).await;
            assert_eq!(response.json()["scope"], ALL_SCOPES);
            assert_eq!(
                get(&server, "/api/v4/currentUser", &access_token(&response))
                    .await
                    .status,
                200
            );
            let next = refresh_token(&response);
            assert_ne!(next, current);
            current = next;
            server.advance(24 * 3600);
        }
        let app = oauth_apps::get(server.portal(), &server.operator, client.id)
            .await
            .unwrap();
        assert!(app.token_settings.rotate_refresh_tokens);
        assert_eq!(app.active_tokens, 1, "one refresh token, and no expired access token");
    }
}

#[rstest]
#[tokio::test]
async fn repeated_refresh_returns_the_same_successor_for_thirty_seconds(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for client in rotating_clients(&server).await {
        let (_, first) = client.obtain_tokens(&server).await;
        let second = refresh_token(&client.refresh(&server, &first).await);
        server.advance(29);
        maintenance::run(server.portal()).await.unwrap();
        for _ in 0..2 {
            let again = client.refresh(&server, &first).await;
            assert_eq!(refresh_token(&again), second);
            assert_eq!(
                get(&server, "/api/v4/currentUser", &access_token(&again)).await.status,
                200
            );
        }
        assert_eq!(client.refresh(&server, &second).await.status, 200);
    }
}

/// RFC 9700 §4.14.2: the client has used the successor, so a request with the old token comes from someone else.
#[rstest]
#[tokio::test]
async fn refresh_token_reuse_is_detected_once_its_successor_was_used(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    for client in rotating_clients(&server).await {
        for seconds in [0, 1, 29] {
            let (_, first) = client.obtain_tokens(&server).await;
            let second = refresh_token(&client.refresh_at(&server, 0, &first).await);
            let response = client.refresh_at(&server, 1, &second).await;
            let (access, third) = (access_token(&response), refresh_token(&response));
            server.advance(seconds);
            assert_eq!(
                error(&client.refresh_at(&server, 0, &first).await),
                "invalid_grant",
                "after {seconds} s"
            );
            // The whole token family is revoked.
            assert_eq!(get(&server, "/api/v4/currentUser", &access).await.status, 401);
            for token in [&second, &third] {
                assert_eq!(error(&client.refresh_at(&server, 1, token).await), "invalid_grant");
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn rejected_refresh_of_the_successor_keeps_the_grace_period(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register_with(&server, web_app(), rotation_settings()).await;
    let other = AppForm {
        name: "Other".to_owned(),
        ..web_app()
    };
    let other = Client::register(&server, other).await;
    let (_, first) = client.obtain_tokens(&server).await;
    let second = refresh_token(&client.refresh(&server, &first).await);
    // A request from another client and one for an unknown scope are rejected before anything is issued.
    assert_eq!(error(&other.refresh(&server, &second).await), "invalid_grant");
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", second.as_str()),
        ("scope", "everything"),
    ];
    assert_eq!(error(&client.token(&server, &pairs).await), "invalid_scope");
    assert_eq!(refresh_token(&client.refresh(&server, &first).await), second);
}

#[rstest]
#[tokio::test]
async fn refresh_token_reuse_after_the_grace_period_revokes_the_family(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for client in rotating_clients(&server).await {
        let (_, first) = client.obtain_tokens(&server).await;
        let response = client.refresh(&server, &first).await;
        let (access, second) = (access_token(&response), refresh_token(&response));
        server.advance(30);
        maintenance::run(server.portal()).await.unwrap();
        assert_eq!(error(&client.refresh(&server, &first).await), "invalid_grant");
        assert_eq!(error(&client.refresh(&server, &second).await), "invalid_grant");
        assert_eq!(get(&server, "/api/v4/currentUser", &access).await.status, 401);
    }
}

#[rstest]
#[tokio::test]
async fn concurrent_refreshes_return_the_same_successor(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register_with(&server, web_app(), rotation_settings()).await;
    let (_, first) = client.obtain_tokens(&server).await;
    let request = client.refresh_request(&first);
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..8 {
        let (request, address) = (request.clone(), server.node_address(index % 2));
        tasks.spawn(async move { request.send(address).await });
    }
    let mut successors: Vec<String> = tasks.join_all().await.iter().map(refresh_token).collect();
    successors.dedup();
    assert_eq!(successors.len(), 1);
    assert_ne!(successors[0], first);
    assert_eq!(client.refresh_at(&server, 1, &successors[0]).await.status, 200);
    assert_eq!(error(&client.refresh_at(&server, 0, &first).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn refresh_scope_can_be_narrowed_but_not_widened(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register_with(&server, web_app(), rotation_settings()).await;
    let code = client.code(&server, "offline current.user:read asset:read").await;
    let first = refresh_token(&client.exchange(&server, &code).await);
    let refresh_with_scope = async |token: &str, scope: &str| {
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ];
        client.token(&server, &pairs).await
    };
    let narrow = refresh_with_scope(&first, "asset:read").await;
    assert_eq!(narrow.json()["scope"], "asset:read");
    let second = refresh_token(&narrow);
    let wide = refresh_with_scope(&second, "asset:read admin.user:read").await;
    assert_eq!(wide.json()["scope"], "asset:read");
    let third = refresh_token(&wide);
    assert_eq!(
        error(&refresh_with_scope(&third, "admin.user:read").await),
        "invalid_scope"
    );
    // The rejected request did not consume the token, and narrowing did not reduce the granted scope.
    assert_eq!(
        client.refresh(&server, &third).await.json()["scope"],
        "offline current.user:read asset:read"
    );
}

#[rstest]
#[tokio::test]
async fn refresh_token_is_bound_to_its_client_and_its_offline_scope(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register_with(&server, web_app(), rotation_settings()).await;
    let other = AppForm {
        name: "Other".to_owned(),
        ..web_app()
    };
    let other = Client::register(&server, other).await;
    let (_, token) = client.obtain_tokens(&server).await;
    assert_eq!(error(&other.refresh(&server, &token).await), "invalid_grant");
    let token = refresh_token(&client.refresh(&server, &token).await);

    let fewer_scopes = AppForm {
        scopes: split_scopes("current.user:read"),
        ..web_app()
    };
    oauth_apps::update(server.portal(), &server.operator, client.id, fewer_scopes, false)
        .await
        .unwrap();
    assert_eq!(
        error(&client.refresh(&server, &token).await),
        "invalid_grant",
        "without the offline scope"
    );

    let (_, token) = other.obtain_tokens(&server).await;
    let revoked = oauth_apps::revoke_refresh_tokens(server.portal(), &server.operator, other.id).await;
    assert_eq!(revoked.unwrap(), 1);
    assert_eq!(error(&other.refresh(&server, &token).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn rotated_refresh_token_expires_after_thirty_idle_days(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register_with(&server, web_app(), rotation_settings()).await;
    let (_, token) = client.obtain_tokens(&server).await;
    server.advance(30 * 24 * 3600 - 1);
    let next = refresh_token(&client.refresh(&server, &token).await);
    server.advance(30 * 24 * 3600);
    assert_eq!(error(&client.refresh(&server, &next).await), "invalid_grant");
    maintenance::run(server.portal()).await.unwrap();
    assert_eq!(error(&client.refresh(&server, &next).await), "invalid_grant");
}
