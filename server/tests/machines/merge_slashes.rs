//! Paths with more slashes than they need, as clients send them whose base URL ends with one.

use crate::connector::client::{key, logs};
use crate::flow::REQUEST;
use crate::http::Call;
use crate::oauth2::client::{Client, TOKEN, form, service};
use crate::refusals::refused;
use crate::signer::{Method, Place, Unsigned};
use crate::world::{Settings, on_each_engine};

#[tokio::test]
async fn the_endpoint_answers_and_the_signature_covers_the_path_as_sent() {
    on_each_engine(Settings::default(), async |world| {
        for path in [
            "//api/v4/currentUser/",
            "//api/v4/currentUser",
            "/api//v4/currentUser",
            "///api///v4///currentUser///",
            "/api/v4/currentUser//",
        ] {
            for place in [Place::Header, Place::Query] {
                let request = Unsigned::get(path, world.now()).with(Method::HmacSha256, place);
                let call = world.credentials.sign(&request);
                let answer = world.send(&call).await;
                assert_eq!(answer.status, 200, "{call:?}: {answer:?}");
                assert_eq!(answer.json()["id"], world.ada.to_string());
                assert_eq!(world.send(&call).await.oauth_problem(), "nonce_used");
            }
            // Signed for one spelling, sent in another.
            let call = Call {
                target: path.to_owned(),
                ..world.get("/api/v4/currentUser")
            };
            refused(&world, &world.credentials, &call, (401, "signature_invalid")).await;
        }
        let request = Unsigned::post(&format!("/{REQUEST}"), world.now()).protocol("oauth_callback", "oob");
        assert_eq!(world.send(&world.consumer_alone().sign(&request)).await.status, 200);
        let by_id = format!("//api//v4//users//{}//", world.ada);
        assert_eq!(world.send(&world.get(&by_id)).await.json()["id"], world.ada.to_string());
    })
    .await;
}

#[tokio::test]
async fn each_kind_of_endpoint_is_found() {
    on_each_engine(Settings::default(), async |world| {
        let client = Client::register(&world, service()).await;
        let id = client.id.to_string();
        let body = form(&client.proving(&id, &[("grant_type", "client_credentials")]));
        for path in [format!("/{TOKEN}"), format!("/{TOKEN}/"), TOKEN.replace('/', "//")] {
            let call = Call::new("POST", &path).body("application/x-www-form-urlencoded", body.clone());
            let answer = world.send(&call).await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            assert!(answer.json()["access_token"].is_string());
        }
        let key = key(&world).await;
        for path in [
            "//api/connector/v1/settings/",
            "/api/connector//v1/settings//fields//Hero",
        ] {
            let call = Call::new("GET", path).header("X-Api-Key", key.as_str());
            assert_eq!(world.send(&call).await.status, 200, "{path}");
            assert_eq!(world.send(&Call::new("GET", path)).await.status, 401, "{path}");
        }
        let call = Call {
            target: "//api/connector/v1/logs".to_owned(),
            ..logs(&key, "[]")
        };
        assert_eq!(world.send(&call).await.problem(), "remote-logging-disabled");
        let answer = world.send(&Call::new("GET", "//.well-known//jwks.json")).await;
        assert_eq!(answer.status, 200);
        let answer = world
            .send(&Call::new(
                "GET",
                "//v6/authentication/oauth2/auth?client_id=x&state=//y",
            ))
            .await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some("/oauth2/authorise?client_id=x&state=//y"))
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_and_not_a_page() {
    on_each_engine(Settings::default(), async |world| {
        for (method, path, expected) in [
            ("GET", "//api", (404, "unknown-route")),
            ("GET", "//api//nothing", (404, "unknown-route")),
            ("GET", "//api//", (404, "unknown-route")),
            ("POST", "//v6//nothing", (404, "unknown-route")),
            ("GET", "/api/v4/users//", (401, "oauth-refused")),
            ("POST", "//api//v4/currentUser/", (405, "method-not-allowed")),
            ("DELETE", "///api/v4/currentUser", (405, "method-not-allowed")),
        ] {
            let answer = world.send(&Call::new(method, path)).await;
            assert_eq!((answer.status, answer.problem().as_str()), expected, "{method} {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_other_spelling_reaches_a_page_or_leads_away() {
    on_each_engine(Settings::default(), async |world| {
        for path in [
            "//fn/sessions/end-others",
            "/fn//sessions/end-others",
            "///fn/session/sign-out",
            "/api/../fn/sessions/end-others",
            "//api/../fn/sessions/end-others",
            "/api//../fn/sessions/end-others",
            "/api/%2e%2e/fn/sessions/end-others",
            "//settings/portal",
            "/settings//portal",
            "//sign-in",
            "//oauth2/authorise?client_id=x",
            "/%2fapi/v4/currentUser",
            "/%2Fsettings",
            "/./api/v4/currentUser",
            "//./api/v4/currentUser",
            "//evil.example/",
            "//evil.example/..",
            "//evil.example//api/v4/currentUser",
            "///evil.example/",
            "/\\evil.example/",
            "/\\/evil.example/",
            "//fn//../../evil.example/",
        ] {
            for method in ["GET", "HEAD", "POST", "OPTIONS", "DELETE"] {
                let answer = world
                    .send(&Call::new(method, path).header("Origin", "https://evil.example"))
                    .await;
                assert!(
                    [400, 403, 404, 405].contains(&answer.status),
                    "{method} {path}: {answer:?}"
                );
                assert_eq!(answer.header("location"), None, "{method} {path}");
            }
            // As a form of another site has it, whatever the server makes of the path.
            let cross_site = Call::new("POST", path)
                .header("Sec-Fetch-Site", "cross-site")
                .body("application/x-www-form-urlencoded", "a=b");
            let answer = world.send(&cross_site).await;
            let to_machines = path.starts_with("/api/") || path.starts_with("//api/");
            let expected = if to_machines { 404 } else { 403 };
            assert!([expected, 400].contains(&answer.status), "{path}: {answer:?}");
        }
    })
    .await;
}
