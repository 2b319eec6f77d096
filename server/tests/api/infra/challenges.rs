//! Tests the `WWW-Authenticate` challenges of 401 and 403 responses (RFC 9110 §11.6.1).

use crate::connector::client::{SETTINGS, api_key};
use crate::http::Request;
use crate::oauth1::three_legged::{ACCESS, REQUEST};
use crate::oauth2::client::{Client, TOKEN, post, service_app};
use crate::signer::UnsignedRequest;
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

const BEARER: &str = "Bearer realm=\"Gatehouse\"";

#[rstest]
#[tokio::test]
async fn request_without_credentials_is_challenged_with_oauth_and_bearer(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for path in [
        "/api/v4/account",
        "/api/v4/currentUser",
        "/api/v4/users",
        "/api/v4/users/x",
        "/api/v4/profiles",
        "/api/v4/profiles/x/",
        "//api//v4/currentUser/",
    ] {
        for request in [
            Request::new("GET", path),
            Request::new("HEAD", path),
            Request::new("GET", path).header("Authorization", "Basic eDp5"),
            Request::new("GET", path).header("Authorization", "Bearer"),
            Request::new("GET", path).header("Cookie", "gatehouse=x"),
            Request::new("GET", &format!("{path}?access_token=x")),
        ] {
            let response = server.send(&request).await;
            assert_eq!(response.status, 401, "{request:?}");
            let challenges = response.headers("www-authenticate");
            assert_eq!(challenges.len(), 2, "{request:?}: {challenges:?}");
            assert!(challenges[0].starts_with("OAuth realm=\"Gatehouse\""), "{challenges:?}");
            // RFC 6750 §3.1: no error code where no credential was sent.
            assert_eq!(challenges[1], BEARER);
        }
    }
}

#[rstest]
#[tokio::test]
async fn invalid_credentials_are_challenged_in_their_own_scheme(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let challenges = async |request: Request| {
        let response = server.send(&request).await;
        let all = response.headers("www-authenticate");
        assert_eq!(all.len(), 1, "{response:?}");
        (response.status, all[0].to_owned())
    };
    let get = || Request::new("GET", "/api/v4/users");
    for token in ["x", "a.b.c"] {
        let (status, challenge) = challenges(get().header("Authorization", format!("Bearer {token}"))).await;
        assert_eq!(status, 401);
        assert!(
            challenge.starts_with(&format!("{BEARER}, error=\"invalid_token\"")),
            "{challenge}"
        );
    }
    let client = Client::register(&server, service_app()).await;
    let pairs = [("grant_type", "client_credentials"), ("scope", "asset:read")];
    let token = crate::oauth2::client::access_token(&client.token(&server, &pairs).await);
    let (status, challenge) = challenges(get().header("Authorization", format!("Bearer {token}"))).await;
    assert_eq!(status, 403);
    assert!(
        challenge.contains("error=\"insufficient_scope\"") && challenge.ends_with(", scope=\"admin.user:read\""),
        "{challenge}"
    );
    for request in [
        get().header("Authorization", "OAuth oauth_token=\"x\""),
        Request::new("GET", "/api/v4/users?oauth_token=x"),
        get().body("application/x-www-form-urlencoded", "oauth_token=x"),
    ] {
        let (status, challenge) = challenges(request).await;
        assert_eq!(status, 401);
        assert!(challenge.starts_with("OAuth realm=\"Gatehouse\""), "{challenge}");
    }
    // The three-legged flow endpoints accept no access token.
    for path in [REQUEST, ACCESS] {
        let (status, challenge) = challenges(Request::new("POST", path)).await;
        assert_eq!(status, 401);
        assert!(challenge.starts_with("OAuth realm=\"Gatehouse\""), "{challenge}");
    }
    let unsigned = UnsignedRequest::post(REQUEST, server.now()).protocol("oauth_callback", "oob");
    assert_eq!(
        server
            .send(&server.consumer_credentials().sign(&unsigned))
            .await
            .header("www-authenticate"),
        None
    );
}

#[rstest]
#[tokio::test]
async fn token_endpoint_challenges_with_basic_and_connector_api_with_bearer(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let (status, all) = {
        let response = server.send(&post(TOKEN, &[("grant_type", "client_credentials")])).await;
        (response.status, response.headers("www-authenticate").join("|"))
    };
    assert_eq!(
        (status, all.as_str()),
        (401, "Basic realm=\"Gatehouse\", charset=\"UTF-8\"")
    );
    let key = api_key(&server).await;
    for (request, expected) in [
        (Request::new("GET", SETTINGS), BEARER.to_owned()),
        (
            Request::new("GET", SETTINGS).header("Authorization", "Basic eDp5"),
            BEARER.to_owned(),
        ),
        (
            Request::new("GET", SETTINGS).header("X-Api-Key", format!("{key}x")),
            format!("{BEARER}, error=\"invalid_token\""),
        ),
        (
            Request::new("GET", SETTINGS).header("Authorization", "Bearer x"),
            format!("{BEARER}, error=\"invalid_token\""),
        ),
    ] {
        let response = server.send(&request).await;
        assert_eq!(
            (response.status, response.headers("www-authenticate")),
            (401, vec![expected.as_str()])
        );
    }
}
