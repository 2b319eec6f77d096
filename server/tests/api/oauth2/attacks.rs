//! Tests the attacks of RFC 9700 that an authorization server can prevent.

use super::client::{
    ALL_SCOPES, CALLBACK, Client, VERIFIER, access_token, challenge, error, form, get, native_app, parameter, policy,
    web_app,
};
use crate::http::Request;
use crate::test_server::{PASSWORD, TestConfig, TestServer};
use domain::accounts::NewAccount;
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::AppForm;
use portal::oauth2::consents::{self, Outcome};
use portal::{Error, accounts};
use rstest::rstest;
use testing::Engine;

fn attacker_app() -> AppForm {
    AppForm {
        name: "Attacker".to_owned(),
        redirect_uris: "https://attacker.example/cb".to_owned(),
        ..web_app()
    }
}

/// §4.1: a redirect URI that is not identical to a registered one gets no redirect.
#[rstest]
#[tokio::test]
async fn authorize_with_unregistered_redirect_uri_does_not_redirect(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let native = Client::register(&server, native_app()).await;
    for uri in [
        "https://attacker.example/",
        "https://app.example.com/callback/",
        "https://app.example.com/CALLBACK",
        "https://APP.example.com/callback",
        "https://app.example.com:443/callback",
        "https://app.example.com:8443/callback",
        "https://app.example.com/callback?x=1",
        "https://app.example.com/callback#x",
        "https://app.example.com/callback/../evil",
        "https://app.example.com/%63allback",
        "https://app.example.com.attacker.example/callback",
        "https://app.example.com@attacker.example/callback",
        "https://attacker.example/https://app.example.com/callback",
        "http://app.example.com/callback",
        "//app.example.com/callback",
        "https://app.example.com/callback\r\nSet-Cookie: a=b",
        "javascript:alert(1)//app.example.com/callback",
        "app.example.com/callback",
    ] {
        let outcome = client.authorize(&server, &[("redirect_uri", uri)]).await;
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{uri}: {outcome:?}");
    }
    for uri in [
        "http://127.0.0.1:51004/callback/x",
        "http://localhost:51004/callback",
        "http://127.0.0.2/callback",
        "http://127.0.0.1:51004@attacker.example/callback",
        "https://127.0.0.1/callback",
        "com.example.app:/callbackx",
        "com.example.app://callback",
    ] {
        let outcome = native.authorize(&server, &[("redirect_uri", uri)]).await;
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{uri}: {outcome:?}");
    }
}

/// §4.1 and §4.10: an unknown client or a client of another account gets no redirect.
#[rstest]
#[tokio::test]
async fn authorize_with_unknown_or_foreign_client_does_not_redirect(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let account = NewAccount {
        account_name: "Difference Engines".to_owned(),
        name: "Charles Babbage".to_owned(),
        email: "charles@example.org".to_owned(),
        password: PASSWORD.to_owned(),
    };
    accounts::create(server.portal(), account).await.unwrap();
    let charles = server.sign_in("charles@example.org").await;
    for id in [
        client.id.to_string(),
        uuid::Uuid::nil().to_string(),
        "x".to_owned(),
        String::new(),
    ] {
        let query = form(&[
            ("client_id", &id),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
        ]);
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let outcome = consents::authorize(server.portal(), &policy(&server), &charles, &parameters).await;
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{id}: {outcome:?}");
    }
}

