//! Tests the three-legged flow. The consent step calls the operation behind the consent page.

use crate::http::{Request, Response};
use crate::signer::{Credentials, Method, ParameterLocation, UnsignedRequest};
use crate::test_server::{TestConfig, TestServer};
use portal::oauth1::request_tokens::{self, Decision};
use rstest::rstest;
use testing::Engine;
use tokio::task::JoinSet;

pub const REQUEST: &str = "/api/v4/oauth/request_token/";
pub const ACCESS: &str = "/api/v4/oauth/access_token/";
const CALLBACK: &str = "https://client.example.com/back?from=portal";

/// Returns the credentials in a response of the flow.
fn issued(server: &TestServer, response: &Response) -> Credentials {
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(
        response.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(response.header("cache-control"), Some("no-store"));
    Credentials {
        token: response.form("oauth_token").unwrap(),
        token_secret: response.form("oauth_token_secret").unwrap(),
        ..server.consumer_credentials()
    }
}

/// First step: obtains a request token.
async fn obtain_request_token(server: &TestServer, callback: &str) -> Credentials {
    let unsigned = UnsignedRequest::post(REQUEST, server.now()).protocol("oauth_callback", callback);
    let response = server.send(&server.consumer_credentials().sign(&unsigned)).await;
    assert_eq!(response.form("oauth_callback_confirmed").as_deref(), Some("true"));
    server.assert_no_secret(&response, &server.credentials);
    issued(server, &response)
}

/// Second step: grants access as Ada and returns the verifier.
async fn allow(server: &TestServer, token: &str) -> String {
    let ada = server.sign_in("ada@example.com").await;
    match request_tokens::allow(server.portal(), &ada, token, None).await.unwrap() {
        Decision::Redirect(address) => {
            let query = address
                .strip_prefix(&format!("{CALLBACK}&oauth_token={token}&oauth_verifier="))
                .unwrap();
            query.to_owned()
        }
        Decision::Verifier(verifier) => verifier,
        Decision::Done => panic!("no verifier"),
    }
}

/// Third step: exchanges the request token for an access token.
async fn exchange(server: &TestServer, credentials: &Credentials, verifier: Option<&str>) -> Response {
    server.send(&exchange_request(server, credentials, verifier)).await
}

fn exchange_request(server: &TestServer, credentials: &Credentials, verifier: Option<&str>) -> Request {
    let unsigned = UnsignedRequest::post(ACCESS, server.now());
    credentials.sign(&match verifier {
        Some(verifier) => unsigned.protocol("oauth_verifier", verifier),
        None => unsigned,
    })
}

fn assert_rejected(response: &Response, problem: &str) {
    assert_eq!(
        (response.status, response.oauth_problem().as_str()),
        (401, problem),
        "{response:?}"
    );
}

#[rstest]
#[tokio::test]
async fn three_legged_flow_issues_a_token_valid_for_thirty_days(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for callback in [CALLBACK, "oob"] {
        let temporary = obtain_request_token(&server, callback).await;
        assert_rejected(
            &server.get_with(&temporary, "/api/v4/currentUser").await,
            "token_rejected",
        );
        assert_rejected(&exchange(&server, &temporary, None).await, "permission_unknown");
        let verifier = allow(&server, &temporary.token).await;
        assert_rejected(&exchange(&server, &temporary, None).await, "parameter_absent");
        assert_rejected(&exchange(&server, &temporary, Some("guess")).await, "verifier_invalid");
        let access = issued(&server, &exchange(&server, &temporary, Some(&verifier)).await);
        assert_rejected(&exchange(&server, &temporary, Some(&verifier)).await, "token_used");
        assert_rejected(&exchange(&server, &access, Some(&verifier)).await, "token_rejected");

        let response = server.get_with(&access, "/api/v4/currentUser").await;
        assert_eq!(
            (response.status, &response.json()["id"]),
            (200, &server.ada.to_string().into())
        );
        server.advance(30 * 24 * 3600 - 1);
        assert_eq!(server.get_with(&access, "/api/v4/currentUser").await.status, 200);
        server.advance(1);
        assert_rejected(&server.get_with(&access, "/api/v4/currentUser").await, "token_expired");
        assert_eq!(
            server.send(&server.signed_get("/api/v4/currentUser")).await.status,
            200,
            "a permanent token does not expire"
        );
    }
}

#[rstest]
#[tokio::test]
async fn three_legged_flow_accepts_every_signature_method_and_parameter_location(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for method in [Method::HmacSha1, Method::HmacSha256, Method::Plaintext] {
        for location in [
            ParameterLocation::Header,
            ParameterLocation::Body,
            ParameterLocation::Query,
        ] {
            let first =
                UnsignedRequest::post(REQUEST.trim_end_matches('/'), server.now()).with(method.clone(), location);
            let first = server
                .consumer_credentials()
                .sign(&first.protocol("oauth_callback", CALLBACK));
            let temporary = issued(&server, &server.send(&first).await);
            let verifier = allow(&server, &temporary.token).await;
            let third =
                UnsignedRequest::post(ACCESS.trim_end_matches('/'), server.now()).with(method.clone(), location);
            let third = temporary.sign(&third.protocol("oauth_verifier", &verifier));
            let access = issued(&server, &server.send(&third).await);
            assert_eq!(
                server.get_with(&access, "/api/v4/currentUser").await.status,
                200,
                "{method:?} {location:?}"
            );
        }
    }
}

#[rstest]
#[tokio::test]
async fn request_token_expires_after_ten_minutes(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let in_time = obtain_request_token(&server, "oob").await;
    let verifier = allow(&server, &in_time.token).await;
    let late = obtain_request_token(&server, "oob").await;
    let late_verifier = allow(&server, &late.token).await;
    server.advance(599);
    assert_eq!(exchange(&server, &in_time, Some(&verifier)).await.status, 200);
    server.advance(1);
    assert_rejected(&exchange(&server, &late, Some(&late_verifier)).await, "token_expired");
    // Maintenance keeps the expired token, so that the error stays specific.
    portal::maintenance::run(server.portal()).await.unwrap();
    assert_rejected(&exchange(&server, &late, Some(&late_verifier)).await, "token_expired");
}

#[rstest]
#[tokio::test]
async fn denied_request_token_is_rejected_with_permission_denied(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let temporary = obtain_request_token(&server, CALLBACK).await;
    let ada = server.sign_in("ada@example.com").await;
    request_tokens::deny(server.portal(), &ada, &temporary.token, None)
        .await
        .unwrap();
    assert_rejected(&exchange(&server, &temporary, Some("guess")).await, "permission_denied");
}

#[rstest]
#[tokio::test]
async fn request_token_without_valid_callback_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let request_token = async |callback: Option<&str>| {
        let unsigned = UnsignedRequest::post(REQUEST, server.now());
        let unsigned = match callback {
            Some(callback) => unsigned.protocol("oauth_callback", callback),
            None => unsigned,
        };
        server.send(&server.consumer_credentials().sign(&unsigned)).await
    };
    let absent = request_token(None).await;
    assert_rejected(&absent, "parameter_absent");
    assert_eq!(
        absent.json()["oauth_parameters_absent"],
        serde_json::json!(["oauth_callback"])
    );
    for callback in [
        "nowhere",
        "/back",
        "javascript:alert(1)",
        "https://client.example.com/#part",
    ] {
        let response = request_token(Some(callback)).await;
        assert_eq!(
            (response.status, response.oauth_problem().as_str()),
            (400, "parameter_rejected"),
            "{callback}"
        );
    }
    assert_eq!(
        request_token(Some("myapp://back")).await.status,
        200,
        "custom scheme of a mobile app"
    );
}

