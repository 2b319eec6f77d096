//! Tests redirects and body limits of the OAuth 1.0a endpoints.

use super::three_legged::{ACCESS, REQUEST};
use crate::http::Request;
use crate::signer::UnsignedRequest;
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

#[rstest]
#[tokio::test]
async fn oauth1_authorize_endpoint_redirects_to_the_consent_page(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let cases = [
        (
            "/api/v4/oauth/authorise/?oauth_token=abc",
            "/oauth1/authorise?oauth_token=abc",
        ),
        (
            "/api/v4/oauth/authorise?oauth_token=a%26b%3D",
            "/oauth1/authorise?oauth_token=a%26b%3D",
        ),
        (
            "/api/v4/oauth/authorise/?oauth_token=abc&callback=https://x.example/b?c",
            "/oauth1/authorise?oauth_token=abc&callback=https%3A%2F%2Fx.example%2Fb%3Fc",
        ),
        (
            "/api/v4/oauth/authorise/?oauth_callback=app%3A%2F%2Fb&oauth_token=abc&else=1",
            "/oauth1/authorise?oauth_token=abc&callback=app%3A%2F%2Fb",
        ),
    ];
    for (path, expected) in cases {
        let response = server.send(&Request::new("GET", path)).await;
        assert_eq!((response.status, response.header("location")), (303, Some(expected)));
    }
    for invalid in [
        "/api/v4/oauth/authorise?oauth_token=%zz",
        "/api/v4/oauth/authorise?oauth_token=a&oauth_token=b",
    ] {
        let response = server.send(&Request::new("GET", invalid)).await;
        assert_eq!(response.status, 400);
        response.problem();
    }
}

#[rstest]
#[tokio::test]
async fn oauth1_endpoint_body_must_be_a_form_of_at_most_64_kib(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let signed = || {
        let unsigned = UnsignedRequest::post(REQUEST, server.now()).protocol("oauth_callback", "oob");
        server.consumer_credentials().sign(&unsigned)
    };
    assert_eq!(
        server.send(&signed().body("application/json", "{}")).await.problem(),
        "unsupported-media-type"
    );
    assert_eq!(
        server
            .send(&Request {
                body: b"x".to_vec(),
                ..signed()
            })
            .await
            .status,
        415
    );
    assert_eq!(
        server.send(&signed().body("application/json", "")).await.status,
        200,
        "the content type of an empty body is ignored"
    );

    let form = "application/x-www-form-urlencoded";
    for path in [REQUEST, ACCESS, "/api/v4/currentUser"] {
        let verb = if path.contains("oauth") { "POST" } else { "GET" };
        let response = server
            .send(&Request::new(verb, path).body(form, "a".repeat(64 * 1024 + 1)))
            .await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (413, "body-too-large"),
            "{path}"
        );
        let response = server
            .send(&Request::new(verb, path).body(form, "a".repeat(64 * 1024)))
            .await;
        assert_eq!(response.status, 401, "{path}");
    }
}
