//! Tests the `Idempotency-Key` header.

use super::client::{api_key, log_request};
use super::logs::{set_remote_logging, stored_logs};
use crate::http::Request;
use crate::test_server::{TestConfig, TestServer};
use portal::maintenance;
use rstest::rstest;
use serde_json::json;
use testing::Engine;

fn record(message: &str) -> String {
    json!([{ "level": "info", "message": message }]).to_string()
}

fn keyed_request(key: &str, idempotency_key: &str, message: &str) -> Request {
    log_request(key, record(message)).header("Idempotency-Key", idempotency_key)
}

#[rstest]
#[tokio::test]
async fn repeated_log_batch_with_same_idempotency_key_is_stored_once_for_a_day(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let request = keyed_request(&key, "8e03978e-40d5-43dd-bc93-6894a57f9324", "One");
    for _ in 0..3 {
        let response = server.send(&request).await;
        assert_eq!((response.status, response.json()), (202, json!({ "accepted": 1 })));
    }
    assert_eq!(stored_logs(&server).await.len(), 1);
    // The first response is returned, whatever has changed since.
    set_remote_logging(&server, false).await;
    assert_eq!(server.send(&request).await.status, 202);
    assert_eq!(server.send(&keyed_request(&key, "another", "One")).await.status, 403);
    set_remote_logging(&server, true).await;
    assert_eq!(
        server.send(&keyed_request(&key, "another", "One")).await.status,
        202,
        "a rejected request does not reserve the key"
    );

    let other = server.send(&keyed_request(&key, "another", "Two")).await;
    assert_eq!(
        (other.status, other.problem().as_str()),
        (422, "idempotency-key-reused")
    );
    assert_eq!(stored_logs(&server).await.len(), 2);

    server.advance(24 * 3600 - 1);
    maintenance::run(server.portal()).await.unwrap();
    assert_eq!(server.send(&request).await.status, 202);
    assert_eq!(stored_logs(&server).await.len(), 2);
    server.advance(1);
    assert_eq!(
        server.send(&keyed_request(&key, "another", "Two")).await.status,
        202,
        "the key expires after a day"
    );
    maintenance::run(server.portal()).await.unwrap();
    assert_eq!(server.send(&request).await.status, 202);
    assert_eq!(stored_logs(&server).await.len(), 4);
}

#[rstest]
#[tokio::test]
async fn concurrent_log_batches_with_same_idempotency_key_are_stored_once(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    for round in 0..5 {
        let request = keyed_request(&key, &format!("round {round}"), "One");
        let (first_node, second_node) = (server.node_address(0), server.node_address(1));
        let responses = tokio::join!(
            request.send(first_node),
            request.send(second_node),
            request.send(first_node),
            request.send(second_node),
            request.send(first_node),
            request.send(second_node)
        );
        let (a, b, c, d, e, f) = responses;
        for response in [a, b, c, d, e, f] {
            // A node that has not yet seen that remote logging is enabled answers 403 and stores nothing.
            assert!([202, 403].contains(&response.status), "{response:?}");
        }
        assert_eq!(stored_logs(&server).await.len(), round + 1);
    }
}

#[rstest]
#[tokio::test]
async fn idempotency_key_is_scoped_to_the_account(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let own_key = api_key(&server).await;
    let other = server.create_other_account().await;
    let other_key = super::client::api_key_of(server.portal(), &other).await;
    set_remote_logging(&server, true).await;
    let edit = domain::integration::settings::Edit::RemoteLogging(true);
    super::client::save(server.portal(), &other, &edit).await;
    for key in [&own_key, &other_key] {
        let message = format!("for {}", key.len());
        assert_eq!(server.send(&keyed_request(key, "same", &message)).await.status, 202);
    }
    assert_eq!(
        server.send(&keyed_request(&other_key, "same", "else")).await.status,
        422
    );
    assert_eq!(stored_logs(&server).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn invalid_idempotency_key_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let too_long = "x".repeat(256);
    for request in [
        keyed_request(&key, "", "x"),
        keyed_request(&key, &too_long, "x"),
        keyed_request(&key, "ä", "x"),
        keyed_request(&key, "a", "x").header("Idempotency-Key", "b"),
    ] {
        let response = server.send(&request).await;
        assert_eq!((response.status, response.problem().as_str()), (400, "invalid"));
        assert_eq!(response.json()["errors"][0]["field"], "Idempotency-Key");
    }
    assert_eq!(server.send(&keyed_request(&key, &too_long[1..], "x")).await.status, 202);
}
