//! Tests the client credentials grant (RFC 6749 §4.4).

use super::client::{Client, access_token, error, get, service_app, split_scopes, web_app};
use crate::test_server::{TestConfig, TestServer};
use domain::accounts::rights::{Right, Rights};
use domain::oauth2::oauth_apps::{AppForm, SecretForm};
use portal::accounts::users;
use portal::oauth2::oauth_apps::{self, secrets};
use rstest::rstest;
use serde_json::json;
use testing::Engine;

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[rstest]
#[tokio::test]
async fn client_credentials_token_opens_the_api(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    for response in [
        client.token(&server, &[GRANT]).await,
        client.token_with_basic_auth(&server, &[GRANT]).await,
    ] {
        let body = response.json();
        assert_eq!(
            body,
            json!({
                "access_token": body["access_token"],
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": "current.user:read admin.user:read asset:read",
            })
        );
        let response = get(&server, "/api/v4/currentUser", &access_token(&response)).await;
        assert_eq!(response.status, 200, "{response:?}");
        assert_eq!(response.json()["email"], "ada@example.com");
    }
    let apps = oauth_apps::list(server.portal(), &server.operator).await.unwrap();
    assert_eq!(apps[0].active_tokens, 2);
    assert!(apps[0].last_used_at.is_some());
    assert_eq!(apps[0].used_scopes.to_string(), "current.user:read");
}

#[rstest]
#[tokio::test]
async fn client_credentials_scope_is_limited_to_what_can_be_granted(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    server
        .create_user("Grace Hopper", Rights::default().with(Right::ManageIntegration))
        .await;
    let input = AppForm {
        user: "grace@example.com".to_owned(),
        ..service_app()
    };
    let client = Client::register(&server, input).await;
    for (requested, granted) in [
        ("asset:read", Some("asset:read")),
        ("asset:read current.user:read", Some("current.user:read asset:read")),
        // Grace lacks the right, the app lacks the scope, or the scope is unknown.
        ("admin.user:read asset:read", Some("asset:read")),
        ("collection:read asset:read", Some("asset:read")),
        ("openid asset:read", Some("asset:read")),
        ("admin.user:read", None),
        ("collection:read", None),
        ("everything", None),
    ] {
        let response = client.token(&server, &[GRANT, ("scope", requested)]).await;
        match granted {
            Some(granted) => assert_eq!(response.json()["scope"], granted, "{requested}"),
            None => assert_eq!(error(&response), "invalid_scope", "{requested}"),
        }
    }
}

#[rstest]
#[tokio::test]
async fn multiple_client_secrets_are_valid_until_deleted_or_expired(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let first = Client::register(&server, service_app()).await;
    let form = SecretForm {
        note: "CI".to_owned(),
        days: "7".to_owned(),
    };
    let secret = secrets::add(server.portal(), &server.operator, first.id, form)
        .await
        .unwrap();
    let second = Client {
        secret: Some(secret.expose().to_owned()),
        ..first.clone()
    };
    first.access_token(&server).await;
    second.access_token(&server).await;
    let listed = secrets::list(server.portal(), &server.operator, first.id)
        .await
        .unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|secret| secret.last_used_at.is_some()));

    secrets::delete(server.portal(), &server.operator, first.id, listed[0].id)
        .await
        .unwrap();
    assert_eq!(error(&first.token(&server, &[GRANT]).await), "invalid_client");
    second.access_token(&server).await;
    server.advance(7 * 24 * 3600);
    assert_eq!(error(&second.token(&server, &[GRANT]).await), "invalid_client");
}

#[rstest]
#[tokio::test]
async fn invalid_client_credentials_are_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let other = Client::register(
        &server,
        AppForm {
            name: "Other".to_owned(),
            ..service_app()
        },
    )
    .await;
    let id = client.id.to_string();
    let upper = id.to_uppercase();
    for pairs in [
        vec![("client_id", id.as_str()), ("client_secret", "wrong")],
        vec![("client_id", &id), ("client_secret", other.secret.as_deref().unwrap())],
        vec![("client_id", &id)],
        vec![
            ("client_id", "nobody"),
            ("client_secret", client.secret.as_deref().unwrap()),
        ],
        // Client ids are case-sensitive. Another spelling would have its own rate limit.
        vec![
            ("client_id", &upper),
            ("client_secret", client.secret.as_deref().unwrap()),
        ],
        vec![("client_secret", client.secret.as_deref().unwrap())],
    ] {
        let mut pairs = pairs;
        pairs.push(GRANT);
        let response = server.send(&super::client::post(super::client::TOKEN, &pairs)).await;
        assert_eq!(error(&response), "invalid_client", "{pairs:?}");
    }
}

