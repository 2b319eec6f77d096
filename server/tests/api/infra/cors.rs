//! Tests cross-origin access (the CORS protocol of the Fetch standard).

use crate::connector::client::{EVENTS, LOGS, SETTINGS, api_key, get};
use crate::http::{Request, Response};
use crate::oauth2::client::{Client, INTROSPECT, REVOKE, TOKEN, post, service_app};
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

const ORIGIN: &str = "https://spa.example";

/// CORS-safelisted response-header names (Fetch §2.2.2), which scripts may always read.
const ALWAYS_READABLE: [&str; 4] = ["cache-control", "content-length", "content-type", "pragma"];

/// Headers that scripts need not read.
const CONNECTION_HEADERS: [&str; 3] = ["connection", "transfer-encoding", "vary"];

fn preflight(path: &str, method: &str, headers: &str) -> Request {
    Request::new("OPTIONS", path)
        .header("Origin", ORIGIN)
        .header("Access-Control-Request-Method", method)
        .header("Access-Control-Request-Headers", headers)
}

/// Asserts that a script may read the whole response and that credentials are not allowed.
#[track_caller]
fn assert_readable(response: &Response) {
    assert_eq!(response.headers("access-control-allow-origin"), ["*"], "{response:?}");
    assert_eq!(response.header("access-control-allow-credentials"), None);
    let exposed = response.header("access-control-expose-headers").unwrap().to_lowercase();
    let exposed: Vec<&str> = exposed.split(", ").collect();
    for (name, _) in &response.headers {
        let name = name.to_lowercase();
        let readable = ALWAYS_READABLE.contains(&name.as_str())
            || CONNECTION_HEADERS.contains(&name.as_str())
            || name.starts_with("access-control-")
            || exposed.contains(&name.as_str());
        assert!(readable, "{name} is not exposed in {response:?}");
    }
}

#[track_caller]
fn assert_no_cors_headers(response: &Response) {
    let cors = response
        .headers
        .iter()
        .find(|(name, _)| name.to_lowercase().starts_with("access-control-"));
    assert_eq!(cors, None, "{response:?}");
}

#[rstest]
#[tokio::test]
async fn cors_preflight_is_answered_on_every_credentialed_api_path(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for path in [
        "/api/v4/account",
        "/api/v4/currentUser",
        "/api/v4/currentUser/",
        "/api/v4/users?limit=1",
        "/api/v4/users/x",
        "/api/v4/profiles",
        "/api/v4/oauth/request_token/",
        "/api/v4/oauth/access_token",
        "/api/v4/nothing",
        "/api/media/usage",
        "/api/openapi.json",
        "//api//v4/currentUser",
        TOKEN,
        REVOKE,
        INTROSPECT,
        "/v6/authentication/oauth2/scopes",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
    ] {
        for method in ["GET", "POST", "DELETE", "PATCH"] {
            let headers = "authorization,content-type,idempotency-key,x-request-id,dpop,traceparent";
            let response = server.send(&preflight(path, method, headers)).await;
            assert_eq!(
                (response.status, response.body.as_str()),
                (200, ""),
                "{path}: {response:?}"
            );
            assert_readable(&response);
            let list = |name: &str| response.header(name).unwrap().replace(' ', "").to_lowercase();
            assert_eq!(list("access-control-allow-headers"), headers);
            let methods = list("access-control-allow-methods");
            assert!(
                methods.split(',').any(|allowed| allowed.eq_ignore_ascii_case(method)),
                "{methods}"
            );
            let age: u32 = response.header("access-control-max-age").unwrap().parse().unwrap();
            assert!(age >= 600, "{age}");
        }
    }
    // Scripts may not send forwarding headers.
    let forwarding_headers = preflight("/api/v4/account", "GET", "authorization,x-forwarded-for,forwarded");
    let response = server.send(&forwarding_headers).await;
    assert_eq!(response.header("access-control-allow-headers"), Some("authorization"));
}

