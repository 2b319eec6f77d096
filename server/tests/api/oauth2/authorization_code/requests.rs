//! Tests authorization requests: errors, the state parameter and consent.

use crate::http::Request;
use crate::oauth2::client::{CALLBACK, Client, error, form, get, parameter, policy, web_app};
use crate::test_server::{TestConfig, TestServer};
use domain::accounts::rights::Rights;
use domain::oauth2::Parameters;
use portal::oauth2::connected_apps;
use portal::oauth2::consents::{self, Outcome};
use rstest::rstest;
use testing::Engine;

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
        let query = form(&query_pairs);
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let policy = policy(&server);
        let outcome = consents::authorize(server.portal(), &policy, &ada, &parameters).await;
        let Ok(Outcome::Redirect(address)) = outcome else {
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
    let policy = policy(&server);
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
            let query = form(&query_pairs);
            let parameters = Parameters::parse_lenient(query.as_bytes()).unwrap();
            let (portal, assert_returned) = (server.portal(), |address: &str| {
                assert_eq!(parameter(address, "error").as_deref(), expected, "{address:.200}");
                assert_eq!(parameter(address, "state").as_ref(), Some(state), "{query:.200}");
            });
            assert_returned(&consents::allow(portal, &policy, &ada, &parameters).await.unwrap());
            let rejected = consents::deny(portal, &policy, &ada, &parameters).await.unwrap();
            let error = parameter(&rejected, "error");
            assert_eq!(error.as_deref(), Some(expected.unwrap_or("access_denied")));
            assert_eq!(parameter(&rejected, "state").as_ref(), Some(state));
            // Access was granted before, so consent is not asked again.
            match consents::authorize(portal, &policy, &ada, &parameters).await.unwrap() {
                Outcome::Redirect(address) => assert_returned(&address),
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
            let query = format!("{malformed}&{}", form(&query_pairs));
            let parameters = Parameters::parse_lenient(query.as_bytes()).unwrap();
            let address = consents::allow(server.portal(), &policy, &ada, &parameters)
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
        let address = consents::allow(server.portal(), &policy, &ada, &parameters)
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
        let query = form(&pairs);
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let policy = policy(&server);
        consents::authorize(server.portal(), &policy, actor, &parameters)
            .await
            .unwrap()
    };
    let is_asked = |outcome: &Outcome| matches!(outcome, Outcome::Ask(_));
    assert!(!is_asked(&authorize(&ada, "asset:read").await));
    assert!(is_asked(&authorize(&grace, "asset:read").await), "consent is per user");

    connected_apps::disconnect(server.portal(), &ada, client.id)
        .await
        .unwrap();
    assert!(is_asked(&authorize(&ada, "asset:read").await));
    assert_eq!(get(&server, "/api/v4/currentUser", &access).await.status, 401);
    assert_eq!(error(&client.refresh(&server, &refresh).await), "invalid_grant");
}
