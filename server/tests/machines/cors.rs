//! What scripts of pages on other sites may do (the CORS protocol of the Fetch standard).

use crate::connector::client::{EVENTS, LOGS, SETTINGS, get, key};
use crate::http::{Answer, Call};
use crate::oauth2::client::{Client, INTROSPECT, REVOKE, TOKEN, post, service};
use crate::world::{Settings, on_each_engine};

const PAGE: &str = "https://spa.example";

/// Headers that a script may read without being allowed to (Fetch §2.2.2, CORS-safelisted response-header names), and those that are no script's business.
const ALWAYS_READABLE: [&str; 4] = ["cache-control", "content-length", "content-type", "pragma"];
const OF_THE_CONNECTION: [&str; 3] = ["connection", "transfer-encoding", "vary"];

fn preflight(path: &str, method: &str, headers: &str) -> Call {
    Call::new("OPTIONS", path)
        .header("Origin", PAGE)
        .header("Access-Control-Request-Method", method)
        .header("Access-Control-Request-Headers", headers)
}

/// Fails unless a script may read the whole answer, and the browser may not send cookies.
#[track_caller]
fn assert_readable(answer: &Answer) {
    assert_eq!(answer.headers("access-control-allow-origin"), ["*"], "{answer:?}");
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let exposed = answer.header("access-control-expose-headers").unwrap().to_lowercase();
    let exposed: Vec<&str> = exposed.split(", ").collect();
    for (name, _) in &answer.headers {
        let name = name.to_lowercase();
        let readable = ALWAYS_READABLE.contains(&name.as_str())
            || OF_THE_CONNECTION.contains(&name.as_str())
            || name.starts_with("access-control-")
            || exposed.contains(&name.as_str());
        assert!(readable, "{name} of {answer:?}");
    }
}

#[track_caller]
fn assert_closed(answer: &Answer) {
    let cors = answer
        .headers
        .iter()
        .find(|(name, _)| name.to_lowercase().starts_with("access-control-"));
    assert_eq!(cors, None, "{answer:?}");
}

#[tokio::test]
async fn a_preflight_is_answered_wherever_a_credential_of_the_request_counts() {
    on_each_engine(Settings::default(), async |world| {
        for path in [
            "/api/v4/account",
            "/api/v4/currentUser",
            "/api/v4/currentUser/",
            "/api/v4/users?limit=1",
            "/api/v4/users/x",
            "/api/v4/profiles",
            "/api/v4/oauth/request_token/",
            "/api/v4/oauth/access_token",
            "/api/v4/nothing",
            "/api/media/usage",
            "/api/openapi.json",
            "//api//v4/currentUser",
            TOKEN,
            REVOKE,
            INTROSPECT,
            "/v6/authentication/oauth2/scopes",
            "/.well-known/oauth-authorization-server",
            "/.well-known/jwks.json",
        ] {
            for method in ["GET", "POST", "DELETE", "PATCH"] {
                let wanted = "authorization,content-type,idempotency-key,x-request-id,dpop,traceparent";
                let answer = world.send(&preflight(path, method, wanted)).await;
                assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{path}: {answer:?}");
                assert_readable(&answer);
                let list = |name: &str| answer.header(name).unwrap().replace(' ', "").to_lowercase();
                assert_eq!(list("access-control-allow-headers"), wanted);
                let methods = list("access-control-allow-methods");
                assert!(
                    methods.split(',').any(|one| one.eq_ignore_ascii_case(method)),
                    "{methods}"
                );
                let age: u32 = answer.header("access-control-max-age").unwrap().parse().unwrap();
                assert!(age >= 600, "{age}");
            }
        }
        // Browsers are not allowed to name what a proxy says.
        let spoofing = preflight("/api/v4/account", "GET", "authorization,x-forwarded-for,forwarded");
        let answer = world.send(&spoofing).await;
        assert_eq!(answer.header("access-control-allow-headers"), Some("authorization"));
    })
    .await;
}

