//! Requests that are sent again.

use super::client::{key, logs};
use super::logs::{kept, switch};
use crate::http::Call;
use crate::world::{Settings, on_each_engine};
use portal::maintenance;
use serde_json::json;

fn record(message: &str) -> String {
    json!([{ "level": "info", "message": message }]).to_string()
}

fn once(key: &str, idempotency_key: &str, message: &str) -> Call {
    logs(key, record(message)).header("Idempotency-Key", idempotency_key)
}

#[tokio::test]
async fn a_batch_that_is_sent_again_is_kept_once_for_a_day() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let call = once(&key, "8e03978e-40d5-43dd-bc93-6894a57f9324", "One");
        for _ in 0..3 {
            let answer = world.send(&call).await;
            assert_eq!((answer.status, answer.json()), (202, json!({ "accepted": 1 })));
        }
        assert_eq!(kept(&world).await.len(), 1);
        // The answer is the first one's, whatever has changed since.
        switch(&world, false).await;
        assert_eq!(world.send(&call).await.status, 202);
        assert_eq!(world.send(&once(&key, "another", "One")).await.status, 403);
        switch(&world, true).await;
        assert_eq!(
            world.send(&once(&key, "another", "One")).await.status,
            202,
            "what failed was not done"
        );

        let other = world.send(&once(&key, "another", "Two")).await;
        assert_eq!(
            (other.status, other.problem().as_str()),
            (422, "idempotency-key-reused")
        );
        assert_eq!(kept(&world).await.len(), 2);

        world.advance(24 * 3600 - 1);
        maintenance::run(world.portal()).await.unwrap();
        assert_eq!(world.send(&call).await.status, 202);
        assert_eq!(kept(&world).await.len(), 2);
        world.advance(1);
        assert_eq!(
            world.send(&once(&key, "another", "Two")).await.status,
            202,
            "its day is over"
        );
        maintenance::run(world.portal()).await.unwrap();
        assert_eq!(world.send(&call).await.status, 202);
        assert_eq!(kept(&world).await.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn of_batches_that_come_at_once_one_is_kept() {
    on_each_engine(Settings::default(), async |mut world| {
        world.add_node().await;
        let key = key(&world).await;
        switch(&world, true).await;
        for round in 0..5 {
            let call = once(&key, &format!("round {round}"), "One");
            let (here, there) = (world.address_of(0), world.address_of(1));
            let answers = tokio::join!(
                call.send(here),
                call.send(there),
                call.send(here),
                call.send(there),
                call.send(here),
                call.send(there)
            );
            let (a, b, c, d, e, f) = answers;
            for answer in [a, b, c, d, e, f] {
                // A node that has not heard that logs are taken has done nothing.
                assert!([202, 403].contains(&answer.status), "{answer:?}");
            }
            assert_eq!(kept(&world).await.len(), round + 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_is_the_account_s_own() {
    on_each_engine(Settings::default(), async |world| {
        let ours = key(&world).await;
        let other = world.other_account().await;
        let theirs = super::client::key_of(world.portal(), &other).await;
        switch(&world, true).await;
        let edit = domain::integration::settings::Edit::RemoteLogging(true);
        super::client::save(world.portal(), &other, &edit).await;
        for key in [&ours, &theirs] {
            let message = format!("of {}", key.len());
            assert_eq!(world.send(&once(key, "same", &message)).await.status, 202);
        }
        assert_eq!(world.send(&once(&theirs, "same", "else")).await.status, 422);
        assert_eq!(kept(&world).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        switch(&world, true).await;
        let too_long = "x".repeat(256);
        for call in [
            once(&key, "", "x"),
            once(&key, &too_long, "x"),
            once(&key, "ä", "x"),
            once(&key, "a", "x").header("Idempotency-Key", "b"),
        ] {
            let answer = world.send(&call).await;
            assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid"));
            assert_eq!(answer.json()["errors"][0]["field"], "Idempotency-Key");
        }
        assert_eq!(world.send(&once(&key, &too_long[1..], "x")).await.status, 202);
    })
    .await;
}
