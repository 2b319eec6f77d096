//! Tests the authorization code grant (RFC 6749 §4.1) with PKCE (RFC 7636).

use super::client::{
    ALL_SCOPES, CALLBACK, Client, VERIFIER, access_token, challenge, error, get, native_app, parameter, web_app,
};
use crate::http::Request;
use crate::test_server::{TestConfig, TestServer};
use domain::accounts::rights::Rights;
use domain::oauth2::Parameters;
use portal::oauth2::connected_apps;
use rstest::rstest;
use testing::Engine;

#[rstest]
#[tokio::test]
async fn authorization_code_grant_issues_tokens_for_the_user(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    let response = client.exchange(&server, &code).await;
    assert_eq!(response.json()["scope"], ALL_SCOPES);
    let token = access_token(&response);
    assert_eq!(
        get(&server, "/api/v4/currentUser", &token).await.json()["email"],
        "ada@example.com"
    );
    assert!(response.json()["refresh_token"].as_str().is_some());

    // Without the `offline` scope, no refresh token is issued.
    let code = client.code(&server, "current.user:read").await;
    let response = client.exchange(&server, &code).await;
    assert_eq!(response.json()["scope"], "current.user:read");
    assert_eq!(response.json().get("refresh_token"), None);

    let ada = server.sign_in("ada@example.com").await;
    let connected = connected_apps::list(server.portal(), &ada).await.unwrap();
    assert_eq!(connected[0].name, "Web app");
    assert_eq!(connected[0].scopes.to_string(), ALL_SCOPES);
    assert!(connected[0].last_used_at.is_some());
}

