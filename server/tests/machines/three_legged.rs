//! The three-legged flow. Where a person decides, the operation behind the page is called.

use crate::http::{Answer, Call};
use crate::signer::{Credentials, Method, Place, Unsigned};
use crate::world::{Settings, World, on_each_engine};
use portal::oauth1::request_tokens::{self, Decision};
use tokio::task::JoinSet;

pub const REQUEST: &str = "/api/v4/oauth/request_token/";
pub const ACCESS: &str = "/api/v4/oauth/access_token/";
const CALLBACK: &str = "https://client.example.com/back?from=portal";

/// The credentials that an answer of the flow holds.
fn issued(world: &World, answer: &Answer) -> Credentials {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    Credentials {
        token: answer.form("oauth_token").unwrap(),
        token_secret: answer.form("oauth_token_secret").unwrap(),
        ..world.consumer_alone()
    }
}

/// First step.
async fn request(world: &World, callback: &str) -> Credentials {
    let unsigned = Unsigned::post(REQUEST, world.now()).protocol("oauth_callback", callback);
    let answer = world.send(&world.consumer_alone().sign(&unsigned)).await;
    assert_eq!(answer.form("oauth_callback_confirmed").as_deref(), Some("true"));
    world.assert_no_secret(&answer, &world.credentials);
    issued(world, &answer)
}

/// Second step; gives the verifier.
async fn allow(world: &World, token: &str) -> String {
    let ada = world.signed_in("ada@example.com").await;
    match request_tokens::allow(world.portal(), &ada, token, None).await.unwrap() {
        Decision::Redirect(address) => {
            let query = address
                .strip_prefix(&format!("{CALLBACK}&oauth_token={token}&oauth_verifier="))
                .unwrap();
            query.to_owned()
        }
        Decision::Verifier(verifier) => verifier,
        Decision::Done => panic!("a verifier is due"),
    }
}

/// Third step.
async fn exchange(world: &World, credentials: &Credentials, verifier: Option<&str>) -> Answer {
    world.send(&exchange_call(world, credentials, verifier)).await
}

fn exchange_call(world: &World, credentials: &Credentials, verifier: Option<&str>) -> Call {
    let unsigned = Unsigned::post(ACCESS, world.now());
    credentials.sign(&match verifier {
        Some(verifier) => unsigned.protocol("oauth_verifier", verifier),
        None => unsigned,
    })
}

fn assert_refused(answer: &Answer, problem: &str) {
    assert_eq!(
        (answer.status, answer.oauth_problem().as_str()),
        (401, problem),
        "{answer:?}"
    );
}

