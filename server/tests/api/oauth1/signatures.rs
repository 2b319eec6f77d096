//! Tests signed requests that are accepted.

use crate::http::Request;
use crate::oauth1::rejected_requests::assert_rejected;
use crate::signer::{Credentials, Method, ParameterLocation, UnsignedRequest};
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

const HMAC: [fn() -> Method; 2] = [|| Method::HmacSha1, || Method::HmacSha256];

#[rstest]
#[tokio::test]
async fn signature_is_accepted_for_every_method_and_parameter_location(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let methods = HMAC.map(|method| method()).into_iter().chain([Method::Plaintext]);
    for method in methods {
        for location in [
            ParameterLocation::Header,
            ParameterLocation::Body,
            ParameterLocation::Query,
        ] {
            let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now()).with(method.clone(), location);
            let response = server.send(&server.credentials.sign(&unsigned)).await;
            assert_eq!(response.status, 200, "{method:?} {location:?}: {response:?}");
            assert_eq!(response.json()["id"], server.ada.to_string());
            assert_eq!(response.header("cache-control"), Some("no-store"));
        }
    }
}

#[rstest]
#[tokio::test]
async fn signature_covers_the_path_as_sent(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let (bare, slash) = ("/api/v4/currentUser", "/api/v4/currentUser/");
    assert_eq!(server.send(&server.signed_get(bare)).await.status, 200);
    assert_eq!(server.send(&server.signed_get(slash)).await.status, 200);
    let moved = Request {
        target: slash.to_owned(),
        ..server.signed_get(bare)
    };
    assert_rejected(&server, &server.credentials, &moved, (401, "signature_invalid")).await;
}

#[rstest]
#[tokio::test]
async fn signature_covers_repeated_empty_and_unicode_parameters(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for location in [
        ParameterLocation::Header,
        ParameterLocation::Body,
        ParameterLocation::Query,
    ] {
        let unsigned = UnsignedRequest::get("/api/v4/users", server.now())
            .with(Method::HmacSha256, location)
            .query("limit", "1")
            .query("b5", "=%3D")
            .query("a3", "a")
            .query("a3", "2 q")
            .query("c@", "")
            .query("ünïcode ☃", "Ä+ ~")
            .form("c2", "")
            .form("a3", "1 & 2");
        let response = server.send(&server.credentials.sign(&unsigned)).await;
        assert_eq!(response.status, 200, "{location:?}: {response:?}");
    }
    // A space may be sent as `+` in a query and is signed as `%20`.
    let blank = server
        .credentials
        .sign(&UnsignedRequest::get("/api/v4/users", server.now()).query("q", "a b"));
    let plus = Request {
        target: blank.target.replace("%20", "+"),
        ..blank
    };
    assert!(plus.target.ends_with("q=a+b"));
    assert_eq!(server.send(&plus).await.status, 200);
    // A parameter name without an equals sign has an empty value.
    let named = server
        .credentials
        .sign(&UnsignedRequest::get("/api/v4/users", server.now()).query("bare", ""));
    let bare = Request {
        target: named.target.replace("bare=", "bare"),
        ..named
    };
    assert_eq!(server.send(&bare).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn signature_covers_the_public_url(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let config = TestConfig {
        public_url: "https://Portal.Example.COM:8443/",
        ..TestConfig::default()
    };
    let server = TestServer::new(engine, config).await;
    let signed_for = |origin: &str| Credentials {
        origin: origin.to_owned(),
        ..server.credentials.clone()
    };
    let (right, wrong) = (
        signed_for("https://portal.example.com:8443"),
        signed_for("https://portal.example.com"),
    );
    assert_eq!(server.get_with(&right, "/api/v4/currentUser").await.status, 200);
    // Forwarding headers of the request do not affect the signed URL.
    let request = right.sign(&UnsignedRequest::get("/api/v4/currentUser", server.now()));
    let request = request
        .header("X-Forwarded-Host", "elsewhere.example.com")
        .header("X-Forwarded-Proto", "http");
    assert_eq!(server.send(&request).await.status, 200);
    let request = wrong.sign(&UnsignedRequest::get("/api/v4/currentUser", server.now()));
    assert_rejected(&server, &wrong, &request, (401, "signature_invalid")).await;
}

#[rstest]
#[tokio::test]
async fn signature_does_not_cover_non_form_bodies(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let request = server
        .signed_get("/api/v4/currentUser")
        .body("application/json", "{\"a\":1}");
    assert_eq!(server.send(&request).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn timestamp_outside_five_minutes_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for skew in [-300, 300] {
        let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now() + skew);
        assert_eq!(
            server.send(&server.credentials.sign(&unsigned)).await.status,
            200,
            "{skew}"
        );
    }
    for skew in [-301, 301, -86_400, 86_400] {
        let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now() + skew);
        let response = server.send(&server.credentials.sign(&unsigned)).await;
        assert_eq!(
            (response.status, response.oauth_problem().as_str()),
            (401, "timestamp_refused"),
            "{skew}"
        );
        let accepted = format!("{}-{}", server.now() - 300, server.now() + 300);
        assert_eq!(response.json()["oauth_acceptable_timestamps"], accepted);
    }
    for nonsense in [0, -5] {
        let unsigned = UnsignedRequest::get("/api/v4/currentUser", nonsense);
        let response = server.send(&server.credentials.sign(&unsigned)).await;
        assert_eq!(
            (response.status, response.oauth_problem().as_str()),
            (400, "parameter_rejected"),
            "{nonsense}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn token_last_use_is_recorded_with_client_address(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let config = TestConfig {
        trusted_proxies: "127.0.0.1",
        ..TestConfig::default()
    };
    let server = TestServer::new(engine, config).await;
    assert_eq!(server.load_token(server.token).await.last_used_at, None);
    let request = server
        .signed_get("/api/v4/currentUser")
        .header("X-Forwarded-For", "203.0.113.9");
    assert_eq!(server.send(&request).await.status, 200);
    let token = server.load_token(server.token).await;
    assert_eq!(
        (token.last_used_at, token.last_used_from.as_deref()),
        (Some(server.portal().now()), Some("203.0.113.9"))
    );

    // A rejected request does not count as a use.
    server.advance(60);
    let used = server.portal().now();
    let wrong = Credentials {
        token_secret: "guess".to_owned(),
        ..server.credentials.clone()
    };
    assert_eq!(server.get_with(&wrong, "/api/v4/currentUser").await.status, 401);
    assert_ne!(server.load_token(server.token).await.last_used_at, Some(used));
    let request = server
        .signed_get("/api/v4/currentUser")
        .header("X-Forwarded-For", "2001:db8::9");
    assert_eq!(server.send(&request).await.status, 200);
    let token = server.load_token(server.token).await;
    assert_eq!(
        (token.last_used_at, token.last_used_from.as_deref()),
        (Some(used), Some("2001:db8::9"))
    );
}
