use crate::support::app::{Call, problem};
use crate::support::{ADA, Engine, House};
use domain::oauth1::Problem;
use portal::maintenance;
use portal::oauth1::Denied;
use std::time::Duration;

both!(
    a_replay_is_refused_even_after_a_restart,
    a_nonce_counts_per_consumer_token_and_timestamp,
    many_at_once_are_all_let_in,
    of_replays_at_once_on_two_nodes_one_is_let_in,
    only_those_that_time_refuses_anyway_are_forgotten,
    plaintext_may_do_without,
    what_an_older_version_kept_still_counts,
);

/// How many nonces the database has; each takes 16 bytes.
async fn kept(house: &House) -> u64 {
    let digests = "select cast(coalesce(sum(length(digests)), 0) as text) from nonce_batches";
    house.texts(digests).await[0].parse::<u64>().unwrap() / 16
}

async fn a_replay_is_refused_even_after_a_restart(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    let call = Call::now(&house.portal);
    app.send(&house.portal, &call).await.unwrap();
    assert_eq!(problem(app.send(&house.portal, &call).await), Problem::NonceUsed);
    house.portal.close().await;
    let portal = house.another_node().await;
    assert_eq!(problem(app.send(&portal, &call).await), Problem::NonceUsed);
    app.call(&portal).await.unwrap();
}

async fn a_nonce_counts_per_consumer_token_and_timestamp(house: House) {
    let ada = house.set_up().await;
    let (app, consumer, _) = house.app(&ada.actor, "Web shop").await;
    let second = house.token(&ada.actor, &consumer, ADA, "Drupal").await;
    let second = app.clone().with_token(&second.value.token, second.secret.expose());
    let (third, _, _) = house.app(&ada.actor, "Website").await;
    let now = house.portal.now().seconds();
    let call = |timestamp| Call {
        nonce: "once".to_owned(),
        timestamp,
        ..Call::now(&house.portal)
    };
    for app in [&app, &second, &third] {
        for timestamp in [now, now - 1] {
            app.send(&house.portal, &call(timestamp)).await.unwrap();
            assert_eq!(
                problem(app.send(&house.portal, &call(timestamp)).await),
                Problem::NonceUsed
            );
        }
    }
}

async fn many_at_once_are_all_let_in(house: House) {
    let ada = house.set_up().await;
    let (app, _, token) = house.app(&ada.actor, "Web shop").await;
    let nodes = [house.portal.clone(), house.another_node().await];
    let calls: Vec<_> = (0..500)
        .map(|index| {
            let (app, portal) = (app.clone(), nodes[index % 2].clone());
            tokio::spawn(async move { app.call(&portal).await.map(|actor| actor.account()) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(kept(&house).await, 500);
    let token = portal::oauth1::tokens::get(&house.portal, &ada.actor, token.id)
        .await
        .unwrap();
    assert_eq!(token.last_used_at, Some(house.portal.now()));
}

async fn of_replays_at_once_on_two_nodes_one_is_let_in(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    let nodes = [house.portal.clone(), house.another_node().await];
    // Each of 100 requests twice to each node, the second node in the other order.
    let now = house.portal.now().seconds();
    let attempts: Vec<_> = (0..400)
        .map(|index| {
            let (app, node, round) = (app.clone(), index % 2, index / 2);
            let request = if node == 0 { round % 100 } else { 99 - round % 100 };
            let portal = nodes[node].clone();
            let call = async move {
                let call = Call {
                    nonce: format!("n{request}"),
                    timestamp: now,
                    ..Call::now(&portal)
                };
                app.send(&portal, &call).await.map(|_| ())
            };
            (request, tokio::spawn(call))
        })
        .collect();
    let mut let_in = [0; 100];
    for (request, attempt) in attempts {
        match attempt.await.unwrap() {
            Ok(()) => let_in[request] += 1,
            Err(Denied::Refused(refusal)) => assert_eq!(refusal.problem(), Problem::NonceUsed),
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(let_in, [1; 100]);
}

async fn only_those_that_time_refuses_anyway_are_forgotten(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    let call = Call {
        timestamp: house.portal.now().seconds() + 300,
        ..Call::now(&house.portal)
    };
    app.send(&house.portal, &call).await.unwrap();
    house.clock.advance(Duration::from_secs(600));
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!(problem(app.send(&house.portal, &call).await), Problem::NonceUsed);
    house.clock.advance(Duration::from_secs(1));
    assert_eq!(problem(app.send(&house.portal, &call).await), Problem::TimestampRefused);
    house.clock.advance(Duration::from_secs(600));
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!(kept(&house).await, 0);
}

async fn plaintext_may_do_without(house: House) {
    let ada = house.set_up().await;
    let (app, _, token) = house.app(&ada.actor, "Web shop").await;
    let (name, secret) = app.token.clone().unwrap();
    let header = format!(
        "OAuth oauth_consumer_key=\"{}\", oauth_token=\"{name}\", oauth_signature_method=\"PLAINTEXT\", \
         oauth_signature=\"{}%26{secret}\"",
        app.consumer_key, app.consumer_secret
    );
    for _ in 0..2 {
        crate::support::app::send(&house.portal, &Call::now(&house.portal), &header)
            .await
            .unwrap();
    }
    assert_eq!(kept(&house).await, 0);
    let token = portal::oauth1::tokens::get(&house.portal, &ada.actor, token.id)
        .await
        .unwrap();
    assert_eq!(token.last_used_at, Some(house.portal.now()));
}

async fn what_an_older_version_kept_still_counts(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    let calls: Vec<Call> = (0..3).map(|_| Call::now(&house.portal)).collect();
    for call in &calls {
        app.send(&house.portal, call).await.unwrap();
    }
    // One batch each, as one was sent after the other.
    let (blob, migration) = match house.engine {
        Engine::Sqlite => ("blob", include_str!("../../migrations/sqlite/0006_nonce_batches.sql")),
        Engine::Postgres => (
            "bytea",
            include_str!("../../migrations/postgres/0006_nonce_batches.sql"),
        ),
    };
    house
        .execute(&format!(
            "create table nonces (timestamp bigint not null, digest {blob} not null, primary key (timestamp, digest));
             insert into nonces (timestamp, digest) select id / 1048576, digests from nonce_batches;
             drop table nonce_batches;
             {migration}"
        ))
        .await;
    assert_eq!(kept(&house).await, 3);
    let node = house.another_node().await;
    for call in &calls {
        assert_eq!(problem(app.send(&node, call).await), Problem::NonceUsed);
    }
    app.call(&node).await.unwrap();
}
