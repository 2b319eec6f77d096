//! Tests the settings endpoint and its ETag.

use super::client::{SETTINGS, api_key, field, get, language, save};
use crate::http::Request;
use crate::test_server::{TestConfig, TestServer};
use domain::integration::settings::{ConnectionForm, Edit};
use portal::Secret;
use portal::integration::settings::SecretChange;
use rstest::rstest;
use serde_json::json;
use std::time::{Duration, Instant};
use testing::Engine;

#[rstest]
#[tokio::test]
async fn settings_response_contains_everything_but_the_client_secret(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let response = server.send(&get(&key, SETTINGS)).await;
    let expected = json!({
        "revision": 0, "portal": { "dam": "bynder" }, "language": "en_US", "remoteLogging": false, "global": {},
        "fields": [],
    });
    assert_eq!(response.json(), expected);
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(response.header("cache-control"), Some("private, no-cache"));

    let connection = Edit::Connection(ConnectionForm {
        url: "Acme.bynder.com/login".to_owned(),
        dam: "bynder".to_owned(),
        client_id: "abc".to_owned(),
    });
    let secret = SecretChange::Replace(Secret::new("hunter2hunter2".to_owned()));
    portal::integration::settings::save_with(server.portal(), &server.operator, 0, &connection, secret)
        .await
        .unwrap();
    save(server.portal(), &server.operator, &field("Hero", "cat")).await;
    let response = server.send(&get(&key, SETTINGS)).await;
    let expected = json!({
        "revision": 2,
        "portal": { "url": "https://acme.bynder.com", "dam": "bynder", "clientId": "abc" },
        "language": "en_US", "remoteLogging": false, "global": {},
        "fields": [{ "field": "Hero", "defaultSearchTerm": "cat" }],
    });
    assert_eq!(response.json(), expected);
    assert!(!format!("{response:?}").contains("hunter2"));
}

#[rstest]
#[tokio::test]
async fn settings_with_matching_etag_are_answered_304(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let first = server.send(&get(&key, SETTINGS)).await;
    let etag = first.header("etag").unwrap().to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    for list in [
        etag.clone(),
        format!("W/{etag}"),
        "*".to_owned(),
        format!("\"a,b\", {etag}"),
    ] {
        let response = server
            .send(&get(&key, SETTINGS).header("If-None-Match", list.as_str()))
            .await;
        assert_eq!((response.status, response.body.as_str()), (304, ""), "{list}");
        assert_eq!(response.header("etag"), Some(etag.as_str()));
        assert_eq!(response.header("cache-control"), Some("private, no-cache"));
        assert_eq!(response.header("content-type"), None);
    }
    let head = Request::new("HEAD", SETTINGS).header("X-Api-Key", key.as_str());
    assert_eq!(server.send(&head).await.header("etag"), Some(etag.as_str()));
    let conditional = get(&key, SETTINGS).header("If-None-Match", etag.as_str());
    save(server.portal(), &server.operator, &language("nl_NL")).await;
    let changed = server.send(&conditional).await;
    assert_eq!(
        (changed.status, changed.json()["language"].as_str()),
        (200, Some("nl_NL"))
    );
    assert_ne!(changed.header("etag"), Some(etag.as_str()));
    // A new revision changes the ETag even if the settings are the same.
    save(server.portal(), &server.operator, &language("en_US")).await;
    assert_eq!(server.send(&conditional).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn settings_saved_on_one_node_are_served_by_others_within_a_second(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let key = api_key(&server).await;
    let request = get(&key, SETTINGS);
    for node in 0..2 {
        assert_eq!(request.send(server.node_address(node)).await.json()["revision"], 0);
    }
    save(server.portal(), &server.operator, &language("fr_FR")).await;
    let saved = Instant::now();
    assert_eq!(
        request.send(server.node_address(0)).await.json()["revision"],
        1,
        "not immediate on the saving node"
    );
    while request.send(server.node_address(1)).await.json()["revision"] != 1 {
        assert!(
            saved.elapsed() < Duration::from_secs(1),
            "not on the other node after a second"
        );
    }
}

#[rstest]
#[tokio::test]
async fn connector_api_rejects_other_methods_and_unknown_paths(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    for (method, path, allowed) in [
        ("POST", SETTINGS, "GET,HEAD"),
        ("DELETE", "/api/connector/v1/settings/fields/Hero", "GET,HEAD"),
        ("GET", "/api/connector/v1/logs", "POST"),
    ] {
        let response = server
            .send(&Request::new(method, path).header("X-Api-Key", key.as_str()))
            .await;
        assert_eq!(
            (response.status, response.header("allow")),
            (405, Some(allowed)),
            "{path}"
        );
        assert_eq!(response.problem(), "method-not-allowed");
    }
    for path in [
        "/api/connector",
        "/api/connector/v1",
        "/api/connector/v1/settings/fields/",
        "/api/connector/v2/settings",
    ] {
        let response = server.send(&get(&key, path)).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (404, "unknown-route"),
            "{path}"
        );
    }
}
