//! Tests the API rate limits.

use crate::http::{Request, Response};
use crate::signer::{Credentials, UnsignedRequest};
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

const REQUESTS_PER_SECOND: u32 = 1;
/// The burst size: ten seconds' worth of requests.
const BURST: usize = 10;

fn assert_limited(response: &Response, name: &str) {
    assert_eq!(
        (response.status, response.problem().as_str()),
        (429, "too-many-requests"),
        "{response:?}"
    );
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(
        response.header("ratelimit-policy"),
        Some(format!("\"{name}\";q={BURST};w=10").as_str())
    );
    assert_eq!(
        response.header("ratelimit"),
        Some(format!("\"{name}\";r=0;t=1").as_str())
    );
}

#[rstest]
#[tokio::test]
async fn rate_limit_is_counted_per_credential(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(
        engine,
        TestConfig {
            api_rate: REQUESTS_PER_SECOND,
            ..TestConfig::default()
        },
    )
    .await;
    let (_, other) = server.create_token("ada@example.com").await;
    let first = server.send(&server.signed_get("/api/v4/currentUser")).await;
    assert_eq!(first.header("ratelimit-policy"), Some("\"credential\";q=10;w=10"));
    assert_eq!(first.header("ratelimit"), Some("\"credential\";r=9;t=1"));
    let mut accepted = 1;
    let limited = loop {
        let response = server.send(&server.signed_get("/api/v4/currentUser")).await;
        if response.status != 200 {
            break response;
        }
        accepted += 1;
        assert!(accepted < 100, "never limited");
    };
    assert!(accepted >= BURST, "{accepted}");
    assert_limited(&limited, "credential");
    assert_eq!(
        server.get_with(&other, "/api/v4/currentUser").await.status,
        200,
        "another token has its own limit"
    );
}

#[rstest]
#[tokio::test]
async fn rate_limit_of_unauthenticated_requests_is_counted_by_address(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let config = TestConfig {
        api_rate: REQUESTS_PER_SECOND,
        trusted_proxies: "127.0.0.1",
        ..TestConfig::default()
    };
    let server = TestServer::new(engine, config).await;
    assert_eq!(server.send(&server.signed_get("/api/v4/currentUser")).await.status, 200);
    let from = |request: Request, address: &str| request.header("X-Forwarded-For", address);
    let wrong = Credentials {
        token_secret: "guess".to_owned(),
        ..server.credentials.clone()
    };
    let unknown_consumer = Credentials {
        consumer_key: "nobody".to_owned(),
        ..server.credentials.clone()
    };
    let unauthenticated_requests = [
        || Request::new("GET", "/api/v4/currentUser"),
        || Request::new("GET", "/api/v4/currentUser").header("Authorization", "OAuth oauth_token=\"x"),
    ];
    let mut attempt = 0;
    let limited = loop {
        let request = match attempt % 4 {
            0 => unauthenticated_requests[0](),
            1 => unauthenticated_requests[1](),
            2 => wrong.sign(&UnsignedRequest::get("/api/v4/currentUser", server.now())),
            _ => unknown_consumer.sign(&UnsignedRequest::get("/api/v4/currentUser", server.now())),
        };
        let response = server.send(&from(request, &format!("2001:db8:1:2::{attempt:x}"))).await;
        if response.status == 429 {
            break response;
        }
        assert!([400, 401].contains(&response.status), "{response:?}");
        assert!(response.header("ratelimit").unwrap().starts_with("\"address\";r="));
        attempt += 1;
        assert!(attempt < 100, "never limited");
    };
    assert!(attempt >= BURST, "{attempt}");
    assert_limited(&limited, "address");
    // Within the limited network, only credentials that have been verified before are admitted. Other networks are
    // not affected.
    let request = from(server.signed_get("/api/v4/currentUser"), "2001:db8:1:2::1");
    assert_eq!(server.send(&request).await.status, 200);
    let request = from(Request::new("GET", "/api/v4/currentUser"), "2001:db8:1:3::1");
    assert_eq!(server.send(&request).await.status, 401);
}

#[rstest]
#[tokio::test]
async fn rate_limit_of_three_legged_flow_is_counted_by_address(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(
        engine,
        TestConfig {
            api_rate: REQUESTS_PER_SECOND,
            ..TestConfig::default()
        },
    )
    .await;
    let consumer = server.consumer_credentials();
    let request_token = || {
        let unsigned =
            UnsignedRequest::post("/api/v4/oauth/request_token", server.now()).protocol("oauth_callback", "oob");
        consumer.sign(&unsigned)
    };
    let response = server.send(&request_token()).await;
    assert_eq!(
        (response.status, response.header("ratelimit")),
        (200, Some("\"address\";r=9;t=1"))
    );
    let exhaust = async || {
        let mut accepted = 0;
        while server.send(&request_token()).await.status == 200 {
            accepted += 1;
            assert!(accepted < 100, "never limited");
        }
        accepted
    };
    assert!(exhaust().await >= BURST - 1);
    // One request per second is admitted again, so a slow machine may need several attempts.
    for path in ["/api/v4/oauth/authorise?oauth_token=x", "/api/v4/currentUser"] {
        let mut attempts = 0;
        let limited = loop {
            let response = server.send(&Request::new("GET", path)).await;
            if response.status == 429 {
                break response;
            }
            attempts += 1;
            assert!(attempts < 20, "never limited");
            exhaust().await;
        };
        assert_limited(&limited, "address");
    }
}

#[rstest]
#[tokio::test]
async fn rate_limit_headers_are_absent_without_a_limit(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(
        engine,
        TestConfig {
            api_rate: 0,
            ..TestConfig::default()
        },
    )
    .await;
    for _ in 0..30 {
        let response = server.send(&server.signed_get("/api/v4/currentUser")).await;
        assert_eq!((response.status, response.header("ratelimit")), (200, None));
    }
}
