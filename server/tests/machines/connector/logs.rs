//! What connectors log.

use super::client::{LOGS, key, logs, save};
use crate::http::{Answer, Call};
use crate::world::{Settings, World, on_each_engine};
use domain::integration::remote_logs::{Filter, RemoteLog};
use domain::integration::settings::Edit;
use portal::integration::remote_logs;
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
async fn a_bad_record_is_named_and_the_others_are_kept() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
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
            ("nonsense", "cannot be read"),
        ];
        let mut expected = 0;
        for (bad, reason) in bad {
            for (call, index) in [
                (logs(&key, format!("[{good},{bad},{good}]")), 1),
                (logs(&key, format!("[{bad},{good},{good}]")), 0),
                (lines(&key, format!("{good}\n\n{good}\r\n{bad}")), 2),
            ] {
                let answer = world.send(&call).await;
                assert_eq!(answer.status, 202, "{bad}: {answer:?}");
                let body = answer.json();
                assert_eq!(
                    (&body["accepted"], body["rejected"].as_array().unwrap().len()),
                    (&json!(2), 1)
                );
                assert_eq!(body["rejected"][0]["index"], index);
                let said = body["rejected"][0]["reason"].as_str().unwrap();
                assert!(said.contains(reason) && said.len() < 300, "{said}");
                expected += 2;
            }
        }
        // Nothing is left of a batch of one, and yet its client need not send it again.
        let answer = world.send(&logs(&key, "[7]")).await;
        assert_eq!((answer.status, &answer.json()["accepted"]), (202, &json!(0)));
        // The records of a page; all have the same message.
        assert_eq!(expected, 48);
        let kept = kept(&world).await;
        assert_eq!(kept.len(), expected);
        assert!(kept.iter().all(|record| record.message == "good"));
        for body in [String::new(), good.to_owned(), "null".to_owned()] {
            assert_invalid(&world.send(&logs(&key, body)).await, "records");
        }
    })
    .await;
}

#[tokio::test]
async fn half_a_surrogate_pair_or_a_byte_that_is_no_text_is_replaced() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let cut = r#"{"level":"info","message":"cut \ud83d"}"#;
        let whole = r#"{"level":"info","message":"whole \ud83d\ude00"}"#;
        for call in [
            logs(&key, format!("\u{feff}[{cut},{whole}]")),
            lines(&key, format!("{cut}\n{whole}")),
            logs(&key, format!("[{cut},{whole}]")).header("Idempotency-Key", "one"),
            lines(
                &key,
                [
                    br#"{"level":"info","message":"cut "#,
                    &b"\xf0\x9f\"}\n"[..],
                    whole.as_bytes(),
                ]
                .concat(),
            ),
        ] {
            let answer = world.send(&call).await;
            assert_eq!(
                (answer.status, answer.json()),
                (202, json!({ "accepted": 2 })),
                "{call:?}"
            );
            let kept = kept(&world).await;
            assert_eq!(
                (kept[0].message.as_str(), kept[1].message.as_str()),
                ("whole \u{1f600}", "cut \u{fffd}")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_batch_with_a_bad_record_is_kept_once_too() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let body = r#"[{"level":"info","message":"x"},{}]"#;
        let first = world.send(&logs(&key, body).header("Idempotency-Key", "k")).await;
        let again = world.send(&logs(&key, body).header("Idempotency-Key", "k")).await;
        assert_eq!((first.status, again.status), (202, 202));
        assert_eq!(first.json(), again.json());
        assert_eq!(first.json()["rejected"][0]["index"], 1);
        assert_eq!(kept(&world).await.len(), 1);
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
