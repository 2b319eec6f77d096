//! What no connector sends.

use super::client::{EVENTS, LOGS, SETTINGS, field_path, get, key, logs};
use super::logs::{kept, switch};
use crate::http::{Call, exchange};
use crate::world::{Settings, on_each_engine};
use portal::integration::implementations;

#[tokio::test]
async fn headers_of_any_size_and_bytes() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        let huge = "x".repeat(60 * 1024);
        for path in [SETTINGS, EVENTS] {
            for name in ["X-Api-Key", "Authorization"] {
                for value in [
                    huge.as_bytes(),
                    b"\xff\xfe",
                    format!("Bearer {huge}").as_bytes(),
                    b"Bearer \xff",
                ] {
                    let answer = world.send(&Call::new("GET", path).header(name, value)).await;
                    assert_eq!((answer.status, answer.problem().as_str()), (401, "invalid-api-key"));
                    assert!(answer.body.len() < 1_000, "it is not sent back");
                }
            }
        }
        for value in [
            huge.as_bytes(),
            b"\xff/1",
            format!("a/1; instance=\"{huge}\"").as_bytes(),
        ] {
            let answer = world.send(&get(&key, SETTINGS).header("X-Connector", value)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid"));
            assert!(answer.body.len() < 1_000, "it is not sent back");
        }
        for value in [
            huge.as_bytes(),
            b"\"\xff\"",
            "\"x\",".repeat(15_000).as_bytes(),
            b"\"",
            b"W/",
        ] {
            let answer = world.send(&get(&key, SETTINGS).header("If-None-Match", value)).await;
            assert_eq!(answer.status, 200);
        }
        assert!(
            implementations::list(world.portal(), &world.operator)
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn nothing_that_is_sent_becomes_a_header() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        let injected = "a%0d%0aX-Injected:%20yes";
        let answer = world.send(&get(&key, &field_path(injected))).await;
        assert_eq!((answer.status, answer.header("x-injected")), (200, None));
        for line in [
            "X-Connector: a/1; instance=\"x\rX-Injected: yes\"\r\n".to_owned(),
            "X-Connector: a/1\0\r\n".to_owned(),
            "Last-Event-ID: 1\x0bX-Injected: yes\r\n".to_owned(),
        ] {
            let request =
                format!("GET {SETTINGS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: {key}\r\n{line}\r\n");
            let answer = exchange(world.address(), request.as_bytes()).await.unwrap();
            assert_eq!((answer.status, answer.header("x-injected")), (400, None), "{line}");
        }
        let named = get(&key, SETTINGS).header("X-Connector", "a/1; instance=\"<b>\\\"'; --\"");
        assert_eq!(world.send(&named).await.status, 200);
        let seen = implementations::list(world.portal(), &world.operator).await.unwrap();
        assert_eq!(seen[0].connector.instance, "<b>\"'; --");
    })
    .await;
}

#[tokio::test]
async fn bodies_that_are_meant_to_hurt() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
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
                let call = Call::new("POST", LOGS)
                    .header("X-Api-Key", key.as_str())
                    .body(kind, body.as_str());
                let answer = world.send(&call).await;
                // Refused whole, or taken with no record in it.
                match answer.status {
                    202 => assert_eq!(answer.json()["accepted"], 0, "{kind}: {:.40}", body),
                    _ => assert_eq!(answer.problem(), "invalid", "{kind}: {:.40}", body),
                }
                assert!(answer.body.len() < 5_000, "it is not sent back");
            }
        }
        assert!(kept(&world).await.is_empty());
        // What nobody reads may be nested as it likes, and a message be as long as a body.
        assert_eq!(
            world.send(&logs(&key, format!("[{}]", record("nested")))).await.status,
            202
        );
        let long = format!("[{{\"level\":\"info\",\"message\":\"{}\"}}]", "ü".repeat(500_000));
        assert_eq!(world.send(&logs(&key, long)).await.status, 202);
        assert_eq!(kept(&world).await[0].message.chars().count(), 4_001);
    })
    .await;
}
