//! Tests the remote logs endpoint.

use super::client::{LOGS, api_key, log_request, save};
use crate::http::{Request, Response};
use crate::test_server::{TestConfig, TestServer};
use domain::integration::remote_logs::{LogFilter, RemoteLog};
use domain::integration::settings::Edit;
use portal::integration::remote_logs;
use rstest::rstest;
use serde_json::json;
use testing::Engine;

pub async fn set_remote_logging(server: &TestServer, is_enabled: bool) {
    save(server.portal(), &server.operator, &Edit::RemoteLogging(is_enabled)).await;
}

/// Returns the stored log records, latest first.
pub async fn stored_logs(server: &TestServer) -> Vec<RemoteLog> {
    let filter = LogFilter::default();
    let logs = remote_logs::list(server.portal(), &server.operator, &filter)
        .await
        .unwrap();
    logs.records
}

fn ndjson_request(key: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", LOGS)
        .header("X-Api-Key", key)
        .body("application/x-ndjson; charset=utf-8", body)
}

fn assert_invalid(response: &Response, field: &str) {
    assert_eq!(
        (response.status, response.problem().as_str()),
        (400, "invalid"),
        "{response:?}"
    );
    assert_eq!(response.json()["errors"][0]["field"], field, "{response:?}");
}

#[rstest]
#[tokio::test]
async fn log_records_are_stored_from_json_and_ndjson(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let list = json!([
        { "time": "2026-05-31T23:59:00Z", "level": "WARN", "message": "Slow", "thread": { "id": [1, 2] } },
        { "level": "error", "message": "Broken\u{0}" },
    ]);
    let request = log_request(&key, list.to_string()).header("X-Connector", "xpxm/10; instance=\"North\"");
    let response = server.send(&request).await;
    assert_eq!((response.status, response.json()), (202, json!({ "accepted": 2 })));
    let text = "{\"level\":\"info\",\"message\":\"One\"}\r\n\n  {\"level\":\"debug\",\"message\":\"Two\"}";
    let response = server.send(&ndjson_request(&key, text)).await;
    assert_eq!((response.status, response.json()), (202, json!({ "accepted": 2 })));
    assert_eq!(
        server.send(&log_request(&key, "[]")).await.json(),
        json!({ "accepted": 0 })
    );
    assert_eq!(
        server.send(&ndjson_request(&key, "\n\n")).await.json(),
        json!({ "accepted": 0 })
    );

    let stored = stored_logs(&server).await;
    let messages: Vec<&str> = stored.iter().map(|record| record.message.as_str()).collect();
    assert_eq!(messages, ["Two", "One", "Broken\u{fffd}", "Slow"]);
    assert_eq!(
        (stored[3].at.rfc3339().as_str(), stored[3].level.code()),
        ("2026-05-31T23:59:00Z", "warning")
    );
    assert_eq!(
        (stored[3].implementation.as_str(), stored[0].implementation.as_str()),
        ("XP/XM North", "")
    );
}

