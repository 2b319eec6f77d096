//! What a 401 and a 403 say of how to do better (RFC 9110 §11.6.1).

use crate::connector::client::{SETTINGS, key};
use crate::flow::{ACCESS, REQUEST};
use crate::http::Call;
use crate::oauth2::client::{Client, TOKEN, post, service};
use crate::signer::Unsigned;
use crate::world::{Settings, on_each_engine};

const BEARER: &str = "Bearer realm=\"Gatehouse\"";

#[tokio::test]
async fn without_a_credential_the_api_names_each_scheme_that_it_takes() {
    on_each_engine(Settings::default(), async |world| {
        for path in [
            "/api/v4/account",
            "/api/v4/currentUser",
            "/api/v4/users",
            "/api/v4/users/x",
            "/api/v4/profiles",
            "/api/v4/profiles/x/",
            "//api//v4/currentUser/",
        ] {
            for call in [
                Call::new("GET", path),
                Call::new("HEAD", path),
                Call::new("GET", path).header("Authorization", "Basic eDp5"),
                Call::new("GET", path).header("Authorization", "Bearer"),
                Call::new("GET", path).header("Cookie", "gatehouse=x"),
                Call::new("GET", &format!("{path}?access_token=x")),
            ] {
                let answer = world.send(&call).await;
                assert_eq!(answer.status, 401, "{call:?}");
                let challenges = answer.headers("www-authenticate");
                assert_eq!(challenges.len(), 2, "{call:?}: {challenges:?}");
                assert!(challenges[0].starts_with("OAuth realm=\"Gatehouse\""), "{challenges:?}");
                // RFC 6750 §3.1: no error code where no credential was sent.
                assert_eq!(challenges[1], BEARER);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_credential_that_does_not_hold_is_answered_in_its_own_scheme() {
    on_each_engine(Settings::default(), async |world| {
        let challenges = async |call: Call| {
            let answer = world.send(&call).await;
            let all = answer.headers("www-authenticate");
            assert_eq!(all.len(), 1, "{answer:?}");
            (answer.status, all[0].to_owned())
        };
        let get = || Call::new("GET", "/api/v4/users");
        for token in ["x", "a.b.c"] {
            let (status, challenge) = challenges(get().header("Authorization", format!("Bearer {token}"))).await;
            assert_eq!(status, 401);
            assert!(
                challenge.starts_with(&format!("{BEARER}, error=\"invalid_token\"")),
                "{challenge}"
            );
        }
        let client = Client::register(&world, service()).await;
        let pairs = [("grant_type", "client_credentials"), ("scope", "asset:read")];
        let token = crate::oauth2::client::access_token(&client.token(&world, &pairs).await);
        let (status, challenge) = challenges(get().header("Authorization", format!("Bearer {token}"))).await;
        assert_eq!(status, 403);
        assert!(
            challenge.contains("error=\"insufficient_scope\"") && challenge.ends_with(", scope=\"admin.user:read\""),
            "{challenge}"
        );
        for call in [
            get().header("Authorization", "OAuth oauth_token=\"x\""),
            Call::new("GET", "/api/v4/users?oauth_token=x"),
            get().body("application/x-www-form-urlencoded", "oauth_token=x"),
        ] {
            let (status, challenge) = challenges(call).await;
            assert_eq!(status, 401);
            assert!(challenge.starts_with("OAuth realm=\"Gatehouse\""), "{challenge}");
        }
        // These take no access token.
        for path in [REQUEST, ACCESS] {
            let (status, challenge) = challenges(Call::new("POST", path)).await;
            assert_eq!(status, 401);
            assert!(challenge.starts_with("OAuth realm=\"Gatehouse\""), "{challenge}");
        }
        let request = Unsigned::post(REQUEST, world.now()).protocol("oauth_callback", "oob");
        assert_eq!(
            world
                .send(&world.consumer_alone().sign(&request))
                .await
                .header("www-authenticate"),
            None
        );
    })
    .await;
}

#[tokio::test]
async fn clients_of_oauth_2_are_challenged_by_basic_and_connectors_by_bearer() {
    on_each_engine(Settings::default(), async |world| {
        let (status, all) = {
            let answer = world.send(&post(TOKEN, &[("grant_type", "client_credentials")])).await;
            (answer.status, answer.headers("www-authenticate").join("|"))
        };
        assert_eq!(
            (status, all.as_str()),
            (401, "Basic realm=\"Gatehouse\", charset=\"UTF-8\"")
        );
        let key = key(&world).await;
        for (call, expected) in [
            (Call::new("GET", SETTINGS), BEARER.to_owned()),
            (
                Call::new("GET", SETTINGS).header("Authorization", "Basic eDp5"),
                BEARER.to_owned(),
            ),
            (
                Call::new("GET", SETTINGS).header("X-Api-Key", format!("{key}x")),
                format!("{BEARER}, error=\"invalid_token\""),
            ),
            (
                Call::new("GET", SETTINGS).header("Authorization", "Bearer x"),
                format!("{BEARER}, error=\"invalid_token\""),
            ),
        ] {
            let answer = world.send(&call).await;
            assert_eq!(
                (answer.status, answer.headers("www-authenticate")),
                (401, vec![expected.as_str()])
            );
        }
    })
    .await;
}
