//! A nonce counts once, however fast and wherever it comes.

use crate::http::{Answer, Call};
use crate::signer::{Method, Place, Unsigned};
use crate::world::{Settings, World, on_each_engine};
use tokio::task::JoinSet;

/// Sends the same call many times at once, to the nodes in turn.
async fn at_once(world: &World, call: &Call, times: usize, nodes: usize) -> Vec<Answer> {
    let mut sending = JoinSet::new();
    for number in 0..times {
        let (call, address) = (call.clone(), world.address_of(number % nodes));
        sending.spawn(async move { call.send(address).await });
    }
    sending.join_all().await
}

fn assert_one_wins(answers: &[Answer]) {
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!((answer.status, answer.oauth_problem().as_str()), (401, "nonce_used"));
    }
}

#[tokio::test]
async fn a_request_is_heard_once() {
    on_each_engine(Settings::default(), async |world| {
        for method in [Method::HmacSha1, Method::HmacSha256, Method::Plaintext] {
            let request = Unsigned::get("/api/v4/currentUser", world.now()).with(method, Place::Header);
            let call = world.credentials.sign(&request);
            assert_eq!(world.send(&call).await.status, 200);
            for _ in 0..3 {
                let again = world.send(&call).await;
                assert_eq!((again.status, again.oauth_problem().as_str()), (401, "nonce_used"));
            }
            // The nonce is used up for other requests at that second, too.
            let other = Unsigned {
                path: "/api/v4/account".to_owned(),
                ..request.clone()
            };
            assert_eq!(
                world.send(&world.credentials.sign(&other)).await.oauth_problem(),
                "nonce_used"
            );
            let later = Unsigned {
                timestamp: request.timestamp + 1,
                ..request
            };
            assert_eq!(world.send(&world.credentials.sign(&later)).await.status, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn another_token_may_use_the_same_nonce() {
    on_each_engine(Settings::default(), async |world| {
        let (_, other) = world.issue("ada@example.com").await;
        let request = Unsigned::get("/api/v4/currentUser", world.now());
        assert_eq!(world.send(&world.credentials.sign(&request)).await.status, 200);
        assert_eq!(world.send(&other.sign(&request)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn of_fifty_at_once_one_wins() {
    on_each_engine(Settings::default(), async |world| {
        assert_one_wins(&at_once(&world, &world.get("/api/v4/currentUser"), 50, 1).await);
    })
    .await;
}

#[tokio::test]
async fn of_fifty_at_once_on_two_nodes_one_wins() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        for _ in 0..5 {
            assert_one_wins(&at_once(&world, &world.get("/api/v4/currentUser"), 50, 2).await);
        }
    })
    .await;
}

#[tokio::test]
async fn many_different_requests_at_once_are_all_heard() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let mut sending = JoinSet::new();
        for number in 0..200 {
            let (call, address) = (world.get("/api/v4/currentUser"), world.address_of(number % 2));
            sending.spawn(async move { call.send(address).await.status });
        }
        assert_eq!(sending.join_all().await, vec![200; 200]);
    })
    .await;
}

#[tokio::test]
async fn a_nonce_is_remembered_for_as_long_as_its_timestamp_counts() {
    on_each_engine(Settings::default(), async |world| {
        let ahead = world
            .credentials
            .sign(&Unsigned::get("/api/v4/currentUser", world.now() + 300));
        assert_eq!(world.send(&ahead).await.status, 200);
        world.advance(600);
        portal::maintenance::run(world.portal()).await.unwrap();
        assert_eq!(world.send(&ahead).await.oauth_problem(), "nonce_used");
        world.advance(1);
        assert_eq!(world.send(&ahead).await.oauth_problem(), "timestamp_refused");
    })
    .await;
}
