//! Tests token revocation (RFC 7009), which takes effect on every node within a second.

use super::client::{Client, REVOKE, error, get, get_at, service_app, web_app};
use crate::test_server::{TestConfig, TestServer};
use domain::accounts::rights::Rights;
use domain::oauth2::oauth_apps::AppForm;
use portal::accounts::users;
use portal::oauth2::{connected_apps, oauth_apps};
use rstest::rstest;
use std::time::{Duration, Instant};
use testing::Engine;

const USER: &str = "/api/v4/currentUser";

async fn assert_rejected_within_a_second(server: &TestServer, token: &str) {
    let started = Instant::now();
    while get_at(server, 1, USER, token).await.status != 401 {
        assert!(
            started.elapsed() < Duration::from_secs(1),
            "still accepted after a second"
        );
    }
}

#[rstest]
#[tokio::test]
async fn revoked_access_token_is_rejected_and_its_refresh_token_still_works(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, web_app()).await;
    let (access, refresh) = client.obtain_tokens(&server).await;
    assert_eq!(get_at(&server, 1, USER, &access).await.status, 200);
    let response = client.send(&server, REVOKE, &[("token", &access)]).await;
    assert_eq!((response.status, response.body.as_str()), (200, ""));
    assert_eq!(
        get(&server, USER, &access).await.status,
        401,
        "not immediate on the revoking node"
    );
    assert_rejected_within_a_second(&server, &access).await;
    assert_eq!(client.refresh(&server, &refresh).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn revoked_refresh_token_revokes_its_access_tokens(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, web_app()).await;
    let (access, refresh) = client.obtain_tokens(&server).await;
    assert_eq!(get_at(&server, 1, USER, &access).await.status, 200);
    let pairs = [("token", refresh.as_str()), ("token_type_hint", "access_token")];
    assert_eq!(
        client.send(&server, REVOKE, &pairs).await.status,
        200,
        "a wrong hint is ignored"
    );
    assert_rejected_within_a_second(&server, &access).await;
    assert_eq!(error(&client.refresh(&server, &refresh).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn token_of_another_client_is_not_revoked(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let other = Client::register(
        &server,
        AppForm {
            name: "Other".to_owned(),
            ..web_app()
        },
    )
    .await;
    let (access, refresh) = client.obtain_tokens(&server).await;
    for token in [access.as_str(), &refresh, "nonsense", "a.b.c", ""] {
        let response = other.send(&server, REVOKE, &[("token", token)]).await;
        assert_eq!(response.status, if token.is_empty() { 400 } else { 200 }, "{token}");
    }
    assert_eq!(get(&server, USER, &access).await.status, 200);
    assert_eq!(client.refresh(&server, &refresh).await.status, 200);
    let wrong_secret = Client {
        secret: Some("wrong".to_owned()),
        ..client
    };
    assert_eq!(
        error(&wrong_secret.send(&server, REVOKE, &[("token", &access)]).await),
        "invalid_client"
    );
}

#[rstest]
#[tokio::test]
async fn access_token_of_deactivated_user_disconnected_or_deleted_app_is_rejected_on_every_node(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let (grace, _) = server.create_user("Grace Hopper", Rights::all()).await;
    let ada = server.sign_in("ada@example.com").await;
    let (portal, operator) = (server.portal().clone(), server.operator.clone());

    let input = AppForm {
        user: "grace@example.com".to_owned(),
        ..service_app()
    };
    let client = Client::register(&server, input).await;
    let token = client.access_token(&server).await;
    assert_eq!(get_at(&server, 1, USER, &token).await.status, 200);
    users::set_active(&portal, &operator, grace, false).await.unwrap();
    assert_rejected_within_a_second(&server, &token).await;

    let client = Client::register(&server, web_app()).await;
    let (token, _) = client.obtain_tokens(&server).await;
    assert_eq!(get_at(&server, 1, USER, &token).await.status, 200);
    connected_apps::disconnect(&portal, &ada, client.id).await.unwrap();
    assert_rejected_within_a_second(&server, &token).await;

    let (token, _) = client.obtain_tokens(&server).await;
    assert_eq!(get_at(&server, 1, USER, &token).await.status, 200);
    oauth_apps::delete(&portal, &operator, client.id, "Web app")
        .await
        .unwrap();
    assert_rejected_within_a_second(&server, &token).await;
}
