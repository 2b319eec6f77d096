//! Tests API responses and access control.

use crate::http::Request;
use crate::test_server::{PASSWORD, TestConfig, TestServer};
use domain::accounts::NewAccount;
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use domain::coded_enum::CodedEnum;
use portal::accounts;
use portal::accounts::{profiles, users};
use rstest::rstest;
use serde_json::{Value, json};
use testing::Engine;

pub async fn get_json(server: &TestServer, path: &str) -> Value {
    let response = server.send(&server.signed_get(path)).await;
    assert_eq!(
        (response.status, response.header("content-type")),
        (200, Some("application/json")),
        "{path}: {response:?}"
    );
    response.json()
}

#[rstest]
#[tokio::test]
async fn account_is_described_with_and_without_trailing_slash(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let expected = json!({
        "name": "Analytical Engines",
        "availableLanguages": ["en_US"],
        "defaultLanguage": "en_US",
        "timeZone": "UTC",
        "isOpenImageBank": false,
    });
    assert_eq!(get_json(&server, "/api/v4/account").await, expected);
    assert_eq!(get_json(&server, "/api/v4/account/").await, expected);
}

#[rstest]
#[tokio::test]
async fn profiles_are_listed_and_read_by_id(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let (_, editor) = server
        .create_user("Grace Hopper", Rights::default().with(Right::ViewApiTokens))
        .await;
    let profiles = get_json(&server, "/api/v4/profiles").await;
    let codes: Vec<&str> = Right::ALL.iter().map(|right| right.code()).collect();
    assert_eq!(
        profiles[0],
        json!({ "id": profiles[0]["id"], "name": "Administrator", "roles": codes })
    );
    let expected = json!({ "id": editor.to_string(), "name": "Profile of Grace Hopper", "roles": ["view-api-tokens"] });
    assert_eq!(profiles[1], expected);
    assert_eq!(
        get_json(&server, &format!("/api/v4/profiles/{editor}/")).await,
        expected
    );
    for unknown in ["0192f0c1-2b3c-7d4e-8f90-123456789abc", "nothing"] {
        let response = server
            .send(&server.signed_get(&format!("/api/v4/profiles/{unknown}")))
            .await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (404, "not-found"),
            "{unknown}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn token_without_manage_users_right_reads_only_its_own_user_and_profile(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let (grace, profile) = server
        .create_user("Grace Hopper", Rights::all().without(Right::ManageUsers))
        .await;
    let (_, credentials) = server.create_token("grace@example.com").await;
    let others = profiles::list(server.portal(), &server.operator).await.unwrap();
    let other = others.iter().find(|other| other.id != profile).unwrap().id;
    let forbidden = [
        "/api/v4/users".to_owned(),
        format!("/api/v4/users/{}", server.ada),
        "/api/v4/users/ada@example.com".to_owned(),
        "/api/v4/users/nobody".to_owned(),
        "/api/v4/profiles".to_owned(),
        format!("/api/v4/profiles/{other}"),
    ];
    for path in forbidden {
        let response = server.get_with(&credentials, &path).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (403, "forbidden"),
            "{path}"
        );
        assert_eq!(response.json()["right"], "manage-users");
    }
    let own = [
        "/api/v4/account".to_owned(),
        "/api/v4/currentUser".to_owned(),
        format!("/api/v4/users/{grace}"),
        "/api/v4/users/Grace@Example.com".to_owned(),
        format!("/api/v4/profiles/{profile}"),
    ];
    for path in own {
        assert_eq!(server.get_with(&credentials, &path).await.status, 200, "{path}");
    }
}

#[rstest]
#[tokio::test]
async fn users_and_profiles_of_another_account_are_not_found(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let account = NewAccount {
        account_name: "Difference Engines".to_owned(),
        name: "Charles Babbage".to_owned(),
        email: "charles@example.com".to_owned(),
        password: PASSWORD.to_owned(),
    };
    let (_, charles) = accounts::create(server.portal(), account).await.unwrap();
    let operator = accounts::operator(server.portal(), Some("Difference Engines"))
        .await
        .unwrap();
    let profile = profiles::list(server.portal(), &operator).await.unwrap()[0].id;
    let user = NewUser {
        name: "Joseph Clement".to_owned(),
        email: "joseph@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        profile: "Administrator".to_owned(),
    };
    let joseph = users::create(server.portal(), &operator, user).await.unwrap();
    let paths = [
        format!("/api/v4/users/{charles}"),
        format!("/api/v4/users/{joseph}"),
        "/api/v4/users/charles@example.com".to_owned(),
        format!("/api/v4/profiles/{profile}"),
    ];
    for path in paths {
        let response = server.send(&server.signed_get(&path)).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (404, "not-found"),
            "{path}"
        );
    }
    assert_eq!(get_json(&server, "/api/v4/users").await.as_array().unwrap().len(), 1);
    assert_eq!(get_json(&server, "/api/v4/profiles").await.as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn unknown_api_path_or_method_is_answered_with_problem_json(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for path in [
        "/api",
        "/api/",
        "/api/v4",
        "/api/v4/assets",
        "/api/v4/users/x/y",
        "/api/v4//accounts",
        "/api/V4/account",
    ] {
        let response = server.send(&Request::new("GET", path)).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (404, "unknown-route"),
            "{path}"
        );
    }
    let cases = [
        ("POST", "/api/v4/account", "GET,HEAD"),
        ("DELETE", "/api/v4/users/x/", "GET,HEAD"),
        ("OPTIONS", "/api/v4/currentUser", "GET,HEAD"),
        ("GET", "/api/v4/oauth/request_token/", "POST"),
        ("PUT", "/api/v4/oauth/access_token", "POST"),
        ("POST", "/api/v4/oauth/authorise/", "GET,HEAD"),
    ];
    for (method, path, allowed) in cases {
        let response = server.send(&Request::new(method, path)).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (405, "method-not-allowed"),
            "{method} {path}"
        );
        assert_eq!(response.header("allow"), Some(allowed), "{method} {path}");
    }
}

#[rstest]
#[tokio::test]
async fn api_response_carries_the_request_id(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    for path in ["/api/v4/currentUser", "/api/v4/nothing"] {
        let generated = server.send(&server.signed_get(path)).await;
        assert!(
            generated.header("x-request-id").is_some_and(|id| !id.is_empty()),
            "{path}"
        );
        let provided = server
            .send(&server.signed_get(path).header("X-Request-Id", "my-id-1"))
            .await;
        assert_eq!(provided.header("x-request-id"), Some("my-id-1"), "{path}");
    }
}