#[tokio::test]
async fn three_steps_give_a_token_for_thirty_days() {
    on_each_engine(Settings::default(), async |world| {
        for callback in [CALLBACK, "oob"] {
            let temporary = request(&world, callback).await;
            assert_refused(&world.ask(&temporary, "/api/v4/currentUser").await, "token_rejected");
            assert_refused(&exchange(&world, &temporary, None).await, "permission_unknown");
            let verifier = allow(&world, &temporary.token).await;
            assert_refused(&exchange(&world, &temporary, None).await, "parameter_absent");
            assert_refused(&exchange(&world, &temporary, Some("guess")).await, "verifier_invalid");
            let lasting = issued(&world, &exchange(&world, &temporary, Some(&verifier)).await);
            assert_refused(&exchange(&world, &temporary, Some(&verifier)).await, "token_used");
            assert_refused(&exchange(&world, &lasting, Some(&verifier)).await, "token_rejected");

            let answer = world.ask(&lasting, "/api/v4/currentUser").await;
            assert_eq!(
                (answer.status, &answer.json()["id"]),
                (200, &world.ada.to_string().into())
            );
            world.advance(30 * 24 * 3600 - 1);
            assert_eq!(world.ask(&lasting, "/api/v4/currentUser").await.status, 200);
            world.advance(1);
            assert_refused(&world.ask(&lasting, "/api/v4/currentUser").await, "token_expired");
            assert_eq!(
                world.send(&world.get("/api/v4/currentUser")).await.status,
                200,
                "a permanent token lives on"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_flow_speaks_every_method_in_every_place() {
    on_each_engine(Settings::default(), async |world| {
        for method in [Method::HmacSha1, Method::HmacSha256, Method::Plaintext] {
            for place in [Place::Header, Place::Body, Place::Query] {
                let first = Unsigned::post(REQUEST.trim_end_matches('/'), world.now()).with(method.clone(), place);
                let first = world.consumer_alone().sign(&first.protocol("oauth_callback", CALLBACK));
                let temporary = issued(&world, &world.send(&first).await);
                let verifier = allow(&world, &temporary.token).await;
                let third = Unsigned::post(ACCESS.trim_end_matches('/'), world.now()).with(method.clone(), place);
                let third = temporary.sign(&third.protocol("oauth_verifier", &verifier));
                let lasting = issued(&world, &world.send(&third).await);
                assert_eq!(
                    world.ask(&lasting, "/api/v4/currentUser").await.status,
                    200,
                    "{method:?} {place:?}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_token_waits_ten_minutes() {
    on_each_engine(Settings::default(), async |world| {
        let in_time = request(&world, "oob").await;
        let verifier = allow(&world, &in_time.token).await;
        let late = request(&world, "oob").await;
        let late_verifier = allow(&world, &late.token).await;
        world.advance(599);
        assert_eq!(exchange(&world, &in_time, Some(&verifier)).await.status, 200);
        world.advance(1);
        assert_refused(&exchange(&world, &late, Some(&late_verifier)).await, "token_expired");
        // Housekeeping does not make a riddle of it.
        portal::maintenance::run(world.portal()).await.unwrap();
        assert_refused(&exchange(&world, &late, Some(&late_verifier)).await, "token_expired");
    })
    .await;
}

#[tokio::test]
async fn a_person_may_decline() {
    on_each_engine(Settings::default(), async |world| {
        let temporary = request(&world, CALLBACK).await;
        let ada = world.signed_in("ada@example.com").await;
        request_tokens::refuse(world.portal(), &ada, &temporary.token, None)
            .await
            .unwrap();
        assert_refused(&exchange(&world, &temporary, Some("guess")).await, "permission_denied");
    })
    .await;
}

#[tokio::test]
async fn a_callback_is_required_and_must_be_an_address() {
    on_each_engine(Settings::default(), async |world| {
        let ask = async |callback: Option<&str>| {
            let unsigned = Unsigned::post(REQUEST, world.now());
            let unsigned = match callback {
                Some(callback) => unsigned.protocol("oauth_callback", callback),
                None => unsigned,
            };
            world.send(&world.consumer_alone().sign(&unsigned)).await
        };
        let absent = ask(None).await;
        assert_refused(&absent, "parameter_absent");
        assert_eq!(
            absent.json()["oauth_parameters_absent"],
            serde_json::json!(["oauth_callback"])
        );
        for callback in [
            "nowhere",
            "/back",
            "javascript:alert(1)",
            "https://client.example.com/#part",
        ] {
            let answer = ask(Some(callback)).await;
            assert_eq!(
                (answer.status, answer.oauth_problem().as_str()),
                (400, "parameter_rejected"),
                "{callback}"
            );
        }
        assert_eq!(ask(Some("myapp://back")).await.status, 200, "an app on a telephone");
    })
    .await;
}

#[tokio::test]
async fn the_older_flow_needs_its_switch() {
    on_each_engine(Settings::default(), async |world| {
        let first = async || {
            let unsigned = Unsigned::post(REQUEST, world.now());
            world.send(&world.consumer_alone().sign(&unsigned)).await
        };
        assert_refused(&first().await, "parameter_absent");
        world.set_signing("", true).await.unwrap();

        let temporary = issued(&world, &first().await);
        let ada = world.signed_in("ada@example.com").await;
        let decision = request_tokens::allow(world.portal(), &ada, &temporary.token, Some(CALLBACK))
            .await
            .unwrap();
        assert_eq!(
            decision,
            Decision::Redirect(format!("{CALLBACK}&oauth_token={}", temporary.token))
        );
        let lasting = issued(&world, &exchange(&world, &temporary, None).await);
        assert_eq!(world.ask(&lasting, "/api/v4/currentUser").await.status, 200);

        // With the switch on, who asks with a callback still needs the verifier.
        let current = request(&world, CALLBACK).await;
        let verifier = allow(&world, &current.token).await;
        assert_refused(&exchange(&world, &current, None).await, "parameter_absent");
        assert_eq!(exchange(&world, &current, Some(&verifier)).await.status, 200);

        // Switched off in the middle, the older flow ends there.
        let stranded = issued(&world, &first().await);
        request_tokens::allow(world.portal(), &ada, &stranded.token, None)
            .await
            .unwrap();
        world.set_signing("", false).await.unwrap();
        assert_refused(&exchange(&world, &stranded, None).await, "parameter_absent");
    })
    .await;
}

#[tokio::test]
async fn of_many_exchanges_at_once_one_succeeds() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let temporary = request(&world, "oob").await;
        let verifier = allow(&world, &temporary.token).await;
        let mut sending = JoinSet::new();
        for number in 0..20 {
            let (call, address) = (
                exchange_call(&world, &temporary, Some(&verifier)),
                world.address_of(number % 2),
            );
            sending.spawn(async move { call.send(address).await });
        }
        let answers = sending.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1);
        for answer in lost {
            assert_refused(&answer, "token_used");
        }
    })
    .await;
}

#[tokio::test]
async fn each_step_is_signed_with_its_own_secrets() {
    on_each_engine(Settings::default(), async |world| {
        let unsigned = Unsigned::post(REQUEST, world.now()).protocol("oauth_callback", "oob");
        let wrong = Credentials {
            consumer_secret: "guess".to_owned(),
            ..world.consumer_alone()
        };
        let answer = world.send(&wrong.sign(&unsigned)).await;
        assert_refused(&answer, "signature_invalid");
        world.assert_no_secret(&answer, &world.credentials);

        let temporary = request(&world, "oob").await;
        let verifier = allow(&world, &temporary.token).await;
        let wrong = Credentials {
            token_secret: String::new(),
            ..temporary.clone()
        };
        let answer = exchange(&world, &wrong, Some(&verifier)).await;
        assert_refused(&answer, "signature_invalid");
        world.assert_no_secret(&answer, &temporary);

        // The same request twice gives one token.
        let call = world.consumer_alone().sign(&unsigned);
        assert_eq!(world.send(&call).await.status, 200);
        assert_refused(&world.send(&call).await, "nonce_used");
    })
    .await;
}
