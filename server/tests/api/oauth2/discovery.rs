//! Tests the metadata, the scopes endpoint and their CORS headers.

use crate::http::Request;
use crate::test_server::{TestConfig, TestServer};
use domain::coded_enum::CodedEnum;
use domain::oauth2::scopes::Scope;
use rstest::rstest;
use testing::Engine;

#[rstest]
#[tokio::test]
async fn authorization_server_metadata_names_existing_endpoints(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let response = server
        .send(&Request::new("GET", "/.well-known/oauth-authorization-server"))
        .await;
    assert_eq!(response.status, 200);
    assert_eq!(response.header("cache-control"), Some("public, max-age=300"));
    let body = response.json();
    let origin = &server.credentials.origin;
    // Both engines compare with this one snapshot.
    insta::allow_duplicates! {
        insta::assert_json_snapshot!(body, @r#"
        {
          "access_token_signing_alg_values_supported": [
            "ES256",
            "RS256"
          ],
          "authorization_endpoint": "https://portal.example.com/v6/authentication/oauth2/auth",
          "authorization_response_iss_parameter_supported": true,
          "code_challenge_methods_supported": [
            "S256"
          ],
          "grant_types_supported": [
            "client_credentials",
            "authorization_code",
            "refresh_token"
          ],
          "introspection_endpoint": "https://portal.example.com/v6/authentication/oauth2/introspect",
          "introspection_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post"
          ],
          "issuer": "https://portal.example.com",
          "jwks_uri": "https://portal.example.com/.well-known/jwks.json",
          "response_modes_supported": [
            "query"
          ],
          "response_types_supported": [
            "code"
          ],
          "revocation_endpoint": "https://portal.example.com/v6/authentication/oauth2/revoke",
          "revocation_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none"
          ],
          "scopes_supported": [
            "offline",
            "current.user:read",
            "current.profile:read",
            "admin.user:read",
            "admin.profile:read",
            "asset:read",
            "asset.usage:read",
            "asset.usage:write",
            "collection:read",
            "meta.assetbank:read",
            "meta.assetbank:write",
            "meta.workflow:read"
          ],
          "service_documentation": "https://portal.example.com/api/docs",
          "token_endpoint": "https://portal.example.com/v6/authentication/oauth2/token",
          "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none"
          ]
        }
        "#);
    }
    for (member, method) in [
        ("authorization_endpoint", "GET"),
        ("token_endpoint", "POST"),
        ("revocation_endpoint", "POST"),
        ("introspection_endpoint", "POST"),
        ("jwks_uri", "GET"),
    ] {
        let path = body[member].as_str().unwrap().strip_prefix(origin.as_str()).unwrap();
        let request = Request::new(method, path).body("application/x-www-form-urlencoded", "");
        let response = server.send(&request).await;
        assert!(
            ![404, 405, 415, 500].contains(&response.status),
            "{member}: {response:?}"
        );
        let wrong = server.send(&Request::new("DELETE", path)).await;
        assert_eq!(wrong.status, 405, "{member}");
        assert!(wrong.header("allow").unwrap().contains(method));
    }
}

#[rstest]
#[tokio::test]
async fn scopes_endpoint_describes_every_scope(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let response = server
        .send(&Request::new("GET", "/v6/authentication/oauth2/scopes"))
        .await;
    let body = response.json();
    let described: Vec<String> = body["groups"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| {
            assert!(!group["name"].as_str().unwrap().is_empty());
            group["scopes"].as_array().unwrap()
        })
        .map(|scope| {
            assert!(!scope["description"].as_str().unwrap().is_empty());
            assert!(scope["anyOfPermissions"].is_array());
            scope["name"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(described.len(), Scope::ALL.len());
    assert!(
        Scope::ALL
            .iter()
            .all(|scope| described.contains(&scope.code().to_owned()))
    );
}

#[rstest]
#[tokio::test]
async fn oauth2_endpoints_allow_cors_except_the_authorize_endpoint(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for path in [
        "/v6/authentication/oauth2/token",
        "/v6/authentication/oauth2/revoke",
        "/.well-known/jwks.json",
        "/.well-known/oauth-authorization-server",
    ] {
        let request = Request::new("OPTIONS", path)
            .header("Origin", "https://spa.example")
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization");
        let response = server.send(&request).await;
        assert_eq!(response.status, 200, "{path}: {response:?}");
        assert_eq!(response.header("access-control-allow-origin"), Some("*"));
        // The endpoints ignore cookies, and browsers must not send them.
        assert_eq!(response.header("access-control-allow-credentials"), None);
    }
    let page =
        Request::new("GET", "/v6/authentication/oauth2/auth?client_id=x").header("Origin", "https://spa.example");
    assert_eq!(server.send(&page).await.header("access-control-allow-origin"), None);
}
