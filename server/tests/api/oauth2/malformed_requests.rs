//! Tests malformed requests. Each is answered with a client error, never with a server error.

use super::client::{Client, INTROSPECT, REVOKE, TOKEN, error, form, service_app};
use crate::http::Request;
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

const FORM: &str = "application/x-www-form-urlencoded";

#[rstest]
#[tokio::test]
async fn missing_repeated_or_malformed_parameters_are_rejected(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let id = client.id.to_string();
    let good = form(&client.with_credentials(&id, &[("grant_type", "client_credentials")]));
    for (body, expected) in [
        (String::new(), "invalid_client"),
        (good.replace("grant_type", "grant"), "invalid_request"),
        (format!("{good}&grant_type=client_credentials"), "invalid_request"),
        (format!("{good}&scope=asset:read&scope=asset:read"), "invalid_request"),
        (format!("{good}&client_id={id}"), "invalid_request"),
        (format!("{good}&x=%zz"), "invalid_request"),
        (format!("{good}&x=%ff"), "invalid_request"),
        (format!("{good}&{}", "a=1&".repeat(100)), "invalid_request"),
        ("{\"grant_type\":\"client_credentials\"}".to_owned(), "invalid_client"),
    ] {
        let response = server.send(&Request::new("POST", TOKEN).body(FORM, body.clone())).await;
        assert_eq!(error(&response), expected, "{body:.100}");
    }
    for path in [REVOKE, INTROSPECT] {
        let response = client.send(&server, path, &[]).await;
        assert_eq!(error(&response), "invalid_request", "{path}");
    }
}

#[rstest]
#[tokio::test]
async fn multiple_client_authentication_methods_are_rejected(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let id = client.id.to_string();
    let pairs = client.with_credentials(&id, &[("grant_type", "client_credentials")]);
    let both = super::client::post(TOKEN, &pairs).header("Authorization", client.basic());
    assert_eq!(error(&server.send(&both).await), "invalid_request");
    let twice = super::client::post(TOKEN, &[("grant_type", "client_credentials")])
        .header("Authorization", client.basic())
        .header("Authorization", client.basic());
    assert_eq!(error(&server.send(&twice).await), "invalid_request");
    // Many clients send the client id in the body in addition to the header.
    let pairs = [("grant_type", "client_credentials"), ("client_id", id.as_str())];
    let usual = super::client::post(TOKEN, &pairs).header("Authorization", client.basic());
    assert_eq!(server.send(&usual).await.status, 200);
    for header in ["Basic", "Basic ", "Basic !!!", "Basic aWQ=", "Bearer x", "Digest a=b"] {
        let request =
            super::client::post(TOKEN, &[("grant_type", "client_credentials")]).header("Authorization", header);
        assert_eq!(error(&server.send(&request).await), "invalid_client", "{header}");
    }
}

#[rstest]
#[tokio::test]
async fn body_that_is_not_a_short_form_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for path in [TOKEN, REVOKE, INTROSPECT] {
        let json = Request::new("POST", path).body("application/json", "{}");
        let response = server.send(&json).await;
        assert_eq!(response.status, 415, "{response:?}");
        assert_eq!(response.json()["error"], "invalid_request");
        let long = Request::new("POST", path).body(FORM, format!("a={}", "x".repeat(20_000)));
        assert_eq!(server.send(&long).await.status, 413);
        let none = server.send(&Request::new("POST", path)).await;
        assert_eq!(none.status, 415);
    }
    let long = format!("/v6/authentication/oauth2/auth?state={}", "x".repeat(9_000));
    let response = server.send(&Request::new("GET", &long)).await;
    assert!([414, 431].contains(&response.status), "{response:?}");
}

#[rstest]
#[tokio::test]
async fn guessing_client_secrets_is_rate_limited(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let config = TestConfig {
        api_rate: 1,
        ..TestConfig::default()
    };
    let server = TestServer::new(engine, config).await;
    let client = Client::register(&server, service_app()).await;
    let guess = Client {
        secret: Some("guess".to_owned()),
        ..client.clone()
    };
    let grant = [("grant_type", "client_credentials")];
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(guess.token(&server, &grant).await.status);
    }
    assert!(statuses[..10].iter().all(|status| *status == 401), "{statuses:?}");
    assert_eq!(statuses[11], 429);
    let response = guess.token(&server, &grant).await;
    assert!(response.header("retry-after").is_some() && response.header("ratelimit").is_some());
    assert_eq!(error(&response), "temporarily_unavailable");
}
