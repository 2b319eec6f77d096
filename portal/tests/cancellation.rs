use crate::support::{ADA, Engine, House, eventually, new_token};
use domain::oauth1::consumers::NewConsumer;
use portal::auth::one_time_secrets;
use portal::oauth1::{consumers, tokens};
use portal::{Actor, Portal};
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

both!(
    a_consumer_whose_answer_was_lost_is_not_there_or_can_be_read,
    a_token_whose_answer_was_lost_is_not_there_or_can_be_read,
);

/// Polls a future so many times and then drops it, as a server drops a request whose connection is cut. Gives whether
/// it was done before that.
struct CutShort<F> {
    future: Option<Pin<Box<F>>>,
    polls: usize,
}

impl<F: Future> Future for CutShort<F> {
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

/// How often the whole sweep is made: where the engine is when a request is dropped varies from run to run.
const ROUNDS: usize = 40;

/// Cuts an operation off after one poll, after two, and so on until it comes through, many times over.
async fn cut_everywhere<F: Future>(house: &House, attempt: impl Fn(Portal, String) -> F) {
    let mut cut = 0;
    for round in 0..ROUNDS {
        for polls in 1.. {
            let future = attempt(house.portal.clone(), format!("Attempt {round}.{polls}"));
            let future = Some(Box::pin(future));
            let done = CutShort { future, polls }.await;
            settle(house).await;
            if done {
                break;
            }
            cut += 1;
        }
    }
    assert!(cut >= ROUNDS, "it was cut off {cut} times only");
}

/// Waits until the engine is done with what was dropped.
async fn settle(house: &House) {
    if house.engine == Engine::Postgres {
        eventually("a connection stays within a transaction", || async {
            house.count("pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid() and backend_type = 'client backend'").await == 0
        })
        .await;
    }
    // What is asked next finds the connections in order.
    house.portal.check_ready().await.unwrap();
    portal::maintenance::run(&house.portal).await.unwrap();
}

async fn revealed(portal: &Portal, actor: &Actor) -> BTreeSet<String> {
    one_time_secrets::pending(portal, actor)
        .await
        .unwrap()
        .into_iter()
        .map(|shown| shown.key)
        .collect()
}

async fn a_consumer_whose_answer_was_lost_is_not_there_or_can_be_read(house: House) {
    let ada = house.set_up().await;
    cut_everywhere(&house, |portal, name| {
        let actor = Arc::clone(&ada.actor);
        async move { consumers::create(&portal, &actor, NewConsumer { name }).await.map(drop) }
    })
    .await;
    let kept: BTreeSet<_> = consumers::list(&house.portal, &ada.actor)
        .await
        .unwrap()
        .into_iter()
        .map(|kept| kept.key)
        .collect();
    assert!(!kept.is_empty());
    assert_eq!(kept, revealed(&house.portal, &ada.actor).await);
    assert_eq!(
        house.count("audit_records where action = 'consumer.create'").await,
        kept.len()
    );
}

async fn a_token_whose_answer_was_lost_is_not_there_or_can_be_read(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&house.operator().await, "Web shop").await.value;
    cut_everywhere(&house, |portal, _| {
        let (actor, input) = (Arc::clone(&ada.actor), new_token(&consumer, ADA, "Drupal"));
        async move { tokens::create(&portal, &actor, input).await.map(drop) }
    })
    .await;
    let kept: BTreeSet<_> = house.texts("select token from tokens").await.into_iter().collect();
    assert!(!kept.is_empty());
    assert_eq!(kept, revealed(&house.portal, &ada.actor).await);
}