#[tokio::test]
async fn every_answer_can_be_read_whatever_it_says() {
    on_each_engine(Settings::default(), async |world| {
        let client = Client::register(&world, service()).await;
        let token = client.access_token(&world).await;
        let bearer = |method: &str, path: &str| {
            let call = Call::new(method, path).header("Origin", PAGE);
            call.header("Authorization", format!("Bearer {token}"))
        };
        let form = "application/x-www-form-urlencoded";
        for (call, status) in [
            (bearer("GET", "/api/v4/currentUser"), 200),
            (bearer("HEAD", "/api/v4/currentUser"), 200),
            (bearer("GET", "/api/v4/users?limit=1"), 200),
            (bearer("GET", "/api/v4/users?limit=0"), 400),
            (Call::new("GET", "/api/v4/currentUser"), 401),
            (
                Call::new("GET", "/api/v4/currentUser").header("Authorization", "Bearer x"),
                401,
            ),
            (bearer("GET", "/api/v4/profiles"), 403),
            (bearer("GET", "/api/v4/users/nobody"), 404),
            (bearer("GET", "/api/v4/nothing"), 404),
            (Call::new("GET", "//api/nothing"), 404),
            (bearer("POST", "/api/v4/currentUser"), 405),
            (Call::new("OPTIONS", "/api/v4/currentUser"), 405),
            (Call::new("OPTIONS", TOKEN), 405),
            (Call::new("GET", TOKEN), 405),
            (Call::new("POST", TOKEN).body(form, "a".repeat(20_000)), 413),
            (Call::new("POST", TOKEN).body("application/json", "{}"), 415),
            (
                Call::new("POST", TOKEN)
                    .body(form, "a=b")
                    .header("Content-Encoding", "br"),
                415,
            ),
            (post(TOKEN, &[("grant_type", "client_credentials")]), 401),
            (post(TOKEN, &[("a", "%zz")]), 401),
            (Call::new("POST", "/api/v4/oauth/request_token"), 401),
            (Call::new("GET", "/.well-known/jwks.json"), 200),
            (Call::new("GET", "/.well-known/oauth-authorization-server"), 200),
            (Call::new("GET", "/.well-known/nothing"), 404),
        ] {
            let answer = world.send(&call).await;
            assert_eq!(answer.status, status, "{call:?}: {answer:?}");
            assert_readable(&answer);
        }
        assert_readable(&client.token(&world, &[("grant_type", "client_credentials")]).await);
    })
    .await;
}

#[tokio::test]
async fn a_preflight_is_not_counted_and_429_can_be_read() {
    let settings = Settings {
        api_rate: 1,
        ..Settings::default()
    };
    on_each_engine(settings, async |world| {
        let open = Call::new("GET", "/.well-known/jwks.json").header("Origin", PAGE);
        let mut answered = 0;
        let reached = loop {
            for _ in 0..5 {
                let preflight = preflight("/api/v4/currentUser", "GET", "authorization");
                assert_eq!(world.send(&preflight).await.status, 200);
            }
            let answer = world.send(&open).await;
            if answer.status == 429 {
                break answer;
            }
            assert_readable(&answer);
            answered += 1;
            assert!(answered < 100, "never limited");
        };
        // Ten may come at once: had the preflights been counted, fewer would have been answered.
        assert!(answered >= 10, "{answered}");
        assert_readable(&reached);
        assert_eq!(reached.header("retry-after"), Some("1"));
        assert_eq!(
            world
                .send(&preflight("/api/v4/account", "GET", "authorization"))
                .await
                .status,
            200
        );
    })
    .await;
}

#[tokio::test]
async fn pages_consent_and_connectors_are_closed_to_other_sites() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        for path in [
            "/",
            "/sign-in",
            "/settings/portal",
            "/oauth2/authorise",
            "/fn/session/sign-in",
            "//fn/session/sign-in",
            "/fn/sessions/end-others",
            "/healthz",
            "/v6/authentication/oauth2/auth",
            "//v6/authentication/oauth2//auth/",
            "/api/v4/oauth/authorise?oauth_token=x",
            "/api/docs",
            SETTINGS,
            EVENTS,
            LOGS,
            "/api/connector/v1/nothing",
            "//api//connector/v1/settings",
        ] {
            for method in ["GET", "POST"] {
                assert_closed(&world.send(&preflight(path, method, "x-api-key,authorization")).await);
                if path != EVENTS {
                    let call = Call::new(method, path).header("Origin", PAGE);
                    assert_closed(&world.send(&call).await);
                }
            }
        }
        assert_closed(&world.send(&get(&key, SETTINGS).header("Origin", PAGE)).await);
    })
    .await;
}