#[rstest]
#[tokio::test]
async fn authorization_code_expires_after_a_minute(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    server.advance(59);
    assert_eq!(client.exchange(&server, &code).await.status, 200);
    let code = client.code(&server, ALL_SCOPES).await;
    server.advance(60);
    assert_eq!(error(&client.exchange(&server, &code).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn reused_authorization_code_revokes_the_tokens_it_issued(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    let response = client.exchange(&server, &code).await;
    let (access, refresh) = (access_token(&response), super::client::refresh_token(&response));
    assert_eq!(get(&server, "/api/v4/currentUser", &access).await.status, 200);
    assert_eq!(error(&client.exchange(&server, &code).await), "invalid_grant");
    assert_eq!(get(&server, "/api/v4/currentUser", &access).await.status, 401);
    assert_eq!(error(&client.refresh(&server, &refresh).await), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn concurrent_code_exchanges_issue_one_grant_and_revoke_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, web_app()).await;
    let code = client.code(&server, ALL_SCOPES).await;
    let id = client.id.to_string();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let request = super::client::post(super::client::TOKEN, &client.with_credentials(&id, &pairs));
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..8 {
        let (request, address) = (request.clone(), server.node_address(index % 2));
        tasks.spawn(async move { request.send(address).await });
    }
    let responses = tasks.join_all().await;
    assert!(
        responses.iter().all(|response| [200, 400].contains(&response.status)),
        "{responses:?}"
    );
    let granted: Vec<_> = responses.iter().filter(|response| response.status == 200).collect();
    assert_eq!(granted.len(), 1);
    // The other requests reused the code, which revokes the token issued to the first.
    assert_eq!(
        get(&server, "/api/v4/currentUser", &access_token(granted[0]))
            .await
            .status,
        401
    );
}

#[rstest]
#[tokio::test]
async fn native_app_requires_pkce_with_s256(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, native_app()).await;
    assert_eq!(client.secret, None);
    let uri = "http://127.0.0.1:51004/callback";
    let challenge = challenge(VERIFIER);
    let pkce = [
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let address = client
        .authorize(&server, &[("redirect_uri", uri), pkce[0], pkce[1]])
        .await
        .unwrap();
    assert!(address.starts_with(&format!("{uri}?code=")), "{address}");
    let code = parameter(&address, "code").unwrap();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", uri),
        ("code_verifier", VERIFIER),
    ];
    let response = client.token(&server, &pairs).await;
    let refresh = super::client::refresh_token(&response);
    assert_eq!(client.refresh(&server, &refresh).await.status, 200);

    let without_pkce = client.authorize(&server, &[("redirect_uri", uri)]).await.unwrap();
    assert_eq!(parameter(&without_pkce, "error").as_deref(), Some("invalid_request"));
    let plain = [
        ("redirect_uri", uri),
        ("code_challenge", VERIFIER),
        ("code_challenge_method", "plain"),
    ];
    let plain = client.authorize(&server, &plain).await.unwrap();
    assert_eq!(parameter(&plain, "error").as_deref(), Some("invalid_request"));
    // Without a method, the default would be `plain`.
    let without_method = [("redirect_uri", uri), ("code_challenge", challenge.as_str())];
    let without_method = client.authorize(&server, &without_method).await.unwrap();
    assert_eq!(parameter(&without_method, "error").as_deref(), Some("invalid_request"));
}

#[rstest]
#[tokio::test]
async fn authorization_error_is_redirected_to_the_client_with_state(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let id = client.id.to_string();
    let ada = server.sign_in("ada@example.com").await;
    for (pairs, expected) in [
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![], "invalid_request"),
        (
            vec![("response_type", "code"), ("scope", "everything")],
            "invalid_scope",
        ),
        (
            vec![("response_type", "code"), ("scope", "asset:read"), ("scope", "offline")],
            "invalid_request",
        ),
        (
            vec![("response_type", "code"), ("code_challenge_method", "S256")],
            "invalid_request",
        ),
        (vec![("response_type", "code"), ("request", "eyJ")], "invalid_request"),
    ] {
        let mut query_pairs = vec![("client_id", id.as_str()), ("redirect_uri", CALLBACK), ("state", "xyz")];
        query_pairs.extend(pairs);
        let query = super::client::form(&query_pairs);
        let parameters = domain::oauth2::Parameters::parse(query.as_bytes()).unwrap();
        let policy = super::client::policy(&server);
        let outcome = portal::oauth2::consents::authorize(server.portal(), &policy, &ada, &parameters).await;
        let Ok(portal::oauth2::consents::Outcome::Redirect(address)) = outcome else {
            panic!("{query}: {outcome:?}");
        };
        assert!(address.starts_with(&format!("{CALLBACK}?error=")), "{address}");
        assert_eq!(parameter(&address, "error").as_deref(), Some(expected), "{address}");
        assert_eq!(parameter(&address, "state").as_deref(), Some("xyz"));
        assert_eq!(parameter(&address, "iss"), Some(policy.issuer));
    }
}

/// RFC 6749 §4.1.2 and §4.1.2.1: every response returns the exact value. Only the request as a whole is limited in
/// size.
#[rstest]
#[tokio::test]
async fn authorization_state_of_any_length_is_returned_unchanged(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, web_app()).await;
    let id = client.id.to_string();
    let ada = server.sign_in("ada@example.com").await;
    let policy = super::client::policy(&server);
    let states = [
        "x".to_owned(),
        "x".repeat(2048),
        "x".repeat(2049),
        "x".repeat(3000),
        "x".repeat(7500),
        "a b+c%20d&e=f#g?h/i\"j\\k<l>'m".repeat(60),
        "%25%2B%26".repeat(300),
        "eyJyZXR1cm4iOiIvIn0=.".repeat(200),
        "ä\u{1F600}".repeat(300),
        "\t\r\n ".repeat(100),
    ];
    for state in &states {
        for (pairs, expected) in [
            (vec![("response_type", "code")], None),
            (vec![("response_type", "token")], Some("unsupported_response_type")),
            (vec![], Some("invalid_request")),
            (
                vec![("response_type", "code"), ("scope", "everything")],
                Some("invalid_scope"),
            ),
            (
                vec![("response_type", "code"), ("scope", "offline"), ("scope", "offline")],
                Some("invalid_request"),
            ),
            (
                vec![("response_type", "code"), ("code_challenge", "short")],
                Some("invalid_request"),
            ),
            (
                vec![("response_type", "code"), ("request_uri", "x")],
                Some("invalid_request"),
            ),
        ] {
            let mut query_pairs = vec![("client_id", id.as_str()), ("redirect_uri", CALLBACK), ("state", state)];
            query_pairs.extend(pairs);
            let query = super::client::form(&query_pairs);
            let parameters = Parameters::parse_lenient(query.as_bytes()).unwrap();
            let (portal, assert_returned) = (server.portal(), |address: &str| {
                assert_eq!(parameter(address, "error").as_deref(), expected, "{address:.200}");
                assert_eq!(parameter(address, "state").as_ref(), Some(state), "{query:.200}");
            });
            assert_returned(
                &portal::oauth2::consents::allow(portal, &policy, &ada, &parameters)
                    .await
                    .unwrap(),
            );
            let refused = portal::oauth2::consents::deny(portal, &policy, &ada, &parameters)
                .await
                .unwrap();
            let error = parameter(&refused, "error");
            assert_eq!(error.as_deref(), Some(expected.unwrap_or("access_denied")));
            assert_eq!(parameter(&refused, "state").as_ref(), Some(state));
            // Access was granted before, so consent is not asked again.
            match portal::oauth2::consents::authorize(portal, &policy, &ada, &parameters)
                .await
                .unwrap()
            {
                portal::oauth2::consents::Outcome::Redirect(address) => assert_returned(&address),
                other => panic!("{other:?}"),
            }
        }
        // The state is returned even if another parameter cannot be decoded.
        for malformed in ["scope=%zz", "scope=%ff", "x=%E4", "%zz=1"] {
            let query_pairs = [
                ("client_id", id.as_str()),
                ("redirect_uri", CALLBACK),
                ("response_type", "code"),
                ("state", state),
            ];
            let query = format!("{malformed}&{}", super::client::form(&query_pairs));
            let parameters = Parameters::parse_lenient(query.as_bytes()).unwrap();
            let address = portal::oauth2::consents::allow(server.portal(), &policy, &ada, &parameters)
                .await
                .unwrap();
            assert_eq!(
                parameter(&address, "error").as_deref(),
                Some("invalid_request"),
                "{malformed}"
            );
            assert_eq!(parameter(&address, "state").as_ref(), Some(state), "{malformed}");
        }
    }
    for absent in ["", "&state=", "&state"] {
        let query = format!("client_id={id}&redirect_uri={CALLBACK}{absent}");
        let parameters = Parameters::parse_lenient(query.as_bytes()).unwrap();
        let address = portal::oauth2::consents::allow(server.portal(), &policy, &ada, &parameters)
            .await
            .unwrap();
        assert_eq!(parameter(&address, "state"), None, "{absent}");
    }
}

