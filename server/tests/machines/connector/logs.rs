//! What connectors log.

use super::client::{LOGS, key, logs, save};
use crate::http::{Answer, Call};
use crate::world::{Settings, World, on_each_engine};
use domain::remote_logs::{Filter, RemoteLog};
use domain::settings::Edit;
use portal::remote_logs;
use serde_json::json;

pub async fn switch(world: &World, on: bool) {
    save(world.portal(), &world.operator, &Edit::RemoteLogging(on)).await;
}

/// What is kept, the last received first.
pub async fn kept(world: &World) -> Vec<RemoteLog> {
    let filter = Filter::default();
    let logs = remote_logs::list(world.portal(), &world.operator, &filter)
        .await
        .unwrap();
    logs.records
}

fn lines(key: &str, body: impl Into<Vec<u8>>) -> Call {
    Call::new("POST", LOGS)
        .header("X-Api-Key", key)
        .body("application/x-ndjson; charset=utf-8", body)
}

fn assert_invalid(answer: &Answer, place: &str) {
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (400, "invalid"),
        "{answer:?}"
    );
    assert_eq!(answer.json()["errors"][0]["field"], place, "{answer:?}");
}

#[tokio::test]
async fn records_are_kept_in_either_form() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let list = json!([
            { "time": "2026-05-31T23:59:00Z", "level": "WARN", "message": "Slow", "thread": { "id": [1, 2] } },
            { "level": "error", "message": "Broken\u{0}" },
        ]);
        let call = logs(&key, list.to_string()).header("X-Connector", "xpxm/10; instance=\"North\"");
        let answer = world.send(&call).await;
        assert_eq!((answer.status, answer.json()), (202, json!({ "accepted": 2 })));
        let text = "{\"level\":\"info\",\"message\":\"One\"}\r\n\n  {\"level\":\"debug\",\"message\":\"Two\"}";
        let answer = world.send(&lines(&key, text)).await;
        assert_eq!((answer.status, answer.json()), (202, json!({ "accepted": 2 })));
        assert_eq!(world.send(&logs(&key, "[]")).await.json(), json!({ "accepted": 0 }));
        assert_eq!(world.send(&lines(&key, "\n\n")).await.json(), json!({ "accepted": 0 }));

        let kept = kept(&world).await;
        let messages: Vec<&str> = kept.iter().map(|record| record.message.as_str()).collect();
        assert_eq!(messages, ["Two", "One", "Broken\u{fffd}", "Slow"]);
        assert_eq!(
            (kept[3].at.rfc3339().as_str(), kept[3].level.code()),
            ("2026-05-31T23:59:00Z", "warning")
        );
        assert_eq!(
            (kept[3].implementation.as_str(), kept[0].implementation.as_str()),
            ("XP/XM North", "")
        );
    })
    .await;
}

#[tokio::test]
async fn nothing_is_taken_unless_it_is_switched_on() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        let call = logs(&key, "[{\"level\":\"info\",\"message\":\"x\"}]");
        let refused = async || {
            let answer = world.send(&call).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (403, "remote-logging-disabled")
            );
        };
        refused().await;
        switch(&world, true).await;
        assert_eq!(world.send(&call).await.status, 202);
        switch(&world, false).await;
        refused().await;
        assert_eq!(kept(&world).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_nothing_of_it_is_kept() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let good = "{\"level\":\"info\",\"message\":\"x\"}";
        for (body, place) in [
            (format!("[{good},{{\"level\":\"info\"}}]"), "[1]"),
            (format!("[{good},{good},7]"), "[2]"),
            (format!("[{good}"), "[1]"),
            (format!("[{good}]]"), "[1]"),
            (String::new(), "[0]"),
            (good.to_owned(), "[0]"),
            (
                format!("[{good},{{\"level\":\"loud\",\"message\":\"x\"}}]"),
                "[1].level",
            ),
            (
                "[{\"time\":\"now\",\"level\":\"info\",\"message\":\"x\"}]".to_owned(),
                "[0].time",
            ),
        ] {
            assert_invalid(&world.send(&logs(&key, body)).await, place);
        }
        for (body, place) in [
            (format!("{good}\n\n{good}\nnonsense\n{good}"), "[2]"),
            (format!("[{good}]"), "[0]"),
            (format!("{good}{good}"), "[0]"),
        ] {
            assert_invalid(&world.send(&lines(&key, body)).await, place);
        }
        let bytes = [b"{\"level\":\"info\",\"message\":\"\xff\"}".as_slice(), b"\n"].concat();
        assert_invalid(&world.send(&lines(&key, bytes)).await, "[0]");
        assert!(kept(&world).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_batch_has_its_bounds() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let records = |count: usize| vec!["{\"level\":\"info\",\"message\":\"x\"}"; count];
        let answer = world.send(&logs(&key, format!("[{}]", records(1_000).join(",")))).await;
        assert_eq!(answer.json(), json!({ "accepted": 1_000 }));
        for call in [
            logs(&key, format!("[{}]", records(1_001).join(","))),
            lines(&key, records(1_001).join("\n")),
        ] {
            assert_invalid(&world.send(&call).await, "records");
        }
        let padded = |length: usize| {
            let mut body = b"[]".to_vec();
            body.resize(length, b' ');
            logs(&key, body)
        };
        assert_eq!(world.send(&padded(1024 * 1024)).await.status, 202);
        let answer = world.send(&padded(1024 * 1024 + 1)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (413, "body-too-large"));

        for kind in [
            "text/plain",
            "application/json-seq",
            "application/x-www-form-urlencoded",
            "",
        ] {
            let call = Call::new("POST", LOGS)
                .header("X-Api-Key", key.as_str())
                .body(kind, "[]");
            let answer = world.send(&call).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (415, "unsupported-media-type"),
                "{kind}"
            );
        }
    })
    .await;
}
