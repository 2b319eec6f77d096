//! Tests the authorization code grant (RFC 6749 §4.1) with PKCE (RFC 7636).

mod requests;

use super::client::{
    ALL_SCOPES, CALLBACK, Client, TOKEN, VERIFIER, access_token, challenge, error, get, native_app, parameter, post,
    refresh_token, web_app,
};
use crate::test_server::{TestConfig, TestServer};
use portal::oauth2::connected_apps;
use rstest::rstest;
use serde_json::json;
use testing::Engine;

#[rstest]
#[tokio::test]
async fn authorization_code_grant_issues_tokens_for_the_user(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    let response = client.exchange(&server, &code).await;
    let token = access_token(&response);
    assert_eq!(
        response.json(),
        json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": refresh_token(&response),
            "scope": ALL_SCOPES,
        })
    );
    assert_eq!(
        get(&server, "/api/v4/currentUser", &token).await.json()["email"],
        "ada@example.com"
    );

    // Without the `offline` scope, no refresh token is issued.
    let code = client.code(&server, "current.user:read").await;
    let response = client.exchange(&server, &code).await;
    assert_eq!(
        response.json(),
        json!({
            "access_token": access_token(&response),
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": "current.user:read",
        })
    );

    let ada = server.sign_in("ada@example.com").await;
    let connected = connected_apps::list(server.portal(), &ada).await.unwrap();
    assert_eq!(connected[0].name, "Web app");
    assert_eq!(connected[0].scopes.to_string(), ALL_SCOPES);
    assert!(connected[0].last_used_at.is_some());
}

#[rstest]
#[tokio::test]
async fn authorization_code_expires_after_a_minute(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    server.advance(59);
    assert_eq!(client.exchange(&server, &code).await.status, 200);
    let code = client.code(&server, ALL_SCOPES).await;
    server.advance(60);
    assert_eq!(error(&client.exchange(&server, &code).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn reused_authorization_code_revokes_the_tokens_it_issued(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    let response = client.exchange(&server, &code).await;
    let (access, refresh) = (access_token(&response), refresh_token(&response));
    assert_eq!(get(&server, "/api/v4/currentUser", &access).await.status, 200);
    assert_eq!(error(&client.exchange(&server, &code).await), "invalid_grant");
    assert_eq!(get(&server, "/api/v4/currentUser", &access).await.status, 401);
    assert_eq!(error(&client.refresh(&server, &refresh).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn concurrent_code_exchanges_issue_one_grant_and_revoke_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, web_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    let id = client.id.to_string();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let request = post(TOKEN, &client.with_credentials(&id, &pairs));
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..8 {
        let (request, address) = (request.clone(), server.node_address(index % 2));
        tasks.spawn(async move { request.send(address).await });
    }
    let responses = tasks.join_all().await;
    assert!(
        responses.iter().all(|response| [200, 400].contains(&response.status)),
        "{responses:?}"
    );
    let granted: Vec<_> = responses.iter().filter(|response| response.status == 200).collect();
    assert_eq!(granted.len(), 1);
    // The other requests reused the code, which revokes the token issued to the first.
    assert_eq!(
        get(&server, "/api/v4/currentUser", &access_token(granted[0]))
            .await
            .status,
        401
    );
}

#[rstest]
#[tokio::test]
async fn native_app_requires_pkce_with_s256(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, native_app()).await;
    assert_eq!(client.secret, None);
    let uri = "http://127.0.0.1:51004/callback";
    let challenge = challenge(VERIFIER);
    let pkce = [
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let address = client
        .authorize(&server, &[("redirect_uri", uri), pkce[0], pkce[1]])
        .await
        .unwrap();
    assert!(address.starts_with(&format!("{uri}?code=")), "{address}");
    let code = parameter(&address, "code").unwrap();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", uri),
        ("code_verifier", VERIFIER),
    ];
    let response = client.token(&server, &pairs).await;
    let refresh = refresh_token(&response);
    assert_eq!(client.refresh(&server, &refresh).await.status, 200);

    let without_pkce = client.authorize(&server, &[("redirect_uri", uri)]).await.unwrap();
    assert_eq!(parameter(&without_pkce, "error").as_deref(), Some("invalid_request"));
    let plain = [
        ("redirect_uri", uri),
        ("code_challenge", VERIFIER),
        ("code_challenge_method", "plain"),
    ];
    let plain = client.authorize(&server, &plain).await.unwrap();
    assert_eq!(parameter(&plain, "error").as_deref(), Some("invalid_request"));
    // Without a method, the default would be `plain`.
    let without_method = [("redirect_uri", uri), ("code_challenge", challenge.as_str())];
    let without_method = client.authorize(&server, &without_method).await.unwrap();
    assert_eq!(parameter(&without_method, "error").as_deref(), Some("invalid_request"));
}