#[rstest]
#[tokio::test]
async fn client_credentials_app_stops_when_its_user_is_deactivated(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let (grace, _) = server.create_user("Grace Hopper", Rights::all()).await;
    let input = AppForm {
        user: "grace@example.com".to_owned(),
        ..service_app()
    };
    let client = Client::register(&server, input).await;
    let token = client.access_token(&server).await;
    users::set_active(server.portal(), &server.operator, grace, false)
        .await
        .unwrap();
    assert_eq!(error(&client.token(&server, &[GRANT]).await), "unauthorized_client");
    assert_eq!(get(&server, "/api/v4/currentUser", &token).await.status, 401);
    users::set_active(server.portal(), &server.operator, grace, true)
        .await
        .unwrap();
    client.access_token(&server).await;
}

#[rstest]
#[tokio::test]
async fn app_cannot_use_another_grant_type(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let service = Client::register(&server, service_app()).await;
    let web = Client::register(&server, web_app()).await;
    for (client, grant) in [
        (&service, "authorization_code"),
        (&service, "refresh_token"),
        (&web, "client_credentials"),
    ] {
        let response = client.token(&server, &[("grant_type", grant)]).await;
        assert_eq!(error(&response), "unauthorized_client", "{grant}");
    }
    for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"] {
        let response = web.token(&server, &[("grant_type", grant)]).await;
        assert_eq!(error(&response), "unsupported_grant_type", "{grant}");
    }
}

#[rstest]
#[tokio::test]
async fn removed_scope_or_deleted_app_is_rejected_immediately(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let token = client.access_token(&server).await;
    assert_eq!(get(&server, "/api/v4/users", &token).await.status, 200);
    let fewer_scopes = AppForm {
        scopes: split_scopes("current.user:read"),
        ..service_app()
    };
    oauth_apps::update(server.portal(), &server.operator, client.id, fewer_scopes, false)
        .await
        .unwrap();
    assert_eq!(get(&server, "/api/v4/users", &token).await.status, 403);
    assert_eq!(get(&server, "/api/v4/currentUser", &token).await.status, 200);
    let more_scopes = oauth_apps::update(server.portal(), &server.operator, client.id, service_app(), false).await;
    assert!(
        matches!(more_scopes, Err(portal::Error::Conflict(_))),
        "{more_scopes:?}"
    );
    oauth_apps::update(server.portal(), &server.operator, client.id, service_app(), true)
        .await
        .unwrap();
    oauth_apps::delete(server.portal(), &server.operator, client.id, "Connector")
        .await
        .unwrap();
    assert_eq!(get(&server, "/api/v4/currentUser", &token).await.status, 401);
    assert_eq!(error(&client.token(&server, &[GRANT]).await), "invalid_client");
}

#[rstest]
#[tokio::test]
async fn concurrent_client_credentials_requests_each_get_a_valid_token(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, service_app()).await;
    let deleted = AppForm {
        name: "Deleted".to_owned(),
        ..service_app()
    };
    let deleted = Client::register(&server, deleted).await;
    // Both nodes have cached both apps.
    for client in [&client, &deleted] {
        client.access_token(&server).await;
        let id = client.id.to_string();
        let request = super::client::post(super::client::TOKEN, &client.with_credentials(&id, &[GRANT]));
        assert_eq!(request.send(server.node_address(1)).await.status, 200);
    }
    oauth_apps::delete(server.portal(), &server.operator, deleted.id, "Deleted")
        .await
        .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..80 {
        let client = if index % 8 == 7 {
            deleted.clone()
        } else {
            client.clone()
        };
        let address = server.node_address(index % 2);
        tasks.spawn(async move {
            let id = client.id.to_string();
            let request = super::client::post(super::client::TOKEN, &client.with_credentials(&id, &[GRANT]));
            (index % 8 == 7, request.send(address).await)
        });
    }
    let mut tokens = std::collections::HashSet::new();
    for (is_deleted, response) in tasks.join_all().await {
        if is_deleted {
            assert_eq!(error(&response), "invalid_client");
        } else {
            tokens.insert(access_token(&response));
        }
    }
    assert_eq!(tokens.len(), 70);
    for token in &tokens {
        assert_eq!(get(&server, "/api/v4/currentUser", token).await.status, 200);
    }
}
