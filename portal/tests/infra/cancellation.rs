use domain::oauth1::consumers::ConsumerForm;
use portal::auth::one_time_secrets;
use portal::oauth1::{consumers, tokens};
use portal::{Actor, Portal};
use rstest::rstest;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use testing::{ADA, Engine, TestPortal, eventually, new_token};

/// Drops a future after this many polls, as a server drops a request when its connection is closed. Resolves to whether
/// the future completed before that.
struct CanceledAfter<F> {
    future: Option<Pin<Box<F>>>,
    polls: usize,
}

impl<F: Future> Future for CanceledAfter<F> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        let Some(future) = &mut self.future else {
            return Poll::Ready(false);
        };
        if future.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        self.polls -= 1;
        if self.polls == 0 {
            self.future = None;
            return Poll::Ready(false);
        }
        Poll::Pending
    }
}

/// The number of times to go through all cancellation points: the state of the database engine at each of them varies.
const ROUNDS: usize = 40;

/// Cancels an operation after one poll, after two, and so on until it completes, [`ROUNDS`] times.
async fn cancel_at_every_poll<F: Future>(test: &TestPortal, attempt: impl Fn(Portal, String) -> F) {
    let mut canceled = 0;
    for round in 0..ROUNDS {
        for polls in 1.. {
            let future = attempt(test.portal.clone(), format!("Attempt {round}.{polls}"));
            let future = Some(Box::pin(future));
            let completed = CanceledAfter { future, polls }.await;
            wait_until_idle(test).await;
            if completed {
                break;
            }
            canceled += 1;
        }
    }
    assert!(canceled >= ROUNDS, "only {canceled} attempts were canceled");
}

/// Waits until the database engine has rolled back the canceled operation.
async fn wait_until_idle(test: &TestPortal) {
    if test.engine == Engine::Postgres {
        eventually("a connection is still in a transaction", || async {
            test.count_rows("pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid() and backend_type = 'client backend'").await == 0
        })
        .await;
    }
    // A canceled operation must not leave a broken connection in the pool.
    test.portal.check_ready().await.unwrap();
    portal::maintenance::run(&test.portal).await.unwrap();
}

/// Returns the keys of the one-time secrets that the session can still read.
async fn shown_keys(portal: &Portal, actor: &Actor) -> BTreeSet<String> {
    one_time_secrets::list(portal, actor)
        .await
        .unwrap()
        .into_iter()
        .map(|shown| shown.key)
        .collect()
}

#[rstest]
#[tokio::test]
async fn canceled_create_consumer_leaves_none_or_readable_secret(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    cancel_at_every_poll(&test, |portal, name| {
        let actor = Arc::clone(&ada.actor);
        async move {
            consumers::create(&portal, &actor, ConsumerForm { name })
                .await
                .map(drop)
        }
    })
    .await;
    let stored: BTreeSet<_> = consumers::list(&test.portal, &ada.actor)
        .await
        .unwrap()
        .into_iter()
        .map(|stored| stored.key)
        .collect();
    assert!(!stored.is_empty());
    assert_eq!(stored, shown_keys(&test.portal, &ada.actor).await);
    assert_eq!(
        test.count_rows("audit_records where action = 'consumer.create'").await,
        stored.len()
    );
}

#[rstest]
#[tokio::test]
async fn canceled_create_token_leaves_none_or_readable_secret(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&test.operator().await, "Web shop").await.value;
    cancel_at_every_poll(&test, |portal, _| {
        let (actor, input) = (Arc::clone(&ada.actor), new_token(&consumer, ADA, "Drupal"));
        async move { tokens::create(&portal, &actor, input).await.map(drop) }
    })
    .await;
    let stored: BTreeSet<_> = test
        .query_column("select token from tokens")
        .await
        .into_iter()
        .collect();
    assert!(!stored.is_empty());
    assert_eq!(stored, shown_keys(&test.portal, &ada.actor).await);
}
