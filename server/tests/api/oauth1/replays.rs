//! Tests that a nonce is accepted once, also with concurrent requests and several nodes.

use crate::http::{Request, Response};
use crate::signer::{Method, ParameterLocation, UnsignedRequest};
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;
use tokio::task::JoinSet;

/// Sends the same request many times concurrently, to the nodes in turn.
async fn send_concurrently(server: &TestServer, request: &Request, times: usize, nodes: usize) -> Vec<Response> {
    let mut sending = JoinSet::new();
    for number in 0..times {
        let (request, address) = (request.clone(), server.node_address(number % nodes));
        sending.spawn(async move { request.send(address).await });
    }
    sending.join_all().await
}

fn assert_one_succeeds(responses: &[Response]) {
    let succeeded = responses.iter().filter(|response| response.status == 200).count();
    assert_eq!(succeeded, 1, "{responses:?}");
    for response in responses.iter().filter(|response| response.status != 200) {
        assert_eq!(
            (response.status, response.oauth_problem().as_str()),
            (401, "nonce_used")
        );
    }
}

#[rstest]
#[tokio::test]
async fn replayed_request_is_rejected_with_nonce_used(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for method in [Method::HmacSha1, Method::HmacSha256, Method::Plaintext] {
        let unsigned =
            UnsignedRequest::get("/api/v4/currentUser", server.now()).with(method, ParameterLocation::Header);
        let request = server.credentials.sign(&unsigned);
        assert_eq!(server.send(&request).await.status, 200);
        for _ in 0..3 {
            let again = server.send(&request).await;
            assert_eq!((again.status, again.oauth_problem().as_str()), (401, "nonce_used"));
        }
        // The nonce is also consumed for other requests with the same timestamp.
        let other = UnsignedRequest {
            path: "/api/v4/account".to_owned(),
            ..unsigned.clone()
        };
        assert_eq!(
            server.send(&server.credentials.sign(&other)).await.oauth_problem(),
            "nonce_used"
        );
        let later = UnsignedRequest {
            timestamp: unsigned.timestamp + 1,
            ..unsigned
        };
        assert_eq!(server.send(&server.credentials.sign(&later)).await.status, 200);
    }
}

#[rstest]
#[tokio::test]
async fn nonce_can_be_reused_by_another_token(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let (_, other) = server.create_token("ada@example.com").await;
    let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now());
    assert_eq!(server.send(&server.credentials.sign(&unsigned)).await.status, 200);
    assert_eq!(server.send(&other.sign(&unsigned)).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn concurrent_replays_succeed_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    assert_one_succeeds(&send_concurrently(&server, &server.signed_get("/api/v4/currentUser"), 50, 1).await);
}

#[rstest]
#[tokio::test]
async fn concurrent_replays_on_two_nodes_succeed_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    for _ in 0..5 {
        assert_one_succeeds(&send_concurrently(&server, &server.signed_get("/api/v4/currentUser"), 50, 2).await);
    }
}

#[rstest]
#[tokio::test]
async fn concurrent_requests_with_different_nonces_all_succeed(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let mut sending = JoinSet::new();
    for number in 0..200 {
        let (request, address) = (
            server.signed_get("/api/v4/currentUser"),
            server.node_address(number % 2),
        );
        sending.spawn(async move { request.send(address).await.status });
    }
    assert_eq!(sending.join_all().await, vec![200; 200]);
}

#[rstest]
#[tokio::test]
async fn nonce_is_remembered_while_its_timestamp_is_acceptable(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let ahead = server
        .credentials
        .sign(&UnsignedRequest::get("/api/v4/currentUser", server.now() + 300));
    assert_eq!(server.send(&ahead).await.status, 200);
    server.advance(600);
    portal::maintenance::run(server.portal()).await.unwrap();
    assert_eq!(server.send(&ahead).await.oauth_problem(), "nonce_used");
    server.advance(1);
    assert_eq!(server.send(&ahead).await.oauth_problem(), "timestamp_refused");
}
