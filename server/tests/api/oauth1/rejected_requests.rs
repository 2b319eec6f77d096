//! Tests signed requests that are rejected.

use crate::http::Request;
use crate::signer::{Credentials, Method, ParameterLocation, UnsignedRequest, encode};
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use testing::Engine;

/// Asserts that the request is rejected with this status and OAuth problem, and that the response contains no secret.
pub async fn assert_rejected(server: &TestServer, credentials: &Credentials, request: &Request, expected: (u16, &str)) {
    let response = server.send(request).await;
    assert_eq!(
        (response.status, response.oauth_problem().as_str()),
        expected,
        "{response:?}"
    );
    server.assert_no_secret(&response, credentials);
}

#[rstest]
#[tokio::test]
async fn plaintext_signature_requires_tls_or_a_setting(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let plaintext_request = |server: &TestServer| {
        let unsigned = UnsignedRequest::get("/api/v4/currentUser", server.now())
            .with(Method::Plaintext, ParameterLocation::Header);
        server.credentials.sign(&unsigned)
    };
    let loopback = TestConfig {
        public_url: "http://127.0.0.1:8080",
        ..TestConfig::default()
    };
    let server = TestServer::new(engine, loopback.clone()).await;
    assert_rejected(
        &server,
        &server.credentials,
        &plaintext_request(&server),
        (401, "signature_method_rejected"),
    )
    .await;
    assert_eq!(server.send(&server.signed_get("/api/v4/currentUser")).await.status, 200);
    let server = TestServer::new(
        engine,
        TestConfig {
            plaintext_without_tls: true,
            ..loopback
        },
    )
    .await;
    assert_eq!(server.send(&plaintext_request(&server)).await.status, 200);
    let wrong = Credentials {
        token_secret: "guess".to_owned(),
        ..server.credentials.clone()
    };
    let unsigned =
        UnsignedRequest::get("/api/v4/currentUser", server.now()).with(Method::Plaintext, ParameterLocation::Header);
    assert_rejected(
        &server,
        &server.credentials,
        &wrong.sign(&unsigned),
        (401, "signature_invalid"),
    )
    .await;
}

#[rstest]
#[tokio::test]
async fn invalid_signature_error_includes_the_base_string(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let wrong = [
        Credentials {
            consumer_secret: "guess".to_owned(),
            ..server.credentials.clone()
        },
        Credentials {
            token_secret: "guess".to_owned(),
            ..server.credentials.clone()
        },
    ];
    for credentials in wrong {
        let unsigned = UnsignedRequest::get("/api/v4/users", server.now()).query("limit", "2");
        let request = credentials.sign(&unsigned);
        let response = server.send(&request).await;
        assert_eq!(
            (response.status, response.oauth_problem().as_str()),
            (401, "signature_invalid")
        );
        server.assert_no_secret(&response, &server.credentials);
        let base_string = format!(
            "GET&{}&{}",
            encode("https://portal.example.com/api/v4/users"),
            encode(&format!(
                "limit=2&oauth_consumer_key={}&oauth_nonce={}&oauth_signature_method=HMAC-SHA1&oauth_timestamp={}\
                 &oauth_token={}&oauth_version=1.0",
                credentials.consumer_key, unsigned.nonce, unsigned.timestamp, credentials.token
            ))
        );
        assert_eq!(response.json()["oauth_base_string"], base_string);
        // A failed attempt does not consume the nonce.
        assert_eq!(server.send(&server.credentials.sign(&unsigned)).await.status, 200);
    }
}