#[rstest]
#[tokio::test]
async fn oauth2_authorize_endpoint_redirects_to_the_consent_page(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let query = "client_id=x&redirect_uri=https%3A%2F%2Fa.example&state=%C3%A4";
    for path in ["/v6/authentication/oauth2/auth", "/v6/authentication/oauth2/auth/"] {
        let response = server.send(&Request::new("GET", &format!("{path}?{query}"))).await;
        assert_eq!(response.status, 303);
        assert_eq!(
            response.header("location"),
            Some(format!("/oauth2/authorise?{query}").as_str())
        );
        let posted = Request::new("POST", path).body("application/x-www-form-urlencoded", query);
        let response = server.send(&posted).await;
        assert_eq!(
            response.header("location"),
            Some(format!("/oauth2/authorise?{query}").as_str())
        );
    }
}

#[rstest]
#[tokio::test]
async fn consent_is_asked_once_per_user_and_can_be_withdrawn(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    server.create_user("Grace Hopper", Rights::all()).await;
    let client = Client::register(&server, web_app()).await;
    let (access, refresh) = client.obtain_tokens(&server).await;
    let ada = server.sign_in("ada@example.com").await;
    let grace = server.sign_in("grace@example.com").await;
    let id = client.id.to_string();
    let authorize = async |actor: &portal::Actor, scope: &str| {
        let pairs = [
            ("client_id", id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", scope),
        ];
        let query = super::client::form(&pairs);
        let parameters = domain::oauth2::Parameters::parse(query.as_bytes()).unwrap();
        let policy = super::client::policy(&server);
        portal::oauth2::consents::authorize(server.portal(), &policy, actor, &parameters)
            .await
            .unwrap()
    };
    let is_asked =
        |outcome: &portal::oauth2::consents::Outcome| matches!(outcome, portal::oauth2::consents::Outcome::Ask(_));
    assert!(!is_asked(&authorize(&ada, "asset:read").await));
    assert!(is_asked(&authorize(&grace, "asset:read").await), "consent is per user");

    connected_apps::disconnect(server.portal(), &ada, client.id)
        .await
        .unwrap();
    assert!(is_asked(&authorize(&ada, "asset:read").await));
    assert_eq!(get(&server, "/api/v4/currentUser", &access).await.status, 401);
    assert_eq!(error(&client.refresh(&server, &refresh).await), "invalid_grant");
}
