//! Tests the user endpoints of the API.

use super::access::get_json;
use crate::signer::UnsignedRequest;
use crate::test_server::{TestConfig, TestServer};
use domain::accounts::rights::Rights;
use portal::accounts::{profiles, users};
use rstest::rstest;
use serde_json::{Value, json};
use testing::Engine;

/// Members of a user that clients may read and that this portal does not support.
const UNSUPPORTED_MEMBERS: &str = "phoneNumber cellphoneNumber department departmentCode job companyName legalEntity \
    costCenter employeeNumber address postalCode city county state country gender terms";

/// Removes the unsupported members, which must be empty, from a user.
fn without_unsupported_members(mut user: Value) -> Value {
    let members = user.as_object_mut().unwrap();
    for name in UNSUPPORTED_MEMBERS.split_whitespace() {
        assert_eq!(members.remove(name), Some(json!("")), "{name}");
    }
    user
}

#[rstest]
#[tokio::test]
async fn current_user_is_described_with_and_without_trailing_slash(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let profile = profiles::list(server.portal(), &server.operator).await.unwrap()[0].id;
    let expected = json!({
        "id": server.ada.to_string(),
        "username": "ada@example.com",
        "email": "ada@example.com",
        "firstname": "Ada",
        "infix": "",
        "lastname": "Lovelace",
        "profileId": profile.to_string(),
        "active": true,
        "isSSOOnly": false,
        "language": "en_US",
        "timeZone": "UTC",
        "persisted": true,
    });
    assert_eq!(
        without_unsupported_members(get_json(&server, "/api/v4/currentUser").await),
        expected
    );
    assert_eq!(
        without_unsupported_members(get_json(&server, "/api/v4/currentUser/").await),
        expected
    );
    let head = server.credentials.sign(&UnsignedRequest {
        verb: "HEAD",
        ..UnsignedRequest::get("/api/v4/currentUser", server.now())
    });
    let response = server.send(&head).await;
    assert_eq!((response.status, response.body.as_str()), (200, ""));
}

#[rstest]
#[tokio::test]
async fn current_user_is_the_user_of_the_token_in_every_request(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let (joseph, _) = server.create_user("Joseph Clement", Rights::all()).await;
    let (_, credentials) = server.create_token("joseph@example.com").await;
    for _ in 0..2 {
        for (credentials, id, email) in [
            (&server.credentials, server.ada, "ada@example.com"),
            (&credentials, joseph, "joseph@example.com"),
        ] {
            let response = server.get_with(credentials, "/api/v4/currentUser").await;
            assert_eq!(response.header("content-type"), Some("application/json"));
            assert_eq!(response.header("cache-control"), Some("no-store"));
            let user = response.json();
            assert_eq!((&user["id"], &user["email"]), (&json!(id.to_string()), &json!(email)));
        }
    }
}

#[rstest]
#[tokio::test]
async fn user_last_login_is_an_rfc_3339_time(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    server.sign_in("ada@example.com").await;
    assert_eq!(
        get_json(&server, "/api/v4/currentUser").await["lastLogin"],
        "2026-06-01T00:00:00Z"
    );
    assert_eq!(
        get_json(&server, &format!("/api/v4/users/{}", server.ada)).await["lastLogin"],
        "2026-06-01T00:00:00Z"
    );
}

