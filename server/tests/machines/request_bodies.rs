//! The ways in which a body may come.

use crate::connector::client::{LOGS, SETTINGS, key, logs};
use crate::connector::logs::{kept, switch};
use crate::flow::REQUEST;
use crate::http::{Answer, Call, exchange};
use crate::oauth2::client::{Client, TOKEN, form, service};
use crate::signer::{Method, Place, Unsigned};
use crate::world::{Settings, on_each_engine};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::json;
use std::io::Write;

const FORM: &str = "application/x-www-form-urlencoded";
const RECORD: &str = "[{\"level\":\"info\",\"message\":\"x\"}]";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The call with its body coded.
fn coded(call: Call, coding: &str) -> Call {
    let body = match coding.to_lowercase().rsplit(", ").next().unwrap() {
        "gzip" | "x-gzip" => gzip(&call.body),
        "deflate" => deflate(&call.body),
        _ => call.body.clone(),
    };
    Call { body, ..call }.header("Content-Encoding", coding)
}

#[track_caller]
fn assert_unsupported(answer: &Answer) {
    assert_eq!(answer.status, 415, "{answer:?}");
    assert_eq!(answer.header("accept-encoding"), Some("gzip, deflate"));
}

#[tokio::test]
async fn a_compressed_body_is_read_on_every_route() {
    on_each_engine(Settings::default(), async |world| {
        let client = Client::register(&world, service()).await;
        let id = client.id.to_string();
        let token = form(&client.proving(&id, &[("grant_type", "client_credentials")]));
        let key = key(&world).await;
        switch(&world, true).await;
        for coding in ["gzip", "GZIP", "x-gzip", "deflate", "identity", "identity, gzip", ""] {
            let answer = world
                .send(&coded(Call::new("POST", TOKEN).body(FORM, token.clone()), coding))
                .await;
            assert_eq!(answer.status, 200, "{coding}: {answer:?}");
            let answer = world.send(&coded(logs(&key, RECORD), coding)).await;
            assert_eq!(
                (answer.status, answer.json()),
                (202, json!({ "accepted": 1 })),
                "{coding}"
            );
            // A signature covers the parameters of the decoded form.
            let request = Unsigned::post(REQUEST, world.now())
                .with(Method::HmacSha1, Place::Body)
                .protocol("oauth_callback", "oob");
            let call = coded(world.consumer_alone().sign(&request), coding);
            assert_eq!(world.send(&call).await.status, 200, "{coding}");
            let request = Unsigned::get("/api/v4/currentUser", world.now()).form("a b", "\u{e4}&");
            let call = coded(world.credentials.sign(&request), coding);
            assert_eq!(world.send(&call).await.status, 200, "{coding}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_the_same_compressed_or_not() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let call = || logs(&key, RECORD).header("Idempotency-Key", "same");
        assert_eq!(world.send(&coded(call(), "gzip")).await.status, 202);
        assert_eq!(world.send(&call()).await.status, 202);
        assert_eq!(kept(&world).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_coding_is_refused_with_those_that_are_supported() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        for coding in [
            "br",
            "zstd",
            "compress",
            "gzip, gzip",
            "gzip, deflate",
            "aes128gcm",
            "utf-8",
            "\u{e4}",
        ] {
            let answer = world
                .send(&coded(Call::new("POST", TOKEN).body(FORM, "a=b"), coding))
                .await;
            assert_unsupported(&answer);
            assert_eq!(answer.json()["error"], "invalid_request", "as RFC 6749 §5.2 has it");
            let answer = world.send(&coded(logs(&key, RECORD), coding)).await;
            assert_unsupported(&answer);
            assert_eq!(answer.problem(), "unsupported-media-type");
            assert_unsupported(
                &world
                    .send(&coded(Call::new("POST", REQUEST).body(FORM, "a=b"), coding))
                    .await,
            );
            assert_unsupported(
                &world
                    .send(&coded(Call::new("POST", "//api/nothing").body(FORM, "a=b"), coding))
                    .await,
            );
            // Without a body there is nothing to decode.
            let none = world.get("/api/v4/currentUser").header("Content-Encoding", coding);
            assert_eq!(world.send(&none).await.status, 200, "{coding}");
        }
        let twice = logs(&key, RECORD)
            .header("Content-Encoding", "gzip")
            .header("Content-Encoding", "gzip");
        assert_unsupported(&world.send(&twice).await);
    })
    .await;
}

#[tokio::test]
async fn the_limit_holds_for_what_comes_out_and_for_what_goes_in() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let bomb = gzip(&vec![b' '; 100 * 1024 * 1024]);
        assert!(bomb.len() < 120 * 1024, "{}", bomb.len());
        // Much to read of which nothing comes out: the name of a file, as the header of gzip may hold it (RFC 1952 §2.3.1).
        let long_name = [
            b"\x1f\x8b\x08\x08\0\0\0\0\0\x03".to_vec(),
            vec![b'x'; 2 * 1024 * 1024],
            b"\0".to_vec(),
            gzip(b"")[10..].to_vec(),
        ]
        .concat();
        for (name, body) in [("bomb", bomb), ("long name", long_name)] {
            for (path, kind) in [(TOKEN, FORM), (REQUEST, FORM), (LOGS, "application/json")] {
                let call = Call::new("POST", path)
                    .header("X-Api-Key", key.as_str())
                    .body(kind, body.clone())
                    .header("Content-Encoding", "gzip");
                let answer = world.send(&call).await;
                assert_eq!(answer.status, 413, "{name} {path}: {answer:?}");
            }
        }
        let at_limit = format!("[{}]", " ".repeat(1024 * 1024 - 2));
        assert_eq!(
            world.send(&coded(logs(&key, at_limit.clone()), "gzip")).await.status,
            202
        );
        assert_eq!(world.send(&coded(logs(&key, at_limit + " "), "gzip")).await.status, 413);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_coded_as_it_says_is_a_400() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let whole = gzip(RECORD.as_bytes());
        let mut wrong_sum = whole.clone();
        let at = wrong_sum.len() - 6;
        wrong_sum[at] ^= 1;
        for body in [
            RECORD.as_bytes().to_vec(),
            whole[..whole.len() - 9].to_vec(),
            wrong_sum,
            deflate(b"[]"),
        ] {
            for (path, kind) in [(TOKEN, FORM), (REQUEST, FORM), (LOGS, "application/json")] {
                let call = Call::new("POST", path)
                    .header("X-Api-Key", key.as_str())
                    .body(kind, body.clone())
                    .header("Content-Encoding", "gzip");
                assert_eq!(world.send(&call).await.status, 400, "{path}");
            }
        }
        assert!(kept(&world).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn media_types_are_known_by_their_essence_and_read_in_utf_8() {
    on_each_engine(Settings::default(), async |world| {
        let client = Client::register(&world, service()).await;
        let id = client.id.to_string();
        let token = form(&client.proving(&id, &[("grant_type", "client_credentials")]));
        let key = key(&world).await;
        switch(&world, true).await;
        // A form is ASCII whatever charset its client names, and decodes to UTF-8 (URL standard §5.1).
        for (kind, form_status, json_status) in [
            (FORM, 200, 415),
            ("Application/X-WWW-Form-Urlencoded ; charset=ISO-8859-1", 200, 415),
            ("application/x-www-form-urlencoded;charset=utf-16", 200, 415),
            ("application/json", 415, 202),
            ("APPLICATION/JSON;charset=\"utf-8\"", 415, 202),
            ("application/json; charset=utf-16", 415, 415),
            ("application/json; charset=iso-8859-1", 415, 415),
            ("multipart/form-data; boundary=x", 415, 415),
            ("text/plain", 415, 415),
            ("nonsense", 415, 415),
            ("", 415, 415),
        ] {
            let answer = world.send(&Call::new("POST", TOKEN).body(kind, token.clone())).await;
            assert_eq!(answer.status, form_status, "{kind}: {answer:?}");
            let call = Call::new("POST", LOGS)
                .header("X-Api-Key", key.as_str())
                .body(kind, RECORD);
            let answer = world.send(&call).await;
            assert_eq!(answer.status, json_status, "{kind}: {answer:?}");
        }
        let none = Call {
            body: RECORD.as_bytes().to_vec(),
            ..Call::new("POST", LOGS).header("X-Api-Key", key.as_str())
        };
        assert_eq!(world.send(&none).await.status, 415);
        // Bytes that are another charset's are refused, and named.
        let latin = Call::new("POST", TOKEN).body(FORM, format!("{token}&x=%E4"));
        assert_eq!(world.send(&latin).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_body_may_come_in_chunks_or_after_it_is_asked_for() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let send = async |head: &str, body: &[u8]| {
            let head = format!(
                "POST {LOGS} HTTP/1.1\r\nHost: loopback\r\nConnection: close\r\nX-Api-Key: {key}\r\n\
                 Content-Type: application/json\r\n{head}\r\n\r\n"
            );
            exchange(world.address(), &[head.as_bytes(), body].concat()).await
        };
        let chunked = |body: &[u8]| {
            let mut out = Vec::new();
            for piece in body.chunks(7) {
                out.extend(format!("{:x};a=b\r\n", piece.len()).into_bytes());
                out.extend(piece);
                out.extend(b"\r\n");
            }
            out.extend(b"0\r\nX-Trailer: y\r\n\r\n");
            out
        };
        let answer = send("Transfer-Encoding: chunked", &chunked(RECORD.as_bytes()))
            .await
            .unwrap();
        assert_eq!(answer.status, 202, "{answer:?}");
        let head = "Transfer-Encoding: Chunked\r\nContent-Encoding: gzip";
        let answer = send(head, &chunked(&gzip(RECORD.as_bytes()))).await.unwrap();
        assert_eq!(answer.status, 202, "{answer:?}");
        let head = "Transfer-Encoding: gzip, chunked";
        let answer = send(head, &chunked(&gzip(RECORD.as_bytes()))).await.unwrap();
        assert_eq!((answer.status, answer.problem().as_str()), (501, "not-implemented"));
        let head = format!("Expect: 100-continue\r\nContent-Length: {}", RECORD.len());
        let answer = send(&head, RECORD.as_bytes()).await.unwrap();
        // The parser of these tests takes the interim answer for the answer.
        assert!(
            answer.status == 100 && answer.body.starts_with("HTTP/1.1 202"),
            "{answer:?}"
        );
        assert_eq!(kept(&world).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_nobody_asked_for_changes_nothing() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        for (kind, body) in [
            ("application/json", RECORD.as_bytes().to_vec()),
            ("multipart/form-data; boundary=x", b"--x--".to_vec()),
            ("", vec![0; 10_000]),
        ] {
            let call = world.get("/api/v4/currentUser").body(kind, body.clone());
            assert_eq!(world.send(&call).await.status, 200, "{kind}");
            let call = Call::new("GET", SETTINGS)
                .header("X-Api-Key", key.as_str())
                .body(kind, body);
            assert_eq!(world.send(&call).await.status, 200, "{kind}");
        }
    })
    .await;
}