#[rstest]
#[tokio::test]
async fn log_records_are_rejected_while_remote_logging_is_disabled(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let request = log_request(&key, "[{\"level\":\"info\",\"message\":\"x\"}]");
    let assert_disabled = async || {
        let response = server.send(&request).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (403, "remote-logging-disabled")
        );
    };
    assert_disabled().await;
    set_remote_logging(&server, true).await;
    assert_eq!(server.send(&request).await.status, 202);
    set_remote_logging(&server, false).await;
    assert_disabled().await;
    assert_eq!(stored_logs(&server).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn invalid_log_record_is_reported_and_the_others_are_stored(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let good = "{\"level\":\"info\",\"message\":\"good\"}";
    let bad = [
        ("{\"level\":\"info\"}", "message"),
        ("{\"level\":\"loud\",\"message\":\"x\"}", "level: "),
        ("{\"time\":\"now\",\"level\":\"info\",\"message\":\"x\"}", "time: "),
        ("{\"time\":7,\"level\":\"info\",\"message\":\"x\"}", "integer `7`"),
        (
            "{\"time\":\"2026-02-30T00:00:00Z\",\"level\":\"info\",\"message\":\"x\"}",
            "time: ",
        ),
        ("{\"level\":\"info\",\"message\":\"x\",\"message\":\"y\"}", "duplicate"),
        ("7", "integer `7`"),
        ("nonsense", "parse the record"),
    ];
    let mut expected = 0;
    for (bad, reason) in bad {
        for (request, index) in [
            (log_request(&key, format!("[{good},{bad},{good}]")), 1),
            (log_request(&key, format!("[{bad},{good},{good}]")), 0),
            (ndjson_request(&key, format!("{good}\n\n{good}\r\n{bad}")), 2),
        ] {
            let response = server.send(&request).await;
            assert_eq!(response.status, 202, "{bad}: {response:?}");
            let body = response.json();
            let message = body["rejected"][0]["reason"].as_str().unwrap();
            assert_eq!(
                body,
                json!({ "accepted": 2, "rejected": [{ "index": index, "reason": message }] })
            );
            assert!(message.contains(reason) && message.len() < 300, "{message}");
            expected += 2;
        }
    }
    // A batch whose only record is invalid is still answered 202, so that the client does not retry it.
    let response = server.send(&log_request(&key, "[7]")).await;
    assert_eq!((response.status, &response.json()["accepted"]), (202, &json!(0)));
    // All records fit on one page and have the same message.
    assert_eq!(expected, 48);
    let stored = stored_logs(&server).await;
    assert_eq!(stored.len(), expected);
    assert!(stored.iter().all(|record| record.message == "good"));
    for body in [String::new(), good.to_owned(), "null".to_owned()] {
        assert_invalid(&server.send(&log_request(&key, body)).await, "records");
    }
}

#[rstest]
#[tokio::test]
async fn lone_surrogate_or_invalid_utf_8_in_log_message_is_replaced(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let truncated = r#"{"level":"info","message":"cut \ud83d"}"#;
    let whole = r#"{"level":"info","message":"whole \ud83d\ude00"}"#;
    for request in [
        log_request(&key, format!("\u{feff}[{truncated},{whole}]")),
        ndjson_request(&key, format!("{truncated}\n{whole}")),
        log_request(&key, format!("[{truncated},{whole}]")).header("Idempotency-Key", "one"),
        ndjson_request(
            &key,
            [
                br#"{"level":"info","message":"cut "#,
                &b"\xf0\x9f\"}\n"[..],
                whole.as_bytes(),
            ]
            .concat(),
        ),
    ] {
        let response = server.send(&request).await;
        assert_eq!(
            (response.status, response.json()),
            (202, json!({ "accepted": 2 })),
            "{request:?}"
        );
        let stored = stored_logs(&server).await;
        assert_eq!(
            (stored[0].message.as_str(), stored[1].message.as_str()),
            ("whole \u{1f600}", "cut \u{fffd}")
        );
    }
}

#[rstest]
#[tokio::test]
async fn partially_rejected_log_batch_is_stored_once_per_idempotency_key(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let body = r#"[{"level":"info","message":"x"},{}]"#;
    let first = server
        .send(&log_request(&key, body).header("Idempotency-Key", "k"))
        .await;
    let again = server
        .send(&log_request(&key, body).header("Idempotency-Key", "k"))
        .await;
    assert_eq!((first.status, again.status), (202, 202));
    assert_eq!(first.json(), again.json());
    assert_eq!(first.json()["rejected"][0]["index"], 1);
    assert_eq!(stored_logs(&server).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn log_batch_over_record_or_byte_limit_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let records = |count: usize| vec!["{\"level\":\"info\",\"message\":\"x\"}"; count];
    let response = server
        .send(&log_request(&key, format!("[{}]", records(1_000).join(","))))
        .await;
    assert_eq!(response.json(), json!({ "accepted": 1_000 }));
    for request in [
        log_request(&key, format!("[{}]", records(1_001).join(","))),
        ndjson_request(&key, records(1_001).join("\n")),
    ] {
        assert_invalid(&server.send(&request).await, "records");
    }
    let padded = |length: usize| {
        let mut body = b"[]".to_vec();
        body.resize(length, b' ');
        log_request(&key, body)
    };
    assert_eq!(server.send(&padded(1024 * 1024)).await.status, 202);
    let response = server.send(&padded(1024 * 1024 + 1)).await;
    assert_eq!((response.status, response.problem().as_str()), (413, "body-too-large"));

    for kind in [
        "text/plain",
        "application/json-seq",
        "application/x-www-form-urlencoded",
        "",
    ] {
        let request = Request::new("POST", LOGS)
            .header("X-Api-Key", key.as_str())
            .body(kind, "[]");
        let response = server.send(&request).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (415, "unsupported-media-type"),
            "{kind}"
        );
    }
}
