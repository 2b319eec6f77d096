//! How often one may ask.

use crate::http::{Answer, Call};
use crate::signer::{Credentials, Unsigned};
use crate::world::{Settings, on_each_engine};

const SLOW: u32 = 1;
/// Ten seconds' worth may come at once.
const BURST: usize = 10;

fn assert_reached(answer: &Answer, name: &str) {
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (429, "too-many-requests"),
        "{answer:?}"
    );
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(
        answer.header("ratelimit-policy"),
        Some(format!("\"{name}\";q={BURST};w=10").as_str())
    );
    assert_eq!(answer.header("ratelimit"), Some(format!("\"{name}\";r=0;t=1").as_str()));
}

#[tokio::test]
async fn a_credential_has_its_own_count() {
    on_each_engine(
        Settings {
            api_rate: SLOW,
            ..Settings::default()
        },
        async |world| {
            let (_, other) = world.issue("ada@example.com").await;
            let first = world.send(&world.get("/api/v4/currentUser")).await;
            assert_eq!(first.header("ratelimit-policy"), Some("\"credential\";q=10;w=10"));
            assert_eq!(first.header("ratelimit"), Some("\"credential\";r=9;t=1"));
            let mut heard = 1;
            let reached = loop {
                let answer = world.send(&world.get("/api/v4/currentUser")).await;
                if answer.status != 200 {
                    break answer;
                }
                heard += 1;
                assert!(heard < 100, "never limited");
            };
            assert!(heard >= BURST, "{heard}");
            assert_reached(&reached, "credential");
            assert_eq!(
                world.ask(&other, "/api/v4/currentUser").await.status,
                200,
                "another token has another count"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn who_proves_nothing_is_counted_by_address_and_harms_nobody_else() {
    let settings = Settings {
        api_rate: SLOW,
        trusted_proxies: "127.0.0.1",
        ..Settings::default()
    };
    on_each_engine(settings, async |world| {
        assert_eq!(world.send(&world.get("/api/v4/currentUser")).await.status, 200);
        let from = |call: Call, address: &str| call.header("X-Forwarded-For", address);
        let wrong = Credentials {
            token_secret: "guess".to_owned(),
            ..world.credentials.clone()
        };
        let stranger = Credentials {
            consumer_key: "nobody".to_owned(),
            ..world.credentials.clone()
        };
        let tries = [
            || Call::new("GET", "/api/v4/currentUser"),
            || Call::new("GET", "/api/v4/currentUser").header("Authorization", "OAuth oauth_token=\"x"),
        ];
        let mut attempt = 0;
        let reached = loop {
            let call = match attempt % 4 {
                0 => tries[0](),
                1 => tries[1](),
                2 => wrong.sign(&Unsigned::get("/api/v4/currentUser", world.now())),
                _ => stranger.sign(&Unsigned::get("/api/v4/currentUser", world.now())),
            };
            let answer = world.send(&from(call, &format!("2001:db8:1:2::{attempt:x}"))).await;
            if answer.status == 429 {
                break answer;
            }
            assert!([400, 401].contains(&answer.status), "{answer:?}");
            assert!(answer.header("ratelimit").unwrap().starts_with("\"address\";r="));
            attempt += 1;
            assert!(attempt < 100, "never limited");
        };
        assert!(attempt >= BURST, "{attempt}");
        assert_reached(&reached, "address");
        // The same network is shut out but for who has been known before; another network is not.
        let call = from(world.get("/api/v4/currentUser"), "2001:db8:1:2::1");
        assert_eq!(world.send(&call).await.status, 200);
        let call = from(Call::new("GET", "/api/v4/currentUser"), "2001:db8:1:3::1");
        assert_eq!(world.send(&call).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn the_flow_is_counted_by_address() {
    on_each_engine(
        Settings {
            api_rate: SLOW,
            ..Settings::default()
        },
        async |world| {
            let consumer = world.consumer_alone();
            let ask = || {
                let request =
                    Unsigned::post("/api/v4/oauth/request_token", world.now()).protocol("oauth_callback", "oob");
                consumer.sign(&request)
            };
            let answer = world.send(&ask()).await;
            assert_eq!(
                (answer.status, answer.header("ratelimit")),
                (200, Some("\"address\";r=9;t=1"))
            );
            let exhaust = async || {
                let mut heard = 0;
                while world.send(&ask()).await.status == 200 {
                    heard += 1;
                    assert!(heard < 100, "never limited");
                }
                heard
            };
            assert!(exhaust().await >= BURST - 1);
            // One more is let through each second, so on a slow machine what follows may take a second try.
            for path in ["/api/v4/oauth/authorise?oauth_token=x", "/api/v4/currentUser"] {
                let mut tries = 0;
                let reached = loop {
                    let answer = world.send(&Call::new("GET", path)).await;
                    if answer.status == 429 {
                        break answer;
                    }
                    tries += 1;
                    assert!(tries < 20, "never limited");
                    exhaust().await;
                };
                assert_reached(&reached, "address");
            }
        },
    )
    .await;
}

#[tokio::test]
async fn without_a_limit_nothing_is_said_of_one() {
    on_each_engine(
        Settings {
            api_rate: 0,
            ..Settings::default()
        },
        async |world| {
            for _ in 0..30 {
                let answer = world.send(&world.get("/api/v4/currentUser")).await;
                assert_eq!((answer.status, answer.header("ratelimit")), (200, None));
            }
        },
    )
    .await;
}
