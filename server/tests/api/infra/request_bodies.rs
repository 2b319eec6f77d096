//! Tests content codings, media types and transfer codings of request bodies.

use crate::connector::client::{LOGS, SETTINGS, api_key, log_request};
use crate::connector::logs::{set_remote_logging, stored_logs};
use crate::http::{Request, Response, exchange};
use crate::oauth1::three_legged::REQUEST;
use crate::oauth2::client::{Client, TOKEN, form, service_app};
use crate::signer::{Method, ParameterLocation, UnsignedRequest};
use crate::test_server::{TestConfig, TestServer};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use rstest::rstest;
use serde_json::json;
use std::io::Write;
use testing::Engine;

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

/// Encodes the body of the request with the content coding.
fn encode(request: Request, coding: &str) -> Request {
    let body = match coding.to_lowercase().rsplit(", ").next().unwrap() {
        "gzip" | "x-gzip" => gzip(&request.body),
        "deflate" => deflate(&request.body),
        _ => request.body.clone(),
    };
    Request { body, ..request }.header("Content-Encoding", coding)
}

#[track_caller]
fn assert_unsupported(response: &Response) {
    assert_eq!(response.status, 415, "{response:?}");
    assert_eq!(response.header("accept-encoding"), Some("gzip, deflate"));
}

#[rstest]
#[tokio::test]
async fn compressed_request_body_is_decoded_on_every_route(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let id = client.id.to_string();
    let token = form(&client.with_credentials(&id, &[("grant_type", "client_credentials")]));
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    for coding in ["gzip", "GZIP", "x-gzip", "deflate", "identity", "identity, gzip", ""] {
        let response = server
            .send(&encode(Request::new("POST", TOKEN).body(FORM, token.clone()), coding))
            .await;
        assert_eq!(response.status, 200, "{coding}: {response:?}");
        let response = server.send(&encode(log_request(&key, RECORD), coding)).await;
        assert_eq!(
            (response.status, response.json()),
            (202, json!({ "accepted": 1 })),
            "{coding}"
        );
        // A signature covers the parameters of the decoded form.
        let unsigned = UnsignedRequest::post(REQUEST, server.now())
            .with(Method::HmacSha1, ParameterLocation::Body)
            .protocol("oauth_callback", "oob");
        let request = encode(server.consumer_credentials().sign(&unsigned), coding);
        assert_eq!(server.send(&request).await.status, 200, "{coding}");
        let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now()).form("a b", "\u{e4}&");
        let request = encode(server.credentials.sign(&unsigned), coding);
        assert_eq!(server.send(&request).await.status, 200, "{coding}");
    }
}

