//! What the API answers, and to whom.

use crate::http::Call;
use crate::world::{PASSWORD, Settings, World, on_each_engine};
use domain::accounts::NewAccount;
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use portal::accounts;
use portal::accounts::{profiles, users};
use serde_json::{Value, json};

pub async fn read(world: &World, path: &str) -> Value {
    let answer = world.send(&world.get(path)).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/json")),
        "{path}: {answer:?}"
    );
    answer.json()
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
        let joseph = users::create(world.portal(), &operator, user).await.unwrap();
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
            "/api/v4//accounts",
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
