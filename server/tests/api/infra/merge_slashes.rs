//! Tests paths with extra slashes, as sent by clients whose base URL ends with a slash.

use crate::connector::client::{api_key, log_request};
use crate::http::Request;
use crate::oauth1::rejected_requests::assert_rejected;
use crate::oauth1::three_legged::REQUEST;
use crate::oauth2::client::{Client, TOKEN, form, service_app};
use crate::signer::{Method, ParameterLocation, UnsignedRequest};
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

#[rstest]
#[tokio::test]
async fn signed_request_with_extra_slashes_is_verified_against_the_path_as_sent(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for path in [
        "//api/v4/currentUser/",
        "//api/v4/currentUser",
        "/api//v4/currentUser",
        "///api///v4///currentUser///",
        "/api/v4/currentUser//",
    ] {
        for location in [ParameterLocation::Header, ParameterLocation::Query] {
            let unsigned = UnsignedRequest::get(path, server.now()).with(Method::HmacSha256, location);
            let request = server.credentials.sign(&unsigned);
            let response = server.send(&request).await;
            assert_eq!(response.status, 200, "{request:?}: {response:?}");
            assert_eq!(response.json()["id"], server.ada.to_string());
            assert_eq!(server.send(&request).await.oauth_problem(), "nonce_used");
        }
        // Signed for one path and sent to another.
        let request = Request {
            target: path.to_owned(),
            ..server.signed_get("/api/v4/currentUser")
        };
        assert_rejected(&server, &server.credentials, &request, (401, "signature_invalid")).await;
    }
    let unsigned = UnsignedRequest::post(&format!("/{REQUEST}"), server.now()).protocol("oauth_callback", "oob");
    assert_eq!(
        server.send(&server.consumer_credentials().sign(&unsigned)).await.status,
        200
    );
    let by_id = format!("//api//v4//users//{}//", server.ada);
    assert_eq!(
        server.send(&server.signed_get(&by_id)).await.json()["id"],
        server.ada.to_string()
    );
}

#[rstest]
#[tokio::test]
async fn path_with_extra_slashes_reaches_every_kind_of_endpoint(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let id = client.id.to_string();
    let body = form(&client.with_credentials(&id, &[("grant_type", "client_credentials")]));
    for path in [format!("/{TOKEN}"), format!("/{TOKEN}/"), TOKEN.replace('/', "//")] {
        let request = Request::new("POST", &path).body("application/x-www-form-urlencoded", body.clone());
        let response = server.send(&request).await;
        assert_eq!(response.status, 200, "{path}: {response:?}");
        assert!(response.json()["access_token"].is_string());
    }
    let key = api_key(&server).await;
    for path in [
        "//api/connector/v1/settings/",
        "/api/connector//v1/settings//fields//Hero",
    ] {
        let request = Request::new("GET", path).header("X-Api-Key", key.as_str());
        assert_eq!(server.send(&request).await.status, 200, "{path}");
        assert_eq!(server.send(&Request::new("GET", path)).await.status, 401, "{path}");
    }
    let request = Request {
        target: "//api/connector/v1/logs".to_owned(),
        ..log_request(&key, "[]")
    };
    assert_eq!(server.send(&request).await.problem(), "remote-logging-disabled");
    let response = server.send(&Request::new("GET", "//.well-known//jwks.json")).await;
    assert_eq!(response.status, 200);
    let response = server
        .send(&Request::new(
            "GET",
            "//v6/authentication/oauth2/auth?client_id=x&state=//y",
        ))
        .await;
    assert_eq!(
        (response.status, response.header("location")),
        (303, Some("/oauth2/authorise?client_id=x&state=//y"))
    );
}

#[rstest]
#[tokio::test]
async fn unknown_api_path_with_extra_slashes_is_answered_with_problem_json(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for (method, path, expected) in [
        ("GET", "//api", (404, "unknown-route")),
        ("GET", "//api//nothing", (404, "unknown-route")),
        ("GET", "//api//", (404, "unknown-route")),
        ("POST", "//v6//nothing", (404, "unknown-route")),
        ("GET", "/api/v4/users//", (401, "oauth-refused")),
        ("POST", "//api//v4/currentUser/", (405, "method-not-allowed")),
        ("DELETE", "///api/v4/currentUser", (405, "method-not-allowed")),
    ] {
        let response = server.send(&Request::new(method, path)).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            expected,
            "{method} {path}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn path_with_extra_slashes_never_reaches_a_page_or_redirects(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for path in [
        "//fn/sessions/end-others",
        "/fn//sessions/end-others",
        "///fn/session/sign-out",
        "/api/../fn/sessions/end-others",
        "//api/../fn/sessions/end-others",
        "/api//../fn/sessions/end-others",
        "/api/%2e%2e/fn/sessions/end-others",
        "//settings/portal",
        "/settings//portal",
        "//sign-in",
        "//oauth2/authorise?client_id=x",
        "/%2fapi/v4/currentUser",
        "/%2Fsettings",
        "/./api/v4/currentUser",
        "//./api/v4/currentUser",
        "//evil.example/",
        "//evil.example/..",
        "//evil.example//api/v4/currentUser",
        "///evil.example/",
        "/\\evil.example/",
        "/\\/evil.example/",
        "//fn//../../evil.example/",
    ] {
        for method in ["GET", "HEAD", "POST", "OPTIONS", "DELETE"] {
            let response = server
                .send(&Request::new(method, path).header("Origin", "https://evil.example"))
                .await;
            assert!(
                [400, 403, 404, 405].contains(&response.status),
                "{method} {path}: {response:?}"
            );
            assert_eq!(response.header("location"), None, "{method} {path}");
        }
        // A cross-site form post is rejected, however the server resolves the path.
        let cross_site = Request::new("POST", path)
            .header("Sec-Fetch-Site", "cross-site")
            .body("application/x-www-form-urlencoded", "a=b");
        let response = server.send(&cross_site).await;
        let is_api_path = path.starts_with("/api/") || path.starts_with("//api/");
        let expected = if is_api_path { 404 } else { 403 };
        assert!([expected, 400].contains(&response.status), "{path}: {response:?}");
    }
}