#[rstest]
#[tokio::test]
async fn idempotency_key_matches_compressed_and_uncompressed_batch(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let request = || log_request(&key, RECORD).header("Idempotency-Key", "same");
    assert_eq!(server.send(&encode(request(), "gzip")).await.status, 202);
    assert_eq!(server.send(&request()).await.status, 202);
    assert_eq!(stored_logs(&server).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn unsupported_content_encoding_is_rejected_with_415_and_accept_encoding(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
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
        let response = server
            .send(&encode(Request::new("POST", TOKEN).body(FORM, "a=b"), coding))
            .await;
        assert_unsupported(&response);
        assert_eq!(
            response.json()["error"],
            "invalid_request",
            "the error format of RFC 6749 §5.2"
        );
        let response = server.send(&encode(log_request(&key, RECORD), coding)).await;
        assert_unsupported(&response);
        assert_eq!(response.problem(), "unsupported-media-type");
        assert_unsupported(
            &server
                .send(&encode(Request::new("POST", REQUEST).body(FORM, "a=b"), coding))
                .await,
        );
        assert_unsupported(
            &server
                .send(&encode(Request::new("POST", "//api/nothing").body(FORM, "a=b"), coding))
                .await,
        );
        // A request without a body is not decoded.
        let none = server
            .signed_get("/api/v4/currentUser")
            .header("Content-Encoding", coding);
        assert_eq!(server.send(&none).await.status, 200, "{coding}");
    }
    let twice = log_request(&key, RECORD)
        .header("Content-Encoding", "gzip")
        .header("Content-Encoding", "gzip");
    assert_unsupported(&server.send(&twice).await);
}

#[rstest]
#[tokio::test]
async fn body_limit_applies_to_compressed_and_decompressed_size(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let bomb = gzip(&vec![b' '; 100 * 1024 * 1024]);
    assert!(bomb.len() < 120 * 1024, "{}", bomb.len());
    // A long file name in the gzip header (RFC 1952 §2.3.1) decompresses to nothing.
    let long_name = [
        b"\x1f\x8b\x08\x08\0\0\0\0\0\x03".to_vec(),
        vec![b'x'; 2 * 1024 * 1024],
        b"\0".to_vec(),
        gzip(b"")[10..].to_vec(),
    ]
    .concat();
    for (name, body) in [("bomb", bomb), ("long name", long_name)] {
        for (path, kind) in [(TOKEN, FORM), (REQUEST, FORM), (LOGS, "application/json")] {
            let request = Request::new("POST", path)
                .header("X-Api-Key", key.as_str())
                .body(kind, body.clone())
                .header("Content-Encoding", "gzip");
            let response = server.send(&request).await;
            assert_eq!(response.status, 413, "{name} {path}: {response:?}");
        }
    }
    let at_limit = format!("[{}]", " ".repeat(1024 * 1024 - 2));
    assert_eq!(
        server
            .send(&encode(log_request(&key, at_limit.clone()), "gzip"))
            .await
            .status,
        202
    );
    assert_eq!(
        server
            .send(&encode(log_request(&key, at_limit + " "), "gzip"))
            .await
            .status,
        413
    );
}

#[rstest]
#[tokio::test]
async fn body_that_does_not_match_its_content_encoding_is_rejected_with_400(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let complete = gzip(RECORD.as_bytes());
    let mut wrong_checksum = complete.clone();
    let at = wrong_checksum.len() - 6;
    wrong_checksum[at] ^= 1;
    for body in [
        RECORD.as_bytes().to_vec(),
        complete[..complete.len() - 9].to_vec(),
        wrong_checksum,
        deflate(b"[]"),
    ] {
        for (path, kind) in [(TOKEN, FORM), (REQUEST, FORM), (LOGS, "application/json")] {
            let request = Request::new("POST", path)
                .header("X-Api-Key", key.as_str())
                .body(kind, body.clone())
                .header("Content-Encoding", "gzip");
            assert_eq!(server.send(&request).await.status, 400, "{path}");
        }
    }
    assert!(stored_logs(&server).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn content_type_is_matched_by_essence_and_body_is_read_as_utf_8(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let id = client.id.to_string();
    let token = form(&client.with_credentials(&id, &[("grant_type", "client_credentials")]));
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    // A form is ASCII whatever charset the client names, and decodes to UTF-8 (URL standard §5.1).
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
        let response = server
            .send(&Request::new("POST", TOKEN).body(kind, token.clone()))
            .await;
        assert_eq!(response.status, form_status, "{kind}: {response:?}");
        let request = Request::new("POST", LOGS)
            .header("X-Api-Key", key.as_str())
            .body(kind, RECORD);
        let response = server.send(&request).await;
        assert_eq!(response.status, json_status, "{kind}: {response:?}");
    }
    let none = Request {
        body: RECORD.as_bytes().to_vec(),
        ..Request::new("POST", LOGS).header("X-Api-Key", key.as_str())
    };
    assert_eq!(server.send(&none).await.status, 415);
    // Bytes in another charset are rejected.
    let latin = Request::new("POST", TOKEN).body(FORM, format!("{token}&x=%E4"));
    assert_eq!(server.send(&latin).await.status, 400);
}

#[rstest]
#[tokio::test]
async fn chunked_body_and_expect_continue_are_accepted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    set_remote_logging(&server, true).await;
    let send = async |head: &str, body: &[u8]| {
        let head = format!(
            "POST {LOGS} HTTP/1.1\r\nHost: loopback\r\nConnection: close\r\nX-Api-Key: {key}\r\n\
             Content-Type: application/json\r\n{head}\r\n\r\n"
        );
        exchange(server.address(), &[head.as_bytes(), body].concat()).await
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
    let response = send("Transfer-Encoding: chunked", &chunked(RECORD.as_bytes()))
        .await
        .unwrap();
    assert_eq!(response.status, 202, "{response:?}");
    let head = "Transfer-Encoding: Chunked\r\nContent-Encoding: gzip";
    let response = send(head, &chunked(&gzip(RECORD.as_bytes()))).await.unwrap();
    assert_eq!(response.status, 202, "{response:?}");
    let head = "Transfer-Encoding: gzip, chunked";
    let response = send(head, &chunked(&gzip(RECORD.as_bytes()))).await.unwrap();
    assert_eq!((response.status, response.problem().as_str()), (501, "not-implemented"));
    let head = format!("Expect: 100-continue\r\nContent-Length: {}", RECORD.len());
    let response = send(&head, RECORD.as_bytes()).await.unwrap();
    // The parser of these tests takes the interim response for the final one.
    assert!(
        response.status == 100 && response.body.starts_with("HTTP/1.1 202"),
        "{response:?}"
    );
    assert_eq!(stored_logs(&server).await.len(), 3);
}

#[rstest]
#[tokio::test]
async fn body_of_get_request_is_ignored(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    for (kind, body) in [
        ("application/json", RECORD.as_bytes().to_vec()),
        ("multipart/form-data; boundary=x", b"--x--".to_vec()),
        ("", vec![0; 10_000]),
    ] {
        let request = server.signed_get("/api/v4/currentUser").body(kind, body.clone());
        assert_eq!(server.send(&request).await.status, 200, "{kind}");
        let request = Request::new("GET", SETTINGS)
            .header("X-Api-Key", key.as_str())
            .body(kind, body);
        assert_eq!(server.send(&request).await.status, 200, "{kind}");
    }
}