#[rstest]
#[tokio::test]
async fn users_are_listed_by_page(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let mut ids = vec![server.ada.to_string()];
    for name in ["Grace Hopper", "Mary Somerville", "Voltaire"] {
        ids.push(server.create_user(name, Rights::default()).await.0.to_string());
    }
    let mary = ids[2].parse().unwrap();
    users::set_active(server.portal(), &server.operator, mary, false)
        .await
        .unwrap();

    // Path, expected ids in order, then total records, total pages, page and limit.
    let all = [&ids[0], &ids[1], &ids[3]];
    let with_mary = [&ids[0], &ids[1], &ids[2], &ids[3]];
    let cases: [(&str, &[&String], [&str; 4]); 8] = [
        ("/api/v4/users", &all, ["3", "1", "1", "3"]),
        ("/api/v4/users/?includeInActive=true", &with_mary, ["4", "1", "1", "4"]),
        (
            "/api/v4/users?includeInActive=True&limit=3",
            &with_mary[..3],
            ["4", "2", "1", "3"],
        ),
        (
            "/api/v4/users?includeInActive=1&limit=3&page=2",
            &with_mary[3..],
            ["4", "2", "2", "3"],
        ),
        (
            "/api/v4/users?limit=3&page=1&includeInActive=false",
            &all,
            ["3", "1", "1", "3"],
        ),
        ("/api/v4/users?limit=3&page=9", &[], ["3", "1", "9", "3"]),
        ("/api/v4/users?page=1", &all, ["3", "1", "1", "100"]),
        (
            "/api/v4/users?limit=4294967295&page=4294967295",
            &[],
            ["3", "1", "4294967295", "4294967295"],
        ),
    ];
    for (path, expected, totals) in cases {
        let response = server
            .send(&server.credentials.sign(&with_query(path, server.now())))
            .await;
        assert_eq!(response.status, 200, "{path}: {response:?}");
        let listed: Vec<Value> = response
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["id"].clone())
            .collect();
        assert_eq!(json!(listed), json!(expected), "{path}");
        let headers = ["TotalRecords", "TotalPages", "Page", "Limit"];
        let actual = headers.map(|name| response.header(&format!("X-Pagination-{name}")).unwrap().to_owned());
        assert_eq!(actual, totals, "{path}");
    }

    let users = get_json(&server, "/api/v4/users").await;
    assert_eq!(
        users[1],
        json!({
            "id": ids[1],
            "name": "Grace Hopper",
            "username": "grace@example.com",
            "email": "grace@example.com",
            "email2": "",
            "profileId": users[1]["profileId"],
            "active": 1,
            "isSSOOnly": false,
            "timeZone": "UTC",
            "salesrepId": "",
            "employeeNumber": "",
            "website": "",
            "country": "",
            "groups": [],
        })
    );
    let all = server
        .send(
            &server
                .credentials
                .sign(&with_query("/api/v4/users?includeInActive=true", server.now())),
        )
        .await;
    assert_eq!(all.json()[2]["active"], 0);
}

/// Returns a GET request for a path with a query.
fn with_query(target: &str, now: i64) -> UnsignedRequest {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.fold(UnsignedRequest::get(path, now), |unsigned, pair| {
        let (name, value) = pair.split_once('=').unwrap();
        unsigned.query(name, value)
    })
}

#[rstest]
#[tokio::test]
async fn invalid_user_list_parameter_is_reported_by_field(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let cases = [
        ("limit", "limit=0"),
        ("limit", "limit=-1"),
        ("limit", "limit=many"),
        ("limit", "limit="),
        ("limit", "limit=+1"),
        ("limit", "limit=1.5"),
        ("limit", "limit=4294967296"),
        ("limit", "limit=1&limit=2"),
        ("page", "page=0"),
        ("page", "page=1e3"),
        ("includeInActive", "includeInActive=perhaps"),
        ("includeInActive", "includeInActive="),
    ];
    for (field, query) in cases {
        let unsigned = with_query(&format!("/api/v4/users?{query}"), server.now());
        let response = server.send(&server.credentials.sign(&unsigned)).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (400, "invalid"),
            "{query}"
        );
        assert_eq!(response.json()["errors"][0]["field"], field, "{query}");
        assert!(!response.json()["errors"][0]["detail"].as_str().unwrap().is_empty());
    }
}

#[rstest]
#[tokio::test]
async fn user_is_found_by_id_or_username(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let (voltaire, profile) = server.create_user("Voltaire", Rights::default()).await;
    users::set_active(server.portal(), &server.operator, voltaire, false)
        .await
        .unwrap();
    let expected = json!({
        "id": voltaire.to_string(),
        "username": "voltaire@example.com",
        "email": "voltaire@example.com",
        "firstname": "Voltaire",
        "infix": "",
        "lastname": "",
        "profileId": profile.to_string(),
        "active": false,
        "isSSOOnly": false,
        "language": "en_US",
        "timeZone": "UTC",
        "persisted": true,
        "groups": [],
    });
    for name in [voltaire.to_string(), "voltaire%40example.com".to_owned()] {
        for slash in ["", "/"] {
            assert_eq!(
                without_unsupported_members(get_json(&server, &format!("/api/v4/users/{name}{slash}")).await),
                expected
            );
        }
    }
    for unknown in ["0192f0c1-2b3c-7d4e-8f90-123456789abc", "nobody", "%ff", "..%2f"] {
        let response = server
            .send(&server.signed_get(&format!("/api/v4/users/{unknown}")))
            .await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (404, "not-found"),
            "{unknown}"
        );
    }
}
