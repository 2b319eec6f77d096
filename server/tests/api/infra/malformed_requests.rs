//! Tests malformed and random requests. They are answered 400 or 401, and the server keeps running.

use crate::http::{Request, Response, exchange};
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

const PATHS: [(&str, &str); 3] = [
    ("GET", "/api/v4/currentUser"),
    ("POST", "/api/v4/oauth/request_token/"),
    ("POST", "/api/v4/oauth/access_token/"),
];

/// A deterministic random number generator (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[3]).collect()
    }
}

fn assert_client_error(server: &TestServer, response: &Response, description: &str) {
    assert!([400, 401].contains(&response.status), "{description}: {response:?}");
    response.oauth_problem();
    server.assert_no_secret(response, &server.credentials);
}

async fn assert_server_responds(server: &TestServer) {
    assert_eq!(server.send(&server.signed_get("/api/v4/currentUser")).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn truncated_authorization_header_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for (method, path) in PATHS {
        let header = server.signed_get(path).headers[0].1.clone();
        for length in 0..header.len() {
            let request = Request::new(method, path).header("Authorization", &header[..length]);
            assert_client_error(
                &server,
                &server.send(&request).await,
                &String::from_utf8_lossy(&header[..length]),
            );
        }
    }
    assert_server_responds(&server).await;
}

#[rstest]
#[tokio::test]
async fn oversized_authorization_header_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for length in [8 * 1024, 32 * 1024, 60 * 1024] {
        for filler in ["a", "oauth_token=\"x\", ", ", ", "%41", "\\"] {
            let value = format!("OAuth oauth_consumer_key=\"{}\"", filler.repeat(length / filler.len()));
            let request = Request::new("GET", "/api/v4/currentUser").header("Authorization", value);
            let response = server.send(&request).await;
            assert_eq!(
                (response.status, response.oauth_problem().as_str()),
                (400, "parameter_rejected"),
                "{length} {filler}"
            );
        }
    }
    // Longer than a request head may be.
    for length in [64 * 1024, 256 * 1024, 1024 * 1024] {
        let value = format!("OAuth oauth_consumer_key=\"{}\"", "a".repeat(length));
        let request = Request::new("GET", "/api/v4/currentUser").header("Authorization", value);
        assert_eq!(server.send(&request).await.status, 431, "{length}");
    }
    assert_server_responds(&server).await;
}

#[rstest]
#[tokio::test]
async fn random_authorization_header_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let mut random = Random(20_260_601);
    for _ in 0..300 {
        let length = 1 + random.below(200);
        // Line breaks would end the header.
        let bytes: Vec<u8> = random
            .bytes(length)
            .into_iter()
            .filter(|byte| !b"\r\n\0".contains(byte))
            .collect();
        let mut value = b"OAuth ".to_vec();
        value.extend(
            bytes
                .iter()
                .filter(|byte| **byte == b'\t' || **byte >= b' ')
                .filter(|byte| **byte != 127),
        );
        let (method, path) = PATHS[random.below(PATHS.len())];
        let request = Request::new(method, path).header("Authorization", value.clone());
        assert_client_error(&server, &server.send(&request).await, &String::from_utf8_lossy(&value));
    }
    assert_server_responds(&server).await;
}

#[rstest]
#[tokio::test]
async fn signed_request_with_a_changed_byte_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let mut random = Random(7);
    for _ in 0..300 {
        let mut request = server.signed_get("/api/v4/currentUser");
        let value = &mut request.headers[0].1;
        // The realm is not signed.
        let begin = value.iter().position(|byte| *byte == b',').unwrap();
        let at = begin + random.below(value.len() - begin);
        let before = value[at];
        value[at] = b' ' + u8::try_from(random.below(95)).unwrap();
        let response = server.send(&request).await;
        // Whitespace between parameters is not significant.
        if response.status != 200 {
            assert_client_error(&server, &response, &format!("{before} at {at} in {request:?}"));
        }
    }
    assert_server_responds(&server).await;
}

#[rstest]
#[tokio::test]
async fn random_query_or_form_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let mut random = Random(99);
    for _ in 0..200 {
        let length = 1 + random.below(120);
        let bytes = random.bytes(length);
        let form = Request::new("POST", PATHS[1].1).body("application/x-www-form-urlencoded", bytes.clone());
        assert_client_error(&server, &server.send(&form).await, "form");
        let query: String = bytes
            .iter()
            .map(|byte| char::from(b'!' + byte % 94))
            .filter(|char| !"#\"<>`{}|\\^".contains(*char))
            .collect();
        let request = Request::new("GET", &format!("/api/v4/currentUser?oauth_token={query}"));
        assert_client_error(&server, &server.send(&request).await, &query);
    }
    let many = Request::new("POST", PATHS[1].1).body("application/x-www-form-urlencoded", "a&".repeat(30_000));
    assert_client_error(&server, &server.send(&many).await, "many");
    assert_server_responds(&server).await;
}

#[rstest]
#[tokio::test]
async fn oauth_parameter_with_control_characters_is_rejected(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for name in ["oauth_consumer_key", "oauth_token", "oauth_nonce"] {
        for invalid in [
            "%00",
            "%0A",
            "a%0d%0aSet-Cookie:x",
            "%C3%28",
            "%ED%A0%80",
            "%",
            "%4",
            "%zz",
        ] {
            let text = String::from_utf8(server.signed_get("/api/v4/currentUser").headers[0].1.clone()).unwrap();
            let at = text.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
            let end = at + text[at..].find('"').unwrap();
            let value = format!("{}{invalid}{}", &text[..at], &text[end..]);
            let response = server
                .send(&Request::new("GET", "/api/v4/currentUser").header("Authorization", value))
                .await;
            assert_eq!(
                (response.status, response.oauth_problem().as_str()),
                (400, "parameter_rejected"),
                "{name} {invalid}"
            );
            assert!(
                !response
                    .headers
                    .iter()
                    .any(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            );
        }
    }
    assert_server_responds(&server).await;
}

#[rstest]
#[tokio::test]
async fn random_bytes_on_a_connection_are_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let mut random = Random(4711);
    for _ in 0..100 {
        let length = 1 + random.below(2000);
        let mut bytes = random.bytes(length);
        bytes.extend_from_slice(b"\r\n\r\n");
        if let Some(response) = exchange(server.address(), &bytes).await {
            assert_eq!(response.status, 400, "{response:?}");
        }
    }
    assert_server_responds(&server).await;
}
