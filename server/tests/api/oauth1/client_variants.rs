//! Tests OAuth 1.0a variants of real clients: line breaks in signatures, empty parameters, other origins of the portal.

use super::rejected_requests::assert_rejected;
use super::three_legged::REQUEST;
use crate::signer::{Credentials, Method, ParameterLocation, UnsignedRequest};
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

const LOCATIONS: [ParameterLocation; 3] = [
    ParameterLocation::Header,
    ParameterLocation::Body,
    ParameterLocation::Query,
];

fn wrap(signature: &str, width: usize, line_break: &str) -> String {
    let lines: Vec<&str> = signature
        .as_bytes()
        .chunks(width)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join(line_break)
}

#[rstest]
#[tokio::test]
async fn signature_with_line_breaks_is_accepted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let edits: [fn(String) -> String; 8] = [
        |signature| signature + "\n",
        |signature| signature + "\r\n",
        |signature| format!("\n{signature}"),
        |signature| format!(" {signature}\t"),
        |signature| wrap(&signature, 8, "\n"),
        |signature| wrap(&signature, 1, "\r\n"),
        |signature| wrap(&signature, 5, " "),
        |signature| signature.replace('=', "\n=\n"),
    ];
    let server = TestServer::new(engine, TestConfig::default()).await;
    for method in [Method::HmacSha1, Method::HmacSha256] {
        for (location, edit) in LOCATIONS
            .into_iter()
            .flat_map(|location| edits.map(|edit| (location, edit)))
        {
            let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now())
                .with(method.clone(), location)
                .edit_signature(edit);
            let request = server.credentials.sign(&unsigned);
            assert_eq!(server.send(&request).await.status, 200, "{request:?}");
            // The same signature without line breaks is the same request.
            let again = UnsignedRequest {
                edit_signature: |signature| signature,
                ..unsigned
            };
            let response = server.send(&server.credentials.sign(&again)).await;
            assert_eq!(response.oauth_problem(), "nonce_used");
        }
    }
}

#[rstest]
#[tokio::test]
async fn signature_with_any_other_change_is_invalid(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let edits: [fn(String) -> String; 10] = [
        |signature| signature.trim_end_matches('=').to_owned(),
        |signature| signature + "=",
        |signature| signature + "!",
        |signature| signature + "\u{b}",
        |signature| signature + "\u{a0}",
        |signature| signature + "\u{2028}",
        |signature| signature + "\0",
        |signature| format!("-{signature}"),
        |signature| signature[1..].to_owned(),
        |signature| "\n".repeat(signature.len()),
    ];
    let server = TestServer::new(engine, TestConfig::default()).await;
    for (location, edit) in LOCATIONS
        .into_iter()
        .flat_map(|location| edits.map(|edit| (location, edit)))
    {
        let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now())
            .with(Method::HmacSha256, location)
            .edit_signature(edit);
        let request = server.credentials.sign(&unsigned);
        assert_rejected(&server, &server.credentials, &request, (401, "signature_invalid")).await;
    }
    // PLAINTEXT signatures are not Base64, so every character is significant.
    for edit in [|signature| signature + "\n", |signature| format!(" {signature}")] as [fn(String) -> String; 2] {
        let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now())
            .with(Method::Plaintext, ParameterLocation::Header)
            .edit_signature(edit);
        let request = server.credentials.sign(&unsigned);
        assert_rejected(&server, &server.credentials, &request, (401, "signature_invalid")).await;
    }
}

fn request_token(server: &TestServer, location: ParameterLocation) -> UnsignedRequest {
    UnsignedRequest::post(REQUEST, server.now())
        .with(Method::HmacSha1, location)
        .protocol("oauth_callback", "oob")
}

#[rstest]
#[tokio::test]
async fn empty_oauth_token_is_accepted_signed_or_unsigned(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let consumer = server.consumer_credentials();
    for location in LOCATIONS {
        for unsigned in [
            request_token(&server, location),
            request_token(&server, location).protocol("oauth_token", ""),
            request_token(&server, location).unsigned_protocol("oauth_token", ""),
            request_token(&server, location)
                .unsigned_protocol("oauth_token", "")
                .unsigned_protocol("oauth_verifier", ""),
            request_token(&server, location)
                .protocol("oauth_token", "")
                .protocol("oauth_verifier", ""),
        ] {
            let request = consumer.sign(&unsigned);
            assert_eq!(server.send(&request).await.status, 200, "{request:?}");
            assert_eq!(server.send(&request).await.oauth_problem(), "nonce_used", "{request:?}");
        }
        // A request with a token may carry empty parameters of other steps.
        let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now())
            .with(Method::HmacSha256, location)
            .unsigned_protocol("oauth_callback", "")
            .unsigned_protocol("oauth_verifier", "");
        assert_eq!(server.send(&server.credentials.sign(&unsigned)).await.status, 200);
    }
}

