//! Signed requests that are not let in.

use crate::http::Call;
use crate::signer::{Credentials, Method, Place, Unsigned, encode};
use crate::world::{Settings, World, on_each_engine};

/// Expects a refusal with this status and problem, and nothing secret in it.
pub async fn refused(world: &World, credentials: &Credentials, call: &Call, expected: (u16, &str)) {
    let answer = world.send(call).await;
    assert_eq!((answer.status, answer.oauth_problem().as_str()), expected, "{answer:?}");
    world.assert_no_secret(&answer, credentials);
}

#[tokio::test]
async fn plaintext_needs_tls_or_a_setting() {
    let plain = |world: &World| {
        let request = Unsigned::get("/api/v4/currentUser", world.now()).with(Method::Plaintext, Place::Header);
        world.credentials.sign(&request)
    };
    let loopback = Settings {
        public_url: "http://127.0.0.1:8080",
        ..Settings::default()
    };
    on_each_engine(loopback.clone(), async |world| {
        refused(
            &world,
            &world.credentials,
            &plain(&world),
            (401, "signature_method_rejected"),
        )
        .await;
        assert_eq!(world.send(&world.get("/api/v4/currentUser")).await.status, 200);
    })
    .await;
    on_each_engine(
        Settings {
            plaintext_without_tls: true,
            ..loopback
        },
        async |world| {
            assert_eq!(world.send(&plain(&world)).await.status, 200);
            let wrong = Credentials {
                token_secret: "guess".to_owned(),
                ..world.credentials.clone()
            };
            let request = Unsigned::get("/api/v4/currentUser", world.now()).with(Method::Plaintext, Place::Header);
            refused(
                &world,
                &world.credentials,
                &wrong.sign(&request),
                (401, "signature_invalid"),
            )
            .await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_wrong_secret_gets_the_base_string() {
    on_each_engine(Settings::default(), async |world| {
        let wrong = [
            Credentials {
                consumer_secret: "guess".to_owned(),
                ..world.credentials.clone()
            },
            Credentials {
                token_secret: "guess".to_owned(),
                ..world.credentials.clone()
            },
        ];
        for credentials in wrong {
            let request = Unsigned::get("/api/v4/users", world.now()).query("limit", "2");
            let call = credentials.sign(&request);
            let answer = world.send(&call).await;
            assert_eq!(
                (answer.status, answer.oauth_problem().as_str()),
                (401, "signature_invalid")
            );
            world.assert_no_secret(&answer, &world.credentials);
            let base_string = format!(
                "GET&{}&{}",
                encode("https://portal.example.com/api/v4/users"),
                encode(&format!(
                    "limit=2&oauth_consumer_key={}&oauth_nonce={}&oauth_signature_method=HMAC-SHA1&oauth_timestamp={}\
                     &oauth_token={}&oauth_version=1.0",
                    credentials.consumer_key, request.nonce, request.timestamp, credentials.token
                ))
            );
            assert_eq!(answer.json()["oauth_base_string"], base_string);
            // A failed try does not use the nonce up.
            assert_eq!(world.send(&world.credentials.sign(&request)).await.status, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_signed_cannot_be_changed() {
    on_each_engine(Settings::default(), async |world| {
        let call = world
            .credentials
            .sign(&Unsigned::get("/api/v4/users", world.now()).query("limit", "2"));
        let changed = [
            Call {
                method: "HEAD".to_owned(),
                ..call.clone()
            },
            Call {
                target: "/api/v4/users?limit=3".to_owned(),
                ..call.clone()
            },
            Call {
                target: "/api/v4/users".to_owned(),
                ..call.clone()
            },
            Call {
                target: "/api/v4/users?limit=2&page=1".to_owned(),
                ..call.clone()
            },
            call.clone().body("application/x-www-form-urlencoded", "more=1"),
        ];
        for changed in changed {
            assert_eq!(world.send(&changed).await.status, 401, "{changed:?}");
        }
        assert_eq!(world.send(&call).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn parameters_stand_in_one_place_and_once() {
    on_each_engine(Settings::default(), async |world| {
        let rejected = (400, "parameter_rejected");
        let in_query = Unsigned::get("/api/v4/currentUser", world.now()).with(Method::HmacSha1, Place::Query);
        let in_body = Unsigned::get("/api/v4/currentUser", world.now()).with(Method::HmacSha1, Place::Body);
        let (header, query) = (world.get("/api/v4/currentUser"), world.credentials.sign(&in_query));
        let body = world.credentials.sign(&in_body);
        let authorization = header.headers[0].1.clone();
        let both = [
            Call {
                target: query.target.clone(),
                ..header.clone()
            },
            body.clone().header("Authorization", authorization.clone()),
            Call {
                target: query.target.clone(),
                ..body.clone()
            },
            Call {
                target: "/api/v4/currentUser?oauth_unheard=1".to_owned(),
                ..header.clone()
            },
        ];
        for call in both {
            refused(&world, &world.credentials, &call, rejected).await;
        }
        refused(
            &world,
            &world.credentials,
            &header.clone().header("Authorization", authorization.clone()),
            rejected,
        )
        .await;

        let text = String::from_utf8(authorization).unwrap();
        for name in [
            "oauth_token",
            "oauth_nonce",
            "oauth_timestamp",
            "oauth_signature",
            "oauth_consumer_key",
            "oauth_version",
        ] {
            let at = text.find(&format!("{name}=")).unwrap();
            let parameter = text[at..].split(", ").next().unwrap();
            let twice = Call::new("GET", "/api/v4/currentUser").header("Authorization", format!("{text}, {parameter}"));
            let answer = world.send(&twice).await;
            assert_eq!((answer.status, answer.oauth_problem().as_str()), rejected, "{name}");
            assert_eq!(answer.json()["oauth_parameters_rejected"], serde_json::json!([name]));
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_named() {
    on_each_engine(Settings::default(), async |world| {
        let nothing = [
            Call::new("GET", "/api/v4/currentUser"),
            Call::new("GET", "/api/v4/currentUser").header("Authorization", "Digest abc"),
            Call::new("GET", "/api/v4/currentUser").header("Authorization", "OAuth"),
        ];
        for call in nothing {
            let answer = world.send(&call).await;
            assert_eq!(
                (answer.status, answer.oauth_problem().as_str()),
                (401, "parameter_absent"),
                "{call:?}"
            );
            let absent = answer.json()["oauth_parameters_absent"].to_string();
            assert!(
                absent.contains("oauth_consumer_key") && absent.contains("oauth_signature"),
                "{absent}"
            );
        }
        let call = world
            .consumer_alone()
            .sign(&Unsigned::get("/api/v4/currentUser", world.now()));
        let answer = world.send(&call).await;
        assert_eq!(
            (answer.status, answer.oauth_problem().as_str()),
            (401, "parameter_absent")
        );
        assert_eq!(
            answer.json()["oauth_parameters_absent"],
            serde_json::json!(["oauth_token"])
        );
    })
    .await;
}

#[tokio::test]
async fn keys_and_tokens_must_be_known() {
    on_each_engine(Settings::default(), async |world| {
        let stranger = Credentials {
            consumer_key: "nobody".to_owned(),
            ..world.credentials.clone()
        };
        let lost = Credentials {
            token: "nothing".to_owned(),
            ..world.credentials.clone()
        };
        for (credentials, problem) in [(stranger, "consumer_key_unknown"), (lost, "token_rejected")] {
            let call = credentials.sign(&Unsigned::get("/api/v4/currentUser", world.now()));
            refused(&world, &world.credentials, &call, (401, problem)).await;
        }
        let odd = Unsigned::get("/api/v4/currentUser", world.now()).with(Method::Other("HMAC-MD5"), Place::Header);
        refused(
            &world,
            &world.credentials,
            &world.credentials.sign(&odd),
            (401, "signature_method_rejected"),
        )
        .await;
        let text = String::from_utf8(world.get("/api/v4/currentUser").headers[0].1.clone()).unwrap();
        let newer = text.replace("oauth_version=\"1.0\"", "oauth_version=\"2.0\"");
        let call = Call::new("GET", "/api/v4/currentUser").header("Authorization", newer);
        refused(&world, &world.credentials, &call, (401, "version_rejected")).await;
    })
    .await;
}