#[rstest]
#[tokio::test]
async fn legacy_flow_without_verifier_requires_the_consumer_setting(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let request_without_callback = async || {
        let unsigned = UnsignedRequest::post(REQUEST, server.now());
        server.send(&server.consumer_credentials().sign(&unsigned)).await
    };
    assert_rejected(&request_without_callback().await, "parameter_absent");
    server.set_signing("", true).await.unwrap();

    let temporary = issued(&server, &request_without_callback().await);
    let ada = server.sign_in("ada@example.com").await;
    let decision = request_tokens::allow(server.portal(), &ada, &temporary.token, Some(CALLBACK))
        .await
        .unwrap();
    assert_eq!(
        decision,
        Decision::Redirect(format!("{CALLBACK}&oauth_token={}", temporary.token))
    );
    let access = issued(&server, &exchange(&server, &temporary, None).await);
    assert_eq!(server.get_with(&access, "/api/v4/currentUser").await.status, 200);

    // With the legacy flow on, a request token with a callback still requires the verifier.
    let current = obtain_request_token(&server, CALLBACK).await;
    let verifier = allow(&server, &current.token).await;
    assert_rejected(&exchange(&server, &current, None).await, "parameter_absent");
    assert_eq!(exchange(&server, &current, Some(&verifier)).await.status, 200);

    // Turning the legacy flow off stops an exchange that is already authorized.
    let stranded = issued(&server, &request_without_callback().await);
    request_tokens::allow(server.portal(), &ada, &stranded.token, None)
        .await
        .unwrap();
    server.set_signing("", false).await.unwrap();
    assert_rejected(&exchange(&server, &stranded, None).await, "parameter_absent");
}

#[rstest]
#[tokio::test]
async fn concurrent_request_token_exchanges_succeed_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let temporary = obtain_request_token(&server, "oob").await;
    let verifier = allow(&server, &temporary.token).await;
    let mut sending = JoinSet::new();
    for number in 0..20 {
        let (request, address) = (
            exchange_request(&server, &temporary, Some(&verifier)),
            server.node_address(number % 2),
        );
        sending.spawn(async move { request.send(address).await });
    }
    let responses = sending.join_all().await;
    let (succeeded, rejected): (Vec<_>, Vec<_>) = responses.into_iter().partition(|response| response.status == 200);
    assert_eq!(succeeded.len(), 1);
    for response in rejected {
        assert_rejected(&response, "token_used");
    }
}

#[rstest]
#[tokio::test]
async fn three_legged_step_signed_with_wrong_secret_is_rejected(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let unsigned = UnsignedRequest::post(REQUEST, server.now()).protocol("oauth_callback", "oob");
    let wrong = Credentials {
        consumer_secret: "guess".to_owned(),
        ..server.consumer_credentials()
    };
    let response = server.send(&wrong.sign(&unsigned)).await;
    assert_rejected(&response, "signature_invalid");
    server.assert_no_secret(&response, &server.credentials);

    let temporary = obtain_request_token(&server, "oob").await;
    let verifier = allow(&server, &temporary.token).await;
    let wrong = Credentials {
        token_secret: String::new(),
        ..temporary.clone()
    };
    let response = exchange(&server, &wrong, Some(&verifier)).await;
    assert_rejected(&response, "signature_invalid");
    server.assert_no_secret(&response, &temporary);

    // Sending the same request twice issues one token.
    let request = server.consumer_credentials().sign(&unsigned);
    assert_eq!(server.send(&request).await.status, 200);
    assert_rejected(&server.send(&request).await, "nonce_used");
}
