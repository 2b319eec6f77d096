//! What the API answers, and to whom.

use crate::http::Call;
use crate::signer::Unsigned;
use crate::world::{PASSWORD, Settings, World, on_each_engine};
use domain::accounts::NewAccount;
use domain::people::NewUser;
use domain::rights::{Right, Rights};
use portal::{accounts, people, profiles};
use serde_json::{Value, json};

/// A text for each member that a client may read and this portal does not keep.
const UNKEPT: [&str; 17] = [
    "phoneNumber",
    "cellphoneNumber",
    "department",
    "departmentCode",
    "job",
    "companyName",
    "legalEntity",
    "costCenter",
    "employeeNumber",
    "address",
    "postalCode",
    "city",
    "county",
    "state",
    "country",
    "gender",
    "terms",
];

async fn read(world: &World, path: &str) -> Value {
    let answer = world.send(&world.get(path)).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/json")),
        "{path}: {answer:?}"
    );
    answer.json()
}

/// What is left of an answer about a user when the empty texts are taken away.
fn kept(mut user: Value) -> Value {
    let members = user.as_object_mut().unwrap();
    for name in UNKEPT {
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
async fn the_account() {
    on_each_engine(Settings::default(), async |world| {
        let expected = json!({
            "name": "Analytical Engines",
            "availableLanguages": ["en_US"],
            "defaultLanguage": "en_US",
            "timeZone": "UTC",
            "isOpenImageBank": false,
        });
        assert_eq!(read(&world, "/api/v4/account").await, expected);
        assert_eq!(read(&world, "/api/v4/account/").await, expected);
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
        people::set_active(world.portal(), &world.operator, mary, false)
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
        people::set_active(world.portal(), &world.operator, voltaire, false)
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

#[tokio::test]
async fn security_profiles() {
    on_each_engine(Settings::default(), async |world| {
        let (_, editor) = world
            .person("Grace Hopper", Rights::default().with(Right::ViewApiTokens))
            .await;
        let profiles = read(&world, "/api/v4/profiles").await;
        assert_eq!(profiles[0]["name"], "Administrator");
        let codes: Vec<&str> = Right::ALL.iter().map(|right| right.code()).collect();
        assert_eq!(profiles[0]["roles"], json!(codes));
        let expected =
            json!({ "id": editor.to_string(), "name": "Profile of Grace Hopper", "roles": ["view-api-tokens"] });
        assert_eq!(profiles[1], expected);
        assert_eq!(read(&world, &format!("/api/v4/profiles/{editor}/")).await, expected);
        for nothing in ["0192f0c1-2b3c-7d4e-8f90-123456789abc", "nothing"] {
            let answer = world.send(&world.get(&format!("/api/v4/profiles/{nothing}"))).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (404, "not-found"),
                "{nothing}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_user_s_rights_bound_the_token() {
    on_each_engine(Settings::default(), async |world| {
        let (grace, profile) = world
            .person("Grace Hopper", Rights::all().without(Right::ManageUsers))
            .await;
        let (_, credentials) = world.issue("grace@example.com").await;
        let others = profiles::list(world.portal(), &world.operator).await.unwrap();
        let other = others.iter().find(|one| one.id != profile).unwrap().id;
        let forbidden = [
            "/api/v4/users".to_owned(),
            format!("/api/v4/users/{}", world.ada),
            "/api/v4/users/ada@example.com".to_owned(),
            "/api/v4/users/nobody".to_owned(),
            "/api/v4/profiles".to_owned(),
            format!("/api/v4/profiles/{other}"),
        ];
        for path in forbidden {
            let answer = world.ask(&credentials, &path).await;
            assert_eq!((answer.status, answer.problem().as_str()), (403, "forbidden"), "{path}");
            assert_eq!(answer.json()["right"], "manage-users");
        }
        let own = [
            "/api/v4/account".to_owned(),
            "/api/v4/currentUser".to_owned(),
            format!("/api/v4/users/{grace}"),
            "/api/v4/users/Grace@Example.com".to_owned(),
            format!("/api/v4/profiles/{profile}"),
        ];
        for path in own {
            assert_eq!(world.ask(&credentials, &path).await.status, 200, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn another_account_s_people_are_not_there() {
    on_each_engine(Settings::default(), async |world| {
        let account = NewAccount {
            account_name: "Difference Engines".to_owned(),
            name: "Charles Babbage".to_owned(),
            email: "charles@example.com".to_owned(),
            password: PASSWORD.to_owned(),
        };
        let (_, charles) = accounts::create(world.portal(), account).await.unwrap();
        let operator = accounts::operator(world.portal(), Some("Difference Engines"))
            .await
            .unwrap();
        let profile = profiles::list(world.portal(), &operator).await.unwrap()[0].id;
        let user = NewUser {
            name: "Joseph Clement".to_owned(),
            email: "joseph@example.com".to_owned(),
            password: PASSWORD.to_owned(),
            profile: "Administrator".to_owned(),
        };
        let joseph = people::create(world.portal(), &operator, user).await.unwrap();
        let paths = [
            format!("/api/v4/users/{charles}"),
            format!("/api/v4/users/{joseph}"),
            "/api/v4/users/charles@example.com".to_owned(),
            format!("/api/v4/profiles/{profile}"),
        ];
        for path in paths {
            let answer = world.send(&world.get(&path)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{path}");
        }
        assert_eq!(read(&world, "/api/v4/users").await.as_array().unwrap().len(), 1);
        assert_eq!(read(&world, "/api/v4/profiles").await.as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn other_paths_and_methods_are_problems_too() {
    on_each_engine(Settings::default(), async |world| {
        for path in [
            "/api",
            "/api/",
            "/api/v4",
            "/api/v4/assets",
            "/api/v4/users/x/y",
            "/api/v4//account",
            "/api/V4/account",
        ] {
            let answer = world.send(&Call::new("GET", path)).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
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
            let answer = world.send(&Call::new(method, path)).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (405, "method-not-allowed"),
                "{method} {path}"
            );
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn each_answer_carries_its_id() {
    on_each_engine(Settings::default(), async |world| {
        for path in ["/api/v4/currentUser", "/api/v4/nothing"] {
            let given = world.send(&world.get(path)).await;
            assert!(given.header("x-request-id").is_some_and(|id| !id.is_empty()), "{path}");
            let own = world.send(&world.get(path).header("X-Request-Id", "my-id-1")).await;
            assert_eq!(own.header("x-request-id"), Some("my-id-1"), "{path}");
        }
    })
    .await;
}