#[rstest]
#[tokio::test]
async fn non_empty_unsigned_parameter_makes_the_signature_invalid(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let consumer = server.consumer_credentials();
    for location in LOCATIONS {
        for (name, value) in [
            ("oauth_token", "x"),
            ("oauth_token", " "),
            ("oauth_verifier", "x"),
            ("oauth_unknown", ""),
        ] {
            let request = consumer.sign(&request_token(&server, location).unsigned_protocol(name, value));
            assert_rejected(&server, &consumer, &request, (401, "signature_invalid")).await;
        }
        let signed = UnsignedRequest::post(REQUEST, server.now()).with(Method::HmacSha1, location);
        let request = consumer.sign(&signed.unsigned_protocol("oauth_callback", "https://evil.example/"));
        assert_rejected(&server, &consumer, &request, (401, "signature_invalid")).await;
        // Parameters other than protocol parameters are signed even if empty.
        let mut request = consumer.sign(&request_token(&server, location));
        request.target.push_str(if request.target.contains('?') {
            "&page="
        } else {
            "?page="
        });
        assert_rejected(&server, &consumer, &request, (401, "signature_invalid")).await;
    }
}

#[rstest]
#[tokio::test]
async fn signature_for_public_url_or_loopback_host_is_accepted(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let public = "https://portal.example.com";
    let server = TestServer::new(engine, TestConfig::default()).await;
    let signed_for = |origin: &str| Credentials {
        origin: origin.to_owned(),
        ..server.credentials.clone()
    };
    for (origin, host) in [
        (public, "portal.example.com"),
        (public, "portal.example.com:443"),
        // A proxy may replace the Host header.
        (public, "127.0.0.1:3000"),
        (public, "backend.internal"),
        (public, "evil.example"),
        ("http://localhost:3000", "localhost:3000"),
        ("http://localhost:3000", "LocalHost:3000"),
        ("http://127.0.0.1:3000", "127.0.0.1:3000"),
        ("http://[::1]:3000", "[::1]:3000"),
    ] {
        for method in [Method::HmacSha1, Method::HmacSha256] {
            let unsigned =
                UnsignedRequest::get("/api/v4/currentUser", server.now()).with(method, ParameterLocation::Header);
            let request = signed_for(origin).sign(&unsigned).header("Host", host);
            assert_eq!(server.send(&request).await.status, 200, "{origin} {host}");
            assert_eq!(server.send(&request).await.oauth_problem(), "nonce_used");
        }
        let unsigned = request_token(&server, ParameterLocation::Header).unsigned_protocol("oauth_token", "");
        let consumer = Credentials {
            origin: origin.to_owned(),
            ..server.consumer_credentials()
        };
        let request = consumer.sign(&unsigned).header("Host", host);
        assert_eq!(server.send(&request).await.status, 200, "{origin} {host}");
    }
}

#[rstest]
#[tokio::test]
async fn signature_for_foreign_host_is_invalid_and_error_names_the_public_url(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for (origin, host) in [
        ("http://localhost:3000", "loopback"),
        ("http://localhost:3000", "127.0.0.1:3000"),
        ("http://localhost:3000", "localhost"),
        ("http://localhost:3001", "localhost:3001"),
        ("https://localhost:3000", "localhost:3000"),
        ("http://evil.example", "evil.example"),
        ("https://evil.example", "evil.example"),
        ("http://localhost.evil.example:3000", "localhost.evil.example:3000"),
        ("http://portal.example.com", "evil.example"),
    ] {
        let credentials = Credentials {
            origin: origin.to_owned(),
            ..server.credentials.clone()
        };
        let request = credentials.sign(&UnsignedRequest::get("/api/v4/currentUser", server.now()));
        let request = request
            .header("Host", host)
            .header("X-Forwarded-Host", "localhost:3000");
        let response = server.send(&request).await;
        assert_eq!(response.oauth_problem(), "signature_invalid", "{origin} {host}");
        let detail = response.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("https://portal.example.com"), "{detail}");
        let challenge = response.header("www-authenticate").unwrap();
        assert!(challenge.contains("https%3A%2F%2Fportal.example.com"), "{challenge}");
        assert!(!format!("{response:?}").contains("evil.example"), "{response:?}");
    }
    // At the public host the origin cannot be the cause, so the error does not name it.
    let wrong = Credentials {
        token_secret: "guess".to_owned(),
        ..server.credentials.clone()
    };
    let request = wrong.sign(&UnsignedRequest::get("/api/v4/currentUser", server.now()));
    let response = server.send(&request.header("Host", "portal.example.com")).await;
    assert!(
        !response.json()["detail"].as_str().unwrap().contains("https://"),
        "{response:?}"
    );
}