/// §4.5: a stolen code cannot be used by another client, with another redirect URI or without the verifier.
#[rstest]
#[tokio::test]
async fn stolen_authorization_code_cannot_be_exchanged(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let attacker = Client::register(&server, attacker_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    assert_eq!(error(&attacker.exchange(&server, &code).await), "invalid_grant");
    let exchange = async |uri: Option<&str>, verifier: Option<&str>| {
        let mut pairs = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
        pairs.extend(uri.map(|uri| ("redirect_uri", uri)));
        pairs.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        client.token(&server, &pairs).await
    };
    let another = "x".repeat(43);
    for (uri, verifier, expected) in [
        (Some("https://attacker.example/cb"), Some(VERIFIER), "invalid_grant"),
        (None, Some(VERIFIER), "invalid_request"),
        (Some(CALLBACK), None, "invalid_request"),
        (Some(CALLBACK), Some(another.as_str()), "invalid_grant"),
        (Some(CALLBACK), Some("short"), "invalid_grant"),
        // The challenge itself, which the `plain` method would accept.
        (Some(CALLBACK), Some(challenge(VERIFIER).as_str()), "invalid_grant"),
    ] {
        assert_eq!(error(&exchange(uri, verifier).await), expected, "{uri:?} {verifier:?}");
    }
    // Failed attempts do not consume the code, so they cannot lock out its owner.
    assert_eq!(client.exchange(&server, &code).await.status, 200);
}

/// §4.8.2: a verifier is rejected if the challenge was removed from the authorization request.
#[rstest]
#[tokio::test]
async fn authorization_code_without_challenge_is_rejected_with_a_verifier(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let address = client.authorize(&server, &[("redirect_uri", CALLBACK)]).await.unwrap();
    let code = parameter(&address, "code").unwrap();
    assert_eq!(error(&client.exchange(&server, &code).await), "invalid_grant");
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    assert_eq!(client.token(&server, &pairs).await.status, 200);
}

/// §4.4: every authorization response names its issuer, including errors (RFC 9207).
#[rstest]
#[tokio::test]
async fn authorization_response_carries_iss_on_success_and_error(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    for scope in ["asset:read", "everything"] {
        let pairs = [("redirect_uri", CALLBACK), ("scope", scope)];
        let address = client.authorize(&server, &pairs).await.unwrap();
        assert_eq!(
            parameter(&address, "iss"),
            Some(server.credentials.origin.clone()),
            "{address}"
        );
    }
}

/// RFC 8252 §8.6: any program on the user's device can listen at the redirect URI, so consent is asked every time.
#[rstest]
#[tokio::test]
async fn native_app_is_asked_for_consent_every_time(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let ada = server.sign_in("ada@example.com").await;
    let native = Client::register(&server, native_app()).await;
    let web = Client::register(&server, web_app()).await;
    let challenge = challenge(VERIFIER);
    for (client, uri, skips_consent) in [
        (&native, "http://127.0.0.1:1234/callback", false),
        (&native, "com.example.app:/callback", false),
        (&web, CALLBACK, true),
    ] {
        let id = client.id.to_string();
        let query = form(&[
            ("client_id", id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", uri),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ]);
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        consents::allow(server.portal(), &policy(&server), &ada, &parameters)
            .await
            .unwrap();
        let again = consents::authorize(server.portal(), &policy(&server), &ada, &parameters)
            .await
            .unwrap();
        assert_eq!(matches!(again, Outcome::Redirect(_)), skips_consent, "{uri}");
    }
}

/// §4.13 and §2.5: a client id alone does not authenticate a client, and a public client cannot use another client's
/// secret or code.
#[rstest]
#[tokio::test]
async fn client_without_its_own_proof_cannot_impersonate_another(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let native = Client::register(&server, native_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    let without_secret = Client {
        secret: None,
        ..client.clone()
    };
    assert_eq!(error(&without_secret.exchange(&server, &code).await), "invalid_client");
    let with_secret = Client {
        secret: client.secret.clone(),
        ..native.clone()
    };
    assert_eq!(error(&with_secret.exchange(&server, &code).await), "invalid_client");
    assert_eq!(error(&native.exchange(&server, &code).await), "invalid_grant");
    assert_eq!(client.exchange(&server, &code).await.status, 200);
}

/// §2.3 and §4.3.2: secrets and tokens in the query are ignored.
#[rstest]
#[tokio::test]
async fn secrets_and_tokens_in_the_query_are_ignored(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, super::client::service_app()).await;
    let id = client.id.to_string();
    let query = form(&client.with_credentials(&id, &[("grant_type", "client_credentials")]));
    for request in [
        Request::new("POST", &format!("{}?{query}", super::client::TOKEN))
            .body("application/x-www-form-urlencoded", ""),
        Request::new("GET", &format!("{}?{query}", super::client::TOKEN)),
    ] {
        let response = server.send(&request).await;
        assert!([401, 405].contains(&response.status), "{response:?}");
        assert!(!response.body.contains("access_token\":"));
    }
    let token = access_token(&client.token(&server, &[("grant_type", "client_credentials")]).await);
    let response = server
        .send(&Request::new("GET", &format!("/api/v4/users?access_token={token}")))
        .await;
    assert_eq!(response.status, 401);
    assert_eq!(get(&server, "/api/v4/users", &token).await.status, 200);
}
