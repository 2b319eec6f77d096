//! Access tokens at the API (RFC 6750): what each scope opens, and what none does.

use super::client::{ALL_SCOPES, Client, get, service, words};
use crate::http::{Answer, Call};
use crate::world::{Settings, World, on_each_engine};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::oauth_apps::AppForm;
use domain::rights::{Right, Rights};
use portal::profiles;

/// The error of a refused token, with what each refusal must have.
#[track_caller]
fn refused(answer: &Answer) -> String {
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.starts_with("Bearer realm=\"Gatehouse\", error=\""),
        "{challenge}"
    );
    let error = challenge
        .split("error=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let problem = answer.problem();
    match error.as_str() {
        "invalid_token" => assert_eq!((answer.status, problem.as_str()), (401, "invalid-token")),
        "insufficient_scope" => assert_eq!((answer.status, problem.as_str()), (403, "insufficient-scope")),
        other => panic!("{other}"),
    }
    error
}

#[tokio::test]
async fn each_scope_opens_what_it_is_for() {
    on_each_engine(Settings::default(), async |world: World| {
        let profile = profiles::list(world.portal(), &world.operator).await.unwrap()[0].id;
        let (_, other) = world.person("Grace Hopper", Rights::default()).await;
        let client = Client::register(
            &world,
            AppForm {
                scopes: words(ALL_SCOPES),
                ..service()
            },
        )
        .await;
        let own_profile = format!("/api/v4/profiles/{profile}");
        let other_profile = format!("/api/v4/profiles/{other}");
        let user = format!("/api/v4/users/{}", world.ada);
        for (path, opening) in [
            ("/api/v4/account", vec!["current.user:read"]),
            ("/api/v4/currentUser", vec!["current.user:read"]),
            ("/api/v4/users", vec!["admin.user:read"]),
            (user.as_str(), vec!["admin.user:read"]),
            ("/api/v4/profiles", vec!["admin.profile:read"]),
            (own_profile.as_str(), vec!["current.profile:read", "admin.profile:read"]),
            (other_profile.as_str(), vec!["admin.profile:read"]),
        ] {
            for scope in words(ALL_SCOPES).iter().filter(|scope| *scope != "offline") {
                let pairs = [("grant_type", "client_credentials"), ("scope", scope.as_str())];
                let token = super::client::access_token(&client.token(&world, &pairs).await);
                let answer = get(&world, path, &token).await;
                if opening.contains(&scope.as_str()) {
                    assert_eq!(answer.status, 200, "{path} with {scope}: {answer:?}");
                } else {
                    assert_eq!(refused(&answer), "insufficient_scope", "{path} with {scope}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_right_that_is_lost_takes_its_scopes_along() {
    on_each_engine(Settings::default(), async |world: World| {
        let (_, profile) = world
            .person("Grace Hopper", Rights::default().with(Right::ManageUsers))
            .await;
        let input = AppForm {
            user: "grace@example.com".to_owned(),
            ..service()
        };
        let client = Client::register(&world, input).await;
        let token = client.access_token(&world).await;
        assert_eq!(get(&world, "/api/v4/users", &token).await.status, 200);
        profiles::set_rights(world.portal(), &world.operator, profile, Rights::default())
            .await
            .unwrap();
        assert_eq!(
            refused(&get(&world, "/api/v4/users", &token).await),
            "insufficient_scope"
        );
        assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_over_after_an_hour() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let token = client.access_token(&world).await;
        world.advance(3599);
        assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 200);
        world.advance(1);
        assert_eq!(
            refused(&get(&world, "/api/v4/currentUser", &token).await),
            "invalid_token"
        );
    })
    .await;
}

#[tokio::test]
async fn a_token_counts_in_its_header_only() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let token = client.access_token(&world).await;
        let query = Call::new("GET", &format!("/api/v4/currentUser?access_token={token}"));
        let body = Call::new("GET", "/api/v4/currentUser")
            .body("application/x-www-form-urlencoded", format!("access_token={token}"));
        let twice = Call::new("GET", "/api/v4/currentUser")
            .header("Authorization", format!("Bearer {token}"))
            .header("Authorization", format!("Bearer {token}"));
        for call in [query, body, twice] {
            let answer = world.send(&call).await;
            assert!([400, 401].contains(&answer.status), "{answer:?}");
            assert!(!answer.body.contains(&token));
        }
        let lower = Call::new("GET", "/api/v4/currentUser").header("Authorization", format!("bearer {token}"));
        assert_eq!(world.send(&lower).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_a_token_of_their_own() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let token = client.access_token(&world).await;
        let parts: Vec<&str> = token.split('.').collect();
        let header = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        let wider = header(&claims.replace("asset:read", "asset:read admin.profile:read"));
        let own_key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let own = |signed: &str| {
            let signature = own_key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
        };
        let none = header(&decoded.replace("ES256", "none"));
        let hmac = header(&decoded.replace("ES256", "HS256"));
        let jwt = header(&decoded.replace("at+jwt", "JWT"));
        let traversal = header(r#"{"typ":"at+jwt","alg":"ES256","kid":"../../etc/passwd"}"#);
        for forged in [
            format!("{}.{wider}.{}", parts[0], parts[2]),
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{hmac}.{}.{}", parts[1], parts[2]),
            format!("{jwt}.{}.{}", parts[1], parts[2]),
            own(&format!("{}.{}", parts[0], parts[1])),
            own(&format!("{}.{wider}", parts[0])),
            own(&format!("{traversal}.{}", parts[1])),
            format!("{}.{}", parts[0], parts[1]),
            format!("{token}."),
            format!("{token}A"),
            token.to_uppercase(),
            "x".repeat(100_000),
            "..".to_owned(),
            "é".to_owned(),
            String::new(),
        ] {
            let answer = get(&world, "/api/v4/currentUser", &forged).await;
            assert!([400, 401, 431].contains(&answer.status), "{forged:.80}: {answer:?}");
        }
        assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 200);
    })
    .await;
}