#[rstest]
#[tokio::test]
async fn signed_request_that_was_changed_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let request = server
        .credentials
        .sign(&UnsignedRequest::get("/api/v4/users", server.now()).query("limit", "2"));
    let changed = [
        Request {
            method: "HEAD".to_owned(),
            ..request.clone()
        },
        Request {
            target: "/api/v4/users?limit=3".to_owned(),
            ..request.clone()
        },
        Request {
            target: "/api/v4/users".to_owned(),
            ..request.clone()
        },
        Request {
            target: "/api/v4/users?limit=2&page=1".to_owned(),
            ..request.clone()
        },
        request.clone().body("application/x-www-form-urlencoded", "more=1"),
    ];
    for changed in changed {
        assert_eq!(server.send(&changed).await.status, 401, "{changed:?}");
    }
    assert_eq!(server.send(&request).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn oauth_parameter_in_two_locations_or_repeated_is_rejected(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let rejected = (400, "parameter_rejected");
    let in_query =
        UnsignedRequest::get("/api/v4/currentUser", server.now()).with(Method::HmacSha1, ParameterLocation::Query);
    let in_body =
        UnsignedRequest::get("/api/v4/currentUser", server.now()).with(Method::HmacSha1, ParameterLocation::Body);
    let (header, query) = (
        server.signed_get("/api/v4/currentUser"),
        server.credentials.sign(&in_query),
    );
    let body = server.credentials.sign(&in_body);
    let authorization = header.headers[0].1.clone();
    let two_locations = [
        Request {
            target: query.target.clone(),
            ..header.clone()
        },
        body.clone().header("Authorization", authorization.clone()),
        Request {
            target: query.target.clone(),
            ..body.clone()
        },
        Request {
            target: "/api/v4/currentUser?oauth_unknown=1".to_owned(),
            ..header.clone()
        },
    ];
    for request in two_locations {
        assert_rejected(&server, &server.credentials, &request, rejected).await;
    }
    assert_rejected(
        &server,
        &server.credentials,
        &header.clone().header("Authorization", authorization.clone()),
        rejected,
    )
    .await;

    let text = String::from_utf8(authorization).unwrap();
    for name in [
        "oauth_token",
        "oauth_nonce",
        "oauth_timestamp",
        "oauth_signature",
        "oauth_consumer_key",
        "oauth_version",
    ] {
        let at = text.find(&format!("{name}=")).unwrap();
        let parameter = text[at..].split(", ").next().unwrap();
        let repeated =
            Request::new("GET", "/api/v4/currentUser").header("Authorization", format!("{text}, {parameter}"));
        let response = server.send(&repeated).await;
        assert_eq!((response.status, response.oauth_problem().as_str()), rejected, "{name}");
        assert_eq!(response.json()["oauth_parameters_rejected"], serde_json::json!([name]));
    }
}

#[rstest]
#[tokio::test]
async fn missing_oauth_parameter_is_named(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let without_parameters = [
        Request::new("GET", "/api/v4/currentUser"),
        Request::new("GET", "/api/v4/currentUser").header("Authorization", "Digest abc"),
        Request::new("GET", "/api/v4/currentUser").header("Authorization", "OAuth"),
    ];
    for request in without_parameters {
        let response = server.send(&request).await;
        assert_eq!(
            (response.status, response.oauth_problem().as_str()),
            (401, "parameter_absent"),
            "{request:?}"
        );
        let absent = response.json()["oauth_parameters_absent"].to_string();
        assert!(
            absent.contains("oauth_consumer_key") && absent.contains("oauth_signature"),
            "{absent}"
        );
    }
    let request = server
        .consumer_credentials()
        .sign(&UnsignedRequest::get("/api/v4/currentUser", server.now()));
    let response = server.send(&request).await;
    assert_eq!(
        (response.status, response.oauth_problem().as_str()),
        (401, "parameter_absent")
    );
    assert_eq!(
        response.json()["oauth_parameters_absent"],
        serde_json::json!(["oauth_token"])
    );
}

#[rstest]
#[tokio::test]
async fn unknown_consumer_key_token_method_or_version_is_rejected(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let unknown_consumer = Credentials {
        consumer_key: "nobody".to_owned(),
        ..server.credentials.clone()
    };
    let unknown_token = Credentials {
        token: "nothing".to_owned(),
        ..server.credentials.clone()
    };
    for (credentials, problem) in [
        (unknown_consumer, "consumer_key_unknown"),
        (unknown_token, "token_rejected"),
    ] {
        let request = credentials.sign(&UnsignedRequest::get("/api/v4/currentUser", server.now()));
        assert_rejected(&server, &server.credentials, &request, (401, problem)).await;
    }
    let unsupported_method = UnsignedRequest::get("/api/v4/currentUser", server.now())
        .with(Method::Other("HMAC-MD5"), ParameterLocation::Header);
    assert_rejected(
        &server,
        &server.credentials,
        &server.credentials.sign(&unsupported_method),
        (401, "signature_method_rejected"),
    )
    .await;
    let text = String::from_utf8(server.signed_get("/api/v4/currentUser").headers[0].1.clone()).unwrap();
    let newer = text.replace("oauth_version=\"1.0\"", "oauth_version=\"2.0\"");
    let request = Request::new("GET", "/api/v4/currentUser").header("Authorization", newer);
    assert_rejected(&server, &server.credentials, &request, (401, "version_rejected")).await;
}