#[rstest]
#[tokio::test]
async fn cors_response_is_readable_for_every_status(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let token = client.access_token(&server).await;
    let bearer = |method: &str, path: &str| {
        let request = Request::new(method, path).header("Origin", ORIGIN);
        request.header("Authorization", format!("Bearer {token}"))
    };
    let form = "application/x-www-form-urlencoded";
    for (request, status) in [
        (bearer("GET", "/api/v4/currentUser"), 200),
        (bearer("HEAD", "/api/v4/currentUser"), 200),
        (bearer("GET", "/api/v4/users?limit=1"), 200),
        (bearer("GET", "/api/v4/users?limit=0"), 400),
        (Request::new("GET", "/api/v4/currentUser"), 401),
        (
            Request::new("GET", "/api/v4/currentUser").header("Authorization", "Bearer x"),
            401,
        ),
        (bearer("GET", "/api/v4/profiles"), 403),
        (bearer("GET", "/api/v4/users/nobody"), 404),
        (bearer("GET", "/api/v4/nothing"), 404),
        (Request::new("GET", "//api/nothing"), 404),
        (bearer("POST", "/api/v4/currentUser"), 405),
        (Request::new("OPTIONS", "/api/v4/currentUser"), 405),
        (Request::new("OPTIONS", TOKEN), 405),
        (Request::new("GET", TOKEN), 405),
        (Request::new("POST", TOKEN).body(form, "a".repeat(20_000)), 413),
        (Request::new("POST", TOKEN).body("application/json", "{}"), 415),
        (
            Request::new("POST", TOKEN)
                .body(form, "a=b")
                .header("Content-Encoding", "br"),
            415,
        ),
        (post(TOKEN, &[("grant_type", "client_credentials")]), 401),
        (post(TOKEN, &[("a", "%zz")]), 401),
        (Request::new("POST", "/api/v4/oauth/request_token"), 401),
        (Request::new("GET", "/.well-known/jwks.json"), 200),
        (Request::new("GET", "/.well-known/oauth-authorization-server"), 200),
        (Request::new("GET", "/.well-known/nothing"), 404),
    ] {
        let response = server.send(&request).await;
        assert_eq!(response.status, status, "{request:?}: {response:?}");
        assert_readable(&response);
    }
    assert_readable(&client.token(&server, &[("grant_type", "client_credentials")]).await);
}

#[rstest]
#[tokio::test]
async fn cors_preflight_is_not_rate_limited_and_429_is_readable(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let config = TestConfig {
        api_rate: 1,
        ..TestConfig::default()
    };
    let server = TestServer::new(engine, config).await;
    let public_request = Request::new("GET", "/.well-known/jwks.json").header("Origin", ORIGIN);
    let mut answered = 0;
    let limited = loop {
        for _ in 0..5 {
            let preflight = preflight("/api/v4/currentUser", "GET", "authorization");
            assert_eq!(server.send(&preflight).await.status, 200);
        }
        let response = server.send(&public_request).await;
        if response.status == 429 {
            break response;
        }
        assert_readable(&response);
        answered += 1;
        assert!(answered < 100, "never limited");
    };
    // The burst is ten requests. If preflights were counted, fewer would have been answered.
    assert!(answered >= 10, "{answered}");
    assert_readable(&limited);
    assert_eq!(limited.header("retry-after"), Some("1"));
    assert_eq!(
        server
            .send(&preflight("/api/v4/account", "GET", "authorization"))
            .await
            .status,
        200
    );
}

#[rstest]
#[tokio::test]
async fn pages_consent_and_connector_api_send_no_cors_headers(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    for path in [
        "/",
        "/sign-in",
        "/settings/portal",
        "/oauth2/authorise",
        "/fn/session/sign-in",
        "//fn/session/sign-in",
        "/fn/sessions/end-others",
        "/healthz",
        "/v6/authentication/oauth2/auth",
        "//v6/authentication/oauth2//auth/",
        "/api/v4/oauth/authorise?oauth_token=x",
        "/api/docs",
        SETTINGS,
        EVENTS,
        LOGS,
        "/api/connector/v1/nothing",
        "//api//connector/v1/settings",
    ] {
        for method in ["GET", "POST"] {
            assert_no_cors_headers(&server.send(&preflight(path, method, "x-api-key,authorization")).await);
            if path != EVENTS {
                let request = Request::new(method, path).header("Origin", ORIGIN);
                assert_no_cors_headers(&server.send(&request).await);
            }
        }
    }
    assert_no_cors_headers(&server.send(&get(&key, SETTINGS).header("Origin", ORIGIN)).await);
}
