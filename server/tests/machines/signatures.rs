//! Signed requests that are let in.

use crate::http::Call;
use crate::refusals::refused;
use crate::signer::{Credentials, Method, Place, Unsigned};
use crate::world::{Settings, on_each_engine};

const HMAC: [fn() -> Method; 2] = [|| Method::HmacSha1, || Method::HmacSha256];

#[tokio::test]
async fn every_method_in_every_place_opens_the_api() {
    on_each_engine(Settings::default(), async |world| {
        let methods = HMAC.map(|method| method()).into_iter().chain([Method::Plaintext]);
        for method in methods {
            for place in [Place::Header, Place::Body, Place::Query] {
                let request = Unsigned::get("/api/v4/currentUser", world.now()).with(method.clone(), place);
                let answer = world.send(&world.credentials.sign(&request)).await;
                assert_eq!(answer.status, 200, "{method:?} {place:?}: {answer:?}");
                assert_eq!(answer.json()["id"], world.ada.to_string());
                assert_eq!(answer.header("cache-control"), Some("no-store"));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_path_is_signed_as_it_was_sent() {
    on_each_engine(Settings::default(), async |world| {
        let (bare, slash) = ("/api/v4/currentUser", "/api/v4/currentUser/");
        assert_eq!(world.send(&world.get(bare)).await.status, 200);
        assert_eq!(world.send(&world.get(slash)).await.status, 200);
        let moved = Call {
            target: slash.to_owned(),
            ..world.get(bare)
        };
        refused(&world, &world.credentials, &moved, (401, "signature_invalid")).await;
    })
    .await;
}

#[tokio::test]
async fn odd_parameters_are_signed_like_any() {
    on_each_engine(Settings::default(), async |world| {
        for place in [Place::Header, Place::Body, Place::Query] {
            let odd = Unsigned::get("/api/v4/users", world.now())
                .with(Method::HmacSha256, place)
                .query("limit", "1")
                .query("b5", "=%3D")
                .query("a3", "a")
                .query("a3", "2 q")
                .query("c@", "")
                .query("ünïcode ☃", "Ä+ ~")
                .form("c2", "")
                .form("a3", "1 & 2");
            let answer = world.send(&world.credentials.sign(&odd)).await;
            assert_eq!(answer.status, 200, "{place:?}: {answer:?}");
        }
        // A blank may stand as a plus sign in a query, and is signed as %20.
        let blank = world
            .credentials
            .sign(&Unsigned::get("/api/v4/users", world.now()).query("q", "a b"));
        let plus = Call {
            target: blank.target.replace("%20", "+"),
            ..blank
        };
        assert!(plus.target.ends_with("q=a+b"));
        assert_eq!(world.send(&plus).await.status, 200);
        // A name without an equals sign has the empty value.
        let named = world
            .credentials
            .sign(&Unsigned::get("/api/v4/users", world.now()).query("bare", ""));
        let bare = Call {
            target: named.target.replace("bare=", "bare"),
            ..named
        };
        assert_eq!(world.send(&bare).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn the_public_url_is_what_is_signed() {
    let settings = Settings {
        public_url: "https://Portal.Example.COM:8443/",
        ..Settings::default()
    };
    on_each_engine(settings, async |world| {
        let here = |origin: &str| Credentials {
            origin: origin.to_owned(),
            ..world.credentials.clone()
        };
        let (right, wrong) = (
            here("https://portal.example.com:8443"),
            here("https://portal.example.com"),
        );
        assert_eq!(world.ask(&right, "/api/v4/currentUser").await.status, 200);
        // What stands in the request's own headers changes nothing.
        let call = right.sign(&Unsigned::get("/api/v4/currentUser", world.now()));
        let call = call
            .header("X-Forwarded-Host", "elsewhere.example.com")
            .header("X-Forwarded-Proto", "http");
        assert_eq!(world.send(&call).await.status, 200);
        let call = wrong.sign(&Unsigned::get("/api/v4/currentUser", world.now()));
        refused(&world, &wrong, &call, (401, "signature_invalid")).await;
    })
    .await;
}

#[tokio::test]
async fn other_bodies_are_not_signed() {
    on_each_engine(Settings::default(), async |world| {
        let call = world.get("/api/v4/currentUser").body("application/json", "{\"a\":1}");
        assert_eq!(world.send(&call).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes() {
    on_each_engine(Settings::default(), async |world| {
        for skew in [-300, 300] {
            let request = Unsigned::get("/api/v4/currentUser", world.now() + skew);
            assert_eq!(
                world.send(&world.credentials.sign(&request)).await.status,
                200,
                "{skew}"
            );
        }
        for skew in [-301, 301, -86_400, 86_400] {
            let request = Unsigned::get("/api/v4/currentUser", world.now() + skew);
            let answer = world.send(&world.credentials.sign(&request)).await;
            assert_eq!(
                (answer.status, answer.oauth_problem().as_str()),
                (401, "timestamp_refused"),
                "{skew}"
            );
            let accepted = format!("{}-{}", world.now() - 300, world.now() + 300);
            assert_eq!(answer.json()["oauth_acceptable_timestamps"], accepted);
        }
        for nonsense in [0, -5] {
            let request = Unsigned::get("/api/v4/currentUser", nonsense);
            let answer = world.send(&world.credentials.sign(&request)).await;
            assert_eq!(
                (answer.status, answer.oauth_problem().as_str()),
                (400, "parameter_rejected"),
                "{nonsense}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_use_is_kept_with_its_place() {
    let settings = Settings {
        trusted_proxies: "127.0.0.1",
        ..Settings::default()
    };
    on_each_engine(settings, async |world| {
        assert_eq!(world.shown(world.token).await.last_used_at, None);
        let call = world
            .get("/api/v4/currentUser")
            .header("X-Forwarded-For", "203.0.113.9");
        assert_eq!(world.send(&call).await.status, 200);
        let shown = world.shown(world.token).await;
        assert_eq!(
            (shown.last_used_at, shown.last_used_from.as_deref()),
            (Some(world.portal().now()), Some("203.0.113.9"))
        );

        // A request that is refused is no use.
        world.advance(60);
        let used = world.portal().now();
        let wrong = Credentials {
            token_secret: "guess".to_owned(),
            ..world.credentials.clone()
        };
        assert_eq!(world.ask(&wrong, "/api/v4/currentUser").await.status, 401);
        assert_ne!(world.shown(world.token).await.last_used_at, Some(used));
        let call = world
            .get("/api/v4/currentUser")
            .header("X-Forwarded-For", "2001:db8::9");
        assert_eq!(world.send(&call).await.status, 200);
        let shown = world.shown(world.token).await;
        assert_eq!(
            (shown.last_used_at, shown.last_used_from.as_deref()),
            (Some(used), Some("2001:db8::9"))
        );
    })
    .await;
}
