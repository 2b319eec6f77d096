//! What clients find out by themselves.

use crate::http::Call;
use crate::world::{Settings, World, on_each_engine};
use domain::oauth2::scopes::Scope;

#[tokio::test]
async fn the_metadata_names_endpoints_that_answer() {
    on_each_engine(Settings::default(), async |world: World| {
        let answer = world
            .send(&Call::new("GET", "/.well-known/oauth-authorization-server"))
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        let body = answer.json();
        let origin = &world.credentials.origin;
        assert_eq!(body["issuer"], *origin);
        assert_eq!(
            body["access_token_signing_alg_values_supported"],
            serde_json::json!(["ES256", "RS256"])
        );
        for (member, method) in [
            ("authorization_endpoint", "GET"),
            ("token_endpoint", "POST"),
            ("revocation_endpoint", "POST"),
            ("introspection_endpoint", "POST"),
            ("jwks_uri", "GET"),
        ] {
            let path = body[member].as_str().unwrap().strip_prefix(origin.as_str()).unwrap();
            let call = Call::new(method, path).body("application/x-www-form-urlencoded", "");
            let answer = world.send(&call).await;
            assert!(![404, 405, 415, 500].contains(&answer.status), "{member}: {answer:?}");
            let wrong = world.send(&Call::new("DELETE", path)).await;
            assert_eq!(wrong.status, 405, "{member}");
            assert!(wrong.header("allow").unwrap().contains(method));
        }
    })
    .await;
}

#[tokio::test]
async fn every_scope_is_explained() {
    on_each_engine(Settings::default(), async |world: World| {
        let answer = world.send(&Call::new("GET", "/v6/authentication/oauth2/scopes")).await;
        let body = answer.json();
        let described: Vec<String> = body["groups"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|group| {
                assert!(!group["name"].as_str().unwrap().is_empty());
                group["scopes"].as_array().unwrap()
            })
            .map(|scope| {
                assert!(!scope["description"].as_str().unwrap().is_empty());
                assert!(scope["anyOfPermissions"].is_array());
                scope["name"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(described.len(), Scope::ALL.len());
        assert!(
            Scope::ALL
                .iter()
                .all(|scope| described.contains(&scope.code().to_owned()))
        );
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_site_may_ask() {
    on_each_engine(Settings::default(), async |world: World| {
        for path in [
            "/v6/authentication/oauth2/token",
            "/v6/authentication/oauth2/revoke",
            "/.well-known/jwks.json",
            "/.well-known/oauth-authorization-server",
        ] {
            let call = Call::new("OPTIONS", path)
                .header("Origin", "https://spa.example")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization");
            let answer = world.send(&call).await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
            // Cookies are not looked at, and must not be sent.
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
        let page =
            Call::new("GET", "/v6/authentication/oauth2/auth?client_id=x").header("Origin", "https://spa.example");
        assert_eq!(world.send(&page).await.header("access-control-allow-origin"), None);
    })
    .await;
}
