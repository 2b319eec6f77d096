//! What the API says of people.

use crate::api::read;
use crate::signer::Unsigned;
use crate::world::{Settings, on_each_engine};
use domain::accounts::rights::Rights;
use portal::accounts::{profiles, users};
use serde_json::{Value, json};

/// The members that a client may read and this portal does not keep.
const UNKEPT: &str = "phoneNumber cellphoneNumber department departmentCode job companyName legalEntity costCenter \
    employeeNumber address postalCode city county state country gender terms";

/// What is left of an answer about a user when the empty texts are taken away.
fn kept(mut user: Value) -> Value {
    let members = user.as_object_mut().unwrap();
    for name in UNKEPT.split_whitespace() {
        assert_eq!(members.remove(name), Some(json!("")), "{name}");
    }
    user
}

#[tokio::test]
async fn the_current_user() {
    on_each_engine(Settings::default(), async |world| {
        let profile = profiles::list(world.portal(), &world.operator).await.unwrap()[0].id;
        let expected = json!({
            "id": world.ada.to_string(),
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
        assert_eq!(kept(read(&world, "/api/v4/currentUser").await), expected);
        assert_eq!(kept(read(&world, "/api/v4/currentUser/").await), expected);
        let head = world.credentials.sign(&Unsigned {
            verb: "HEAD",
            ..Unsigned::get("/api/v4/currentUser", world.now())
        });
        let answer = world.send(&head).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    })
    .await;
}

#[tokio::test]
async fn the_last_sign_in_is_a_time() {
    on_each_engine(Settings::default(), async |world| {
        world.signed_in("ada@example.com").await;
        assert_eq!(
            read(&world, "/api/v4/currentUser").await["lastLogin"],
            "2026-06-01T00:00:00Z"
        );
        assert_eq!(
            read(&world, &format!("/api/v4/users/{}", world.ada)).await["lastLogin"],
            "2026-06-01T00:00:00Z"
        );
    })
    .await;
}

#[tokio::test]
async fn users_are_listed_by_page() {
    on_each_engine(Settings::default(), async |world| {
        let mut ids = vec![world.ada.to_string()];
        for name in ["Grace Hopper", "Mary Somerville", "Voltaire"] {
            ids.push(world.person(name, Rights::default()).await.0.to_string());
        }
        let mary = ids[2].parse().unwrap();
        users::set_active(world.portal(), &world.operator, mary, false)
            .await
            .unwrap();

        // Path, ids in order, then total records, total pages, page and limit.
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
            let answer = world
                .send(&world.credentials.sign(&with_query(path, world.now())))
                .await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            let listed: Vec<Value> = answer
                .json()
                .as_array()
                .unwrap()
                .iter()
                .map(|user| user["id"].clone())
                .collect();
            assert_eq!(json!(listed), json!(expected), "{path}");
            let headers = ["TotalRecords", "TotalPages", "Page", "Limit"];
            let told = headers.map(|name| answer.header(&format!("X-Pagination-{name}")).unwrap().to_owned());
            assert_eq!(told, totals, "{path}");
        }

        let users = read(&world, "/api/v4/users").await;
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
        let all = world
            .send(
                &world
                    .credentials
                    .sign(&with_query("/api/v4/users?includeInActive=true", world.now())),
            )
            .await;
        assert_eq!(all.json()[2]["active"], 0);
    })
    .await;
}

/// A GET of a path with a query.
fn with_query(target: &str, now: i64) -> Unsigned {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.fold(Unsigned::get(path, now), |request, pair| {
        let (name, value) = pair.split_once('=').unwrap();
        request.query(name, value)
    })
}

#[tokio::test]
async fn what_is_wrong_with_a_query_is_said_of_its_field() {
    on_each_engine(Settings::default(), async |world| {
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
            let request = with_query(&format!("/api/v4/users?{query}"), world.now());
            let answer = world.send(&world.credentials.sign(&request)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid"), "{query}");
            assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
            assert!(!answer.json()["errors"][0]["detail"].as_str().unwrap().is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn one_user_by_id_or_name() {
    on_each_engine(Settings::default(), async |world| {
        let (voltaire, profile) = world.person("Voltaire", Rights::default()).await;
        users::set_active(world.portal(), &world.operator, voltaire, false)
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
                    kept(read(&world, &format!("/api/v4/users/{name}{slash}")).await),
                    expected
                );
            }
        }
        for nobody in ["0192f0c1-2b3c-7d4e-8f90-123456789abc", "nobody", "%ff", "..%2f"] {
            let answer = world.send(&world.get(&format!("/api/v4/users/{nobody}"))).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (404, "not-found"),
                "{nobody}"
            );
        }
    })
    .await;
}
