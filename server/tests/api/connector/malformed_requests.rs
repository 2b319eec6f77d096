//! Tests malformed requests to the connector API.

use super::client::{EVENTS, LOGS, SETTINGS, api_key, field_path, get, log_request};
use super::logs::{set_remote_logging, stored_logs};
use crate::http::{Request, exchange};
use crate::test_server::{TestConfig, TestServer};
use portal::integration::implementations;
use rstest::rstest;
use testing::Engine;

#[rstest]
#[tokio::test]
async fn oversized_and_binary_headers_are_rejected_without_echo(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let huge = "x".repeat(60 * 1024);
    for path in [SETTINGS, EVENTS] {
        for name in ["X-Api-Key", "Authorization"] {
            for value in [
                huge.as_bytes(),
                b"\xff\xfe",
                format!("Bearer {huge}").as_bytes(),
                b"Bearer \xff",
            ] {
                let response = server.send(&Request::new("GET", path).header(name, value)).await;
                assert_eq!((response.status, response.problem().as_str()), (401, "invalid-api-key"));
                assert!(response.body.len() < 1_000, "input is echoed in the response");
            }
        }
    }
    for value in [
        huge.as_bytes(),
        b"\xff/1",
        format!("a/1; instance=\"{huge}\"").as_bytes(),
    ] {
        let response = server.send(&get(&key, SETTINGS).header("X-Connector", value)).await;
        assert_eq!((response.status, response.problem().as_str()), (400, "invalid"));
        assert!(response.body.len() < 1_000, "input is echoed in the response");
    }
    for value in [
        huge.as_bytes(),
        b"\"\xff\"",
        "\"x\",".repeat(15_000).as_bytes(),
        b"\"",
        b"W/",
    ] {
        let response = server.send(&get(&key, SETTINGS).header("If-None-Match", value)).await;
        assert_eq!(response.status, 200);
    }
    assert!(
        implementations::list(server.portal(), &server.operator)
            .await
            .unwrap()
            .is_empty()
    );
}

#[rstest]
#[tokio::test]
async fn request_input_is_not_injected_into_response_headers(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let injected = "a%0d%0aX-Injected:%20yes";
    let response = server.send(&get(&key, &field_path(injected))).await;
    assert_eq!((response.status, response.header("x-injected")), (200, None));
    for line in [
        "X-Connector: a/1; instance=\"x\rX-Injected: yes\"\r\n".to_owned(),
        "X-Connector: a/1\0\r\n".to_owned(),
        "Last-Event-ID: 1\x0bX-Injected: yes\r\n".to_owned(),
    ] {
        let request =
            format!("GET {SETTINGS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: {key}\r\n{line}\r\n");
        let response = exchange(server.address(), request.as_bytes()).await.unwrap();
        assert_eq!((response.status, response.header("x-injected")), (400, None), "{line}");
    }
    let named = get(&key, SETTINGS).header("X-Connector", "a/1; instance=\"<b>\\\"'; --\"");
    assert_eq!(server.send(&named).await.status, 200);
    let implementations = implementations::list(server.portal(), &server.operator).await.unwrap();
    assert_eq!(implementations[0].connector.instance, "<b>\"'; --");
}

#[rstest]
#[tokio::test]
async fn oversized_and_deeply_nested_log_bodies_are_rejected(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let deep = "[".repeat(500_000);
    let record = |message: &str| {
        format!(
            "{{\"level\":\"info\",\"message\":\"{message}\",\"x\":{}{}}}",
            "[".repeat(1_000),
            "]".repeat(1_000)
        )
    };
    let bodies = [
        deep.clone(),
        format!("[{deep}"),
        format!("[{{\"level\":{deep}"),
        "{}\n".repeat(300_000),
        "[\n".repeat(500_000),
        format!("[{}]", "{},".repeat(300_000)),
        format!("[\"{}\"]", "x".repeat(1_000_000)),
        format!("[{{\"level\":\"{}\",\"message\":\"x\"}}]", "x".repeat(1_000_000)),
        "\0".repeat(1_000),
        "[1e999999]".to_owned(),
    ];
    for body in bodies {
        for kind in ["application/json", "application/x-ndjson"] {
            let request = Request::new("POST", LOGS)
                .header("X-Api-Key", key.as_str())
                .body(kind, body.as_str());
            let response = server.send(&request).await;
            // Either the whole body is rejected, or no record in it is accepted.
            match response.status {
                202 => assert_eq!(response.json()["accepted"], 0, "{kind}: {:.40}", body),
                _ => assert_eq!(response.problem(), "invalid", "{kind}: {:.40}", body),
            }
            assert!(response.body.len() < 5_000, "input is echoed in the response");
        }
    }
    assert!(stored_logs(&server).await.is_empty());
    // Unknown members may be nested to any depth, and a message may be as long as the body.
    assert_eq!(
        server
            .send(&log_request(&key, format!("[{}]", record("nested"))))
            .await
            .status,
        202
    );
    let long = format!("[{{\"level\":\"info\",\"message\":\"{}\"}}]", "ü".repeat(500_000));
    assert_eq!(server.send(&log_request(&key, long)).await.status, 202);
    assert_eq!(stored_logs(&server).await[0].message.chars().count(), 4_001);
}
