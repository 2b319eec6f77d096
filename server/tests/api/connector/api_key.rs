//! Tests authentication with the connector API key.

use super::client::{SETTINGS, api_key, api_key_of, field, get, rotate, save};
use crate::http::{Request, Response};
use crate::test_server::{TestConfig, TestServer};
use domain::integration::api_keys::Overlap;
use portal::integration::{api_keys, implementations};
use rstest::rstest;
use serde_json::json;
use testing::Engine;

fn assert_rejected(response: &Response) {
    assert_eq!(
        (response.status, response.problem().as_str()),
        (401, "invalid-api-key"),
        "{response:?}"
    );
    let challenge = response.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer realm=\""), "{challenge}");
}

#[rstest]
#[tokio::test]
async fn api_key_is_accepted_in_x_api_key_or_bearer_header(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    for path in [SETTINGS, "/api/connector/v1/settings/"] {
        assert_eq!(server.send(&get(&key, path)).await.status, 200);
        let bearer = Request::new("GET", path).header("Authorization", format!("Bearer {key}"));
        assert_eq!(server.send(&bearer).await.status, 200);
    }
    for request in [
        Request::new("GET", SETTINGS),
        get("", SETTINGS),
        get(&key[1..], SETTINGS),
        get(&format!("{key}x"), SETTINGS),
        get(&key.to_uppercase(), SETTINGS),
        Request::new("GET", SETTINGS).header("Authorization", format!("Basic {key}")),
        Request::new("GET", SETTINGS).header("Authorization", "Bearer"),
        Request::new("GET", &format!("{SETTINGS}?x-api-key={key}")),
        server.signed_get(SETTINGS),
    ] {
        assert_rejected(&server.send(&request).await);
    }
    for two_keys in [
        get(&key, SETTINGS).header("Authorization", format!("Bearer {key}")),
        get(&key, SETTINGS).header("X-Api-Key", key.as_str()),
    ] {
        let response = server.send(&two_keys).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (400, "malformed-request")
        );
    }
}

#[rstest]
#[tokio::test]
async fn api_key_returns_settings_of_its_own_account_only(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let other = server.create_other_account().await;
    save(server.portal(), &other, &field("Theirs", "cat")).await;
    save(server.portal(), &server.operator, &field("Ours", "dog")).await;
    let ours = server.send(&get(&api_key(&server).await, SETTINGS)).await;
    let theirs = server
        .send(&get(&api_key_of(server.portal(), &other).await, SETTINGS))
        .await;
    assert_eq!(
        ours.json()["fields"],
        json!([{ "field": "Ours", "defaultSearchTerm": "dog" }])
    );
    assert_eq!(
        theirs.json()["fields"],
        json!([{ "field": "Theirs", "defaultSearchTerm": "cat" }])
    );
    assert!(!ours.body.contains("Theirs") && !theirs.body.contains("Ours"));
}

#[rstest]
#[tokio::test]
async fn rotated_api_key_works_until_its_overlap_ends(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let old = api_key(&server).await;
    let status = async |key: &str| server.send(&get(key, SETTINGS)).await.status;
    rotate(server.portal(), &server.operator, Overlap::Hour).await;
    let new = api_key(&server).await;
    assert_ne!(old, new);
    assert_eq!((status(&old).await, status(&new).await), (200, 200));
    server.advance(3599);
    assert_eq!((status(&old).await, status(&new).await), (200, 200));
    server.advance(1);
    assert_rejected(&server.send(&get(&old, SETTINGS)).await);
    assert_eq!(status(&new).await, 200);
    rotate(server.portal(), &server.operator, Overlap::Day).await;
    api_keys::revoke_previous(server.portal(), &server.operator)
        .await
        .unwrap();
    assert_eq!((status(&new).await, status(&api_key(&server).await).await), (401, 200));
}

#[rstest]
#[tokio::test]
async fn x_connector_header_registers_an_implementation(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let revision = save(server.portal(), &server.operator, &field("Hero", "cat")).await;
    let named = get(&key, SETTINGS).header(
        "X-Connector",
        "SitecoreAI/2.1.0; instance=\"Köln\"; environment=staging",
    );
    assert_eq!(server.send(&named).await.status, 200);
    let implementations = implementations::list(server.portal(), &server.operator).await.unwrap();
    assert_eq!(implementations.len(), 1);
    assert_eq!(implementations[0].title(), "SitecoreAI Köln");
    assert_eq!(
        (
            implementations[0].connector.version.as_str(),
            implementations[0].revision
        ),
        ("2.1.0", Some(revision))
    );
    let current = api_keys::get(server.portal(), &server.operator).await.unwrap().current;
    assert_eq!(current.last_used_by, "SitecoreAI Köln");

    for invalid in ["", "sitecoreai", "a/1; instance=\"x", "a/1; instance=\"x\" y"] {
        let response = server.send(&get(&key, SETTINGS).header("X-Connector", invalid)).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (400, "invalid"),
            "{invalid}"
        );
        assert_eq!(response.json()["errors"][0]["field"], "X-Connector");
    }
    // Without an API key, an invalid `X-Connector` header is not reported.
    let without_key = Request::new("GET", SETTINGS).header("X-Connector", "nonsense");
    assert_rejected(&server.send(&without_key).await);
    let two_headers = get(&key, SETTINGS)
        .header("X-Connector", "a/1")
        .header("X-Connector", "b/1");
    assert_eq!(server.send(&two_headers).await.status, 400);
    assert_eq!(
        implementations::list(server.portal(), &server.operator)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[rstest]
#[tokio::test]
async fn rate_limit_counts_valid_api_key_by_credential_and_guesses_by_address(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let config = TestConfig {
        api_rate: 1,
        ..TestConfig::default()
    };
    let server = TestServer::new(engine, config).await;
    let key = api_key(&server).await;
    let first = server.send(&get(&key, SETTINGS)).await;
    assert_eq!(first.header("ratelimit"), Some("\"credential\";r=9;t=1"));
    let mut guesses = 0;
    let limited = loop {
        let response = server.send(&get(&format!("guess{guesses}"), SETTINGS)).await;
        if response.status == 429 {
            break response;
        }
        assert_rejected(&response);
        assert!(response.header("ratelimit").unwrap().starts_with("\"address\";"));
        guesses += 1;
        assert!(guesses < 100, "never limited");
    };
    assert_eq!(limited.header("retry-after"), Some("1"));
    let mut accepted = 1;
    while server.send(&get(&key, SETTINGS)).await.status == 200 {
        accepted += 1;
        assert!(accepted < 100, "never limited");
    }
    assert!(guesses >= 10 && accepted >= 10, "{guesses} {accepted}");
}
