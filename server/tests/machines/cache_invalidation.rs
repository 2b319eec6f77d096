//! What is taken away on one node is gone on the others within a second.

use crate::http::Answer;
use crate::world::{Settings, World, on_each_engine};
use domain::accounts::features::Feature;
use domain::accounts::rights::{Right, Rights};
use domain::ids::ProfileId;
use portal::accounts;
use portal::accounts::{profiles, users};
use portal::oauth1::{consumers, tokens};
use std::time::{Duration, Instant};

const USERS: &str = "/api/v4/users";

/// Asks the second node until its answer is another than 200, for at most a second.
async fn refused_within_a_second(world: &World) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = world.get(USERS).send(world.address_of(1)).await;
        if answer.status != 200 {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "still let in after a second");
    }
}

/// A world with two nodes that both know the credential, and Ada's profile.
async fn warm(world: &mut World) -> ProfileId {
    world.add_node().await;
    for node in 0..2 {
        assert_eq!(world.get(USERS).send(world.address_of(node)).await.status, 200);
    }
    profiles::list(world.portal(), &world.operator).await.unwrap()[0].id
}

#[tokio::test]
async fn a_revoked_token() {
    on_each_engine(Settings::default(), async |mut world: World| {
        warm(&mut world).await;
        tokens::revoke(world.portal(), &world.operator, world.token)
            .await
            .unwrap();
        assert_eq!(
            world.send(&world.get(USERS)).await.oauth_problem(),
            "token_revoked",
            "here it holds at once"
        );
        assert_eq!(refused_within_a_second(&world).await.oauth_problem(), "token_revoked");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_consumer() {
    on_each_engine(Settings::default(), async |mut world: World| {
        warm(&mut world).await;
        consumers::delete(world.portal(), &world.operator, world.consumer.id, &world.consumer.name)
            .await
            .unwrap();
        assert_eq!(
            world.send(&world.get(USERS)).await.oauth_problem(),
            "consumer_key_unknown"
        );
        assert_eq!(
            refused_within_a_second(&world).await.oauth_problem(),
            "consumer_key_unknown"
        );
    })
    .await;
}

#[tokio::test]
async fn a_feature_that_is_off() {
    on_each_engine(Settings::default(), async |mut world: World| {
        warm(&mut world).await;
        accounts::set_feature(world.portal(), &world.operator, Feature::ApiTokens, false)
            .await
            .unwrap();
        assert_eq!(
            world.send(&world.get(USERS)).await.oauth_problem(),
            "consumer_key_refused"
        );
        assert_eq!(
            refused_within_a_second(&world).await.oauth_problem(),
            "consumer_key_refused"
        );
        accounts::set_feature(world.portal(), &world.operator, Feature::ApiTokens, true)
            .await
            .unwrap();
        assert_eq!(world.send(&world.get(USERS)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_person_who_may_not_enter() {
    on_each_engine(Settings::default(), async |mut world: World| {
        warm(&mut world).await;
        users::set_active(world.portal(), &world.operator, world.ada, false)
            .await
            .unwrap();
        assert_eq!(world.send(&world.get(USERS)).await.oauth_problem(), "user_refused");
        assert_eq!(refused_within_a_second(&world).await.oauth_problem(), "user_refused");
        users::set_active(world.portal(), &world.operator, world.ada, true)
            .await
            .unwrap();
        assert_eq!(world.send(&world.get(USERS)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_right() {
    on_each_engine(Settings::default(), async |mut world: World| {
        let profile = warm(&mut world).await;
        let fewer = Rights::all().without(Right::ManageUsers);
        profiles::set_rights(world.portal(), &world.operator, profile, fewer)
            .await
            .unwrap();
        assert_eq!(world.send(&world.get(USERS)).await.problem(), "forbidden");
        let answer = refused_within_a_second(&world).await;
        assert_eq!((answer.status, answer.problem().as_str()), (403, "forbidden"));
        assert_eq!(answer.json()["right"], "manage-users");
    })
    .await;
}
