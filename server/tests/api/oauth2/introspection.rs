//! Tests token introspection (RFC 7662).

use super::client::{
    ALL_SCOPES, Client, INTROSPECT, default_token_settings, error, introspection_settings, native_app, refresh_token,
    rotation_settings, service_app, split_scopes, web_app,
};
use crate::http::Response;
use crate::test_server::{PASSWORD, TestConfig, TestServer};
use domain::accounts::NewAccount;
use domain::accounts::rights::Rights;
use domain::oauth2::oauth_apps::AppForm;
use portal::accounts;
use portal::accounts::users;
use portal::oauth2::oauth_apps;
use rstest::rstest;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testing::Engine;

async fn introspect(server: &TestServer, client: &Client, token: &str) -> Response {
    client.send(server, INTROSPECT, &[("token", token)]).await
}

#[rstest]
#[tokio::test]
async fn introspection_describes_an_active_access_token(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let service = Client::register_with(&server, service_app(), introspection_settings()).await;
    let web = Client::register_with(&server, web_app(), introspection_settings()).await;
    let (access, refresh) = web.obtain_tokens(&server).await;
    let body = introspect(&server, &service, &access).await.json();
    assert_eq!(
        body,
        json!({
            "active": true,
            "scope": ALL_SCOPES,
            "client_id": web.id.to_string(),
            "username": "ada@example.com",
            "token_type": "Bearer",
            "exp": server.now() + 3600,
            "iat": server.now(),
            "sub": server.ada.to_string(),
            "aud": server.credentials.origin,
            "iss": server.credentials.origin,
            "jti": body["jti"],
        })
    );
    // The subject of a token from client credentials is the app itself.
    let own = introspect(&server, &web, &service.access_token(&server).await)
        .await
        .json();
    assert_eq!(
        own,
        json!({
            "active": true,
            "scope": "current.user:read admin.user:read asset:read",
            "client_id": service.id.to_string(),
            "token_type": "Bearer",
            "exp": server.now() + 3600,
            "iat": server.now(),
            "sub": service.id.to_string(),
            "aud": server.credentials.origin,
            "iss": server.credentials.origin,
            "jti": own["jti"],
        })
    );

    server.advance(3600);
    for token in [access.as_str(), &refresh, "nonsense", "a.b.c"] {
        assert_eq!(
            introspect(&server, &service, token).await.json(),
            json!({"active": false}),
            "{token}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn introspection_is_limited_to_confidential_clients_and_their_account(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let own_account_client = Client::register(&server, service_app()).await;
    let token = own_account_client.access_token(&server).await;
    let account = NewAccount {
        account_name: "Difference Engines".to_owned(),
        name: "Charles Babbage".to_owned(),
        email: "charles@example.org".to_owned(),
        password: PASSWORD.to_owned(),
    };
    accounts::create(server.portal(), account).await.unwrap();
    let operator = accounts::operator(server.portal(), Some("Difference Engines"))
        .await
        .unwrap();
    let mut input = service_app();
    "charles@example.org".clone_into(&mut input.user);
    let created = oauth_apps::create_with(server.portal(), &operator, input, introspection_settings())
        .await
        .unwrap();
    let other_account_client = Client {
        id: created.id,
        secret: created.secret.map(|secret| secret.expose().to_owned()),
    };
    assert_eq!(
        introspect(&server, &other_account_client, &token).await.json(),
        json!({"active": false})
    );
    let native = Client::register(&server, native_app()).await;
    assert_eq!(error(&introspect(&server, &native, &token).await), "invalid_client");
    let without_secret = Client {
        secret: None,
        ..own_account_client
    };
    assert_eq!(
        error(&introspect(&server, &without_secret, &token).await),
        "invalid_client"
    );
}

fn inactive() -> Value {
    json!({"active": false})
}

#[rstest]
#[tokio::test]
async fn introspection_without_permission_is_limited_to_own_tokens(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let service = Client::register(&server, service_app()).await;
    let web = Client::register(&server, web_app()).await;
    let (web_token, _) = web.obtain_tokens(&server).await;
    let service_token = service.access_token(&server).await;
    for (client, own, other) in [
        (&service, &service_token, &web_token),
        (&web, &web_token, &service_token),
    ] {
        assert_eq!(introspect(&server, client, own).await.json()["active"], true);
        let response = introspect(&server, client, other).await;
        assert_eq!((response.status, response.json()), (200, inactive()));
    }

    // Changing the setting reaches every node within a second.
    for (settings, is_active) in [(introspection_settings(), true), (default_token_settings(), false)] {
        service.set_token_settings(&server, settings).await;
        assert_eq!(
            introspect(&server, &service, &web_token).await.json()["active"],
            is_active
        );
        let started = Instant::now();
        let id = service.id.to_string();
        let request = super::client::post(INTROSPECT, &service.with_credentials(&id, &[("token", &web_token)]));
        while request.send(server.node_address(1)).await.json()["active"] != is_active {
            assert!(
                started.elapsed() < Duration::from_secs(1),
                "not {is_active} after a second"
            );
        }
    }
}

#[rstest]
#[tokio::test]
async fn introspection_of_refresh_token_is_active_for_its_own_client_only(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let web = Client::register(&server, web_app()).await;
    let other = AppForm {
        name: "Resource server".to_owned(),
        ..service_app()
    };
    let resource_server = Client::register_with(&server, other, introspection_settings()).await;
    let (_, refresh) = web.obtain_tokens(&server).await;
    let issued_at = server.now();
    server.advance(60);
    let active_until = |exp: i64| {
        json!({
            "active": true,
            "scope": ALL_SCOPES,
            "client_id": web.id.to_string(),
            "username": "ada@example.com",
            "sub": server.ada.to_string(),
            "iss": server.credentials.origin,
            "iat": issued_at,
            "exp": exp,
        })
    };
    for hint in [None, Some("refresh_token"), Some("access_token"), Some("unknown")] {
        let mut pairs = vec![("token", refresh.as_str())];
        pairs.extend(hint.map(|hint| ("token_type_hint", hint)));
        assert_eq!(
            web.send(&server, INTROSPECT, &pairs).await.json(),
            active_until(issued_at + 30 * 24 * 3600),
            "{hint:?}"
        );
        assert_eq!(
            resource_server.send(&server, INTROSPECT, &pairs).await.json(),
            inactive(),
            "{hint:?}"
        );
    }
    // Using the token extends its expiration. Introspecting it does not.
    assert_eq!(web.refresh(&server, &refresh).await.status, 200);
    assert_eq!(
        introspect(&server, &web, &refresh).await.json(),
        active_until(server.now() + 30 * 24 * 3600)
    );
}

#[rstest]
#[tokio::test]
async fn introspection_of_unusable_refresh_token_is_inactive(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let web = Client::register_with(&server, web_app(), rotation_settings()).await;
    let (_, first) = web.obtain_tokens(&server).await;
    let second = refresh_token(&web.refresh(&server, &first).await);
    assert_eq!(introspect(&server, &web, &first).await.json(), inactive(), "rotated");
    assert_eq!(introspect(&server, &web, &second).await.json()["active"], true);
    // Introspecting the old token does not count as a use.
    assert_eq!(refresh_token(&web.refresh(&server, &first).await), second);

    let fewer_scopes = AppForm {
        scopes: split_scopes("current.user:read"),
        ..web_app()
    };
    oauth_apps::update(server.portal(), &server.operator, web.id, fewer_scopes, false)
        .await
        .unwrap();
    assert_eq!(
        introspect(&server, &web, &second).await.json(),
        inactive(),
        "without the offline scope"
    );
    oauth_apps::update(server.portal(), &server.operator, web.id, web_app(), true)
        .await
        .unwrap();
    assert_eq!(introspect(&server, &web, &second).await.json()["active"], true);

    server.create_user("Grace Hopper", Rights::all()).await;
    users::set_active(server.portal(), &server.operator, server.ada, false)
        .await
        .unwrap();
    assert_eq!(
        introspect(&server, &web, &second).await.json(),
        inactive(),
        "inactive user"
    );
    users::set_active(server.portal(), &server.operator, server.ada, true)
        .await
        .unwrap();
    assert_eq!(introspect(&server, &web, &second).await.json()["active"], true);

    server.advance(30 * 24 * 3600);
    assert_eq!(introspect(&server, &web, &second).await.json(), inactive(), "expired");
    let (_, third) = web.obtain_tokens(&server).await;
    oauth_apps::revoke_refresh_tokens(server.portal(), &server.operator, web.id)
        .await
        .unwrap();
    assert_eq!(introspect(&server, &web, &third).await.json(), inactive(), "revoked");
    for token in ["nonsense", "a.b.c", &"x".repeat(5000)] {
        assert_eq!(introspect(&server, &web, token).await.json(), inactive());
    }
}
