//! Refresh tokens of confidential apps, which keep them unless they ask for rotation; and apps that change their mind.

use super::client::{
    ALL_SCOPES, Client, REVOKE, access_token, error, get_at, keeping, refresh_token, rotating, web_app,
};
use crate::world::{Settings, World, on_each_engine};
use domain::oauth2::oauth_apps::{REFRESH_TOKEN_IDLE_DAYS, REFRESH_TOKEN_LIFETIME_DAYS};
use portal::maintenance;
use portal::oauth2::oauth_apps;

const USER: &str = "/api/v4/currentUser";
const DAY: u64 = 24 * 3600;
const IDLE: u64 = REFRESH_TOKEN_IDLE_DAYS as u64 * DAY;
const LIFETIME: u64 = REFRESH_TOKEN_LIFETIME_DAYS as u64 * DAY;

/// What the SDKs for C# and Java do: they put the first one back after each refresh. Others overwrite it with whatever
/// the answer has, so it has the same.
#[tokio::test]
async fn first_refresh_token_works_for_as_long_as_it_is_used() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, web_app()).await;
        let (_, first) = client.connect(&world).await;
        for (round, pause) in [0, 1, 31, 33, 3600, DAY, IDLE - 1].into_iter().enumerate() {
            world.advance(pause);
            maintenance::run(world.portal()).await.unwrap();
            for node in [round % 2, 1 - round % 2] {
                let answer = client.refresh_at(&world, node, &first).await;
                assert_eq!(answer.json()["scope"], ALL_SCOPES, "after {pause} s: {answer:?}");
                assert_eq!(refresh_token(&answer), first);
                let access = access_token(&answer);
                for node in [0, 1] {
                    assert_eq!(get_at(&world, node, USER, &access).await.status, 200);
                }
            }
        }
        let app = oauth_apps::get(world.portal(), &world.operator, client.id)
            .await
            .unwrap();
        assert_eq!(
            app.live_tokens, 3,
            "the refresh token, and the two access tokens of just now"
        );
    })
    .await;
}

#[tokio::test]
async fn kept_token_that_is_not_used_for_thirty_days_expires() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let (_, first) = client.connect(&world).await;
        world.advance(IDLE - 1);
        assert_eq!(client.refresh(&world, &first).await.status, 200);
        world.advance(IDLE);
        assert_eq!(error(&client.refresh(&world, &first).await), "invalid_grant");
        maintenance::run(world.portal()).await.unwrap();
        assert_eq!(error(&client.refresh(&world, &first).await), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn kept_token_expires_a_year_after_it_was_issued_however_often_it_is_used() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let (_, first) = client.connect(&world).await;
        let mut passed = 0;
        while passed + IDLE - 1 < LIFETIME {
            world.advance(IDLE - 1);
            passed += IDLE - 1;
            maintenance::run(world.portal()).await.unwrap();
            assert_eq!(client.refresh(&world, &first).await.status, 200, "after {passed} s");
        }
        world.advance(LIFETIME - passed - 1);
        assert_eq!(client.refresh(&world, &first).await.status, 200);
        world.advance(1);
        assert_eq!(error(&client.refresh(&world, &first).await), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn workers_that_refresh_a_kept_token_at_once_all_get_access() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, web_app()).await;
        let (_, first) = client.connect(&world).await;
        let call = client.refresh_call(&first);
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..8 {
            let (call, address) = (call.clone(), world.address_of(index % 2));
            tasks.spawn(async move { call.send(address).await });
        }
        for answer in tasks.join_all().await {
            assert_eq!(refresh_token(&answer), first);
            assert_eq!(get_at(&world, 0, USER, &access_token(&answer)).await.status, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn revoked_kept_token_ends_with_all_that_came_of_it() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let (_, first) = client.connect(&world).await;
        let access = access_token(&client.refresh(&world, &first).await);
        assert_eq!(client.send(&world, REVOKE, &[("token", &first)]).await.status, 200);
        assert_eq!(error(&client.refresh(&world, &first).await), "invalid_grant");
        assert_eq!(get_at(&world, 0, USER, &access).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn rotation_that_is_switched_on_replaces_the_kept_token_at_its_next_use() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, web_app()).await;
        let (_, first) = client.connect(&world).await;
        for node in [0, 1] {
            assert_eq!(refresh_token(&client.refresh_at(&world, node, &first).await), first);
        }
        client.set_token_settings(&world, rotating()).await;
        // At once on every node: whether to rotate is read with the token.
        let second = refresh_token(&client.refresh_at(&world, 1, &first).await);
        assert_ne!(second, first);
        assert_eq!(refresh_token(&client.refresh_at(&world, 0, &first).await), second);
        let third = refresh_token(&client.refresh_at(&world, 0, &second).await);
        assert_ne!(third, second);
        assert_eq!(error(&client.refresh_at(&world, 1, &first).await), "invalid_grant");
        assert_eq!(error(&client.refresh_at(&world, 0, &third).await), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn rotation_that_is_switched_off_keeps_the_newest_token_and_still_knows_reuse() {
    on_each_engine(Settings::default(), async |world: World| {
        for reused_is_older in [true, false] {
            let client = Client::register_with(&world, web_app(), rotating()).await;
            let (_, first) = client.connect(&world).await;
            let second = refresh_token(&client.refresh(&world, &first).await);
            let third = refresh_token(&client.refresh(&world, &second).await);
            client.set_token_settings(&world, keeping()).await;
            // A lost answer is still given again, until the token in it is used. That it is kept then makes no difference.
            assert_eq!(refresh_token(&client.refresh(&world, &second).await), third);
            assert_eq!(refresh_token(&client.refresh(&world, &third).await), third);
            assert_eq!(refresh_token(&client.refresh(&world, &third).await), third);
            let reused = if reused_is_older { &first } else { &second };
            assert_eq!(error(&client.refresh(&world, reused).await), "invalid_grant");
            assert_eq!(error(&client.refresh(&world, &third).await), "invalid_grant");
            oauth_apps::delete(world.portal(), &world.operator, client.id, "Web app")
                .await
                .unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn workers_that_refresh_while_rotation_is_switched_are_not_signed_out() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, web_app()).await;
        let (_, first) = client.connect(&world).await;
        let call = client.refresh_call(&first);
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..12 {
            let (call, address) = (call.clone(), world.address_of(index % 2));
            tasks.spawn(async move { call.send(address).await });
        }
        client.set_token_settings(&world, rotating()).await;
        let mut answered: Vec<String> = tasks.join_all().await.iter().map(refresh_token).collect();
        answered.push(refresh_token(&client.refresh(&world, &first).await));
        answered.sort();
        answered.dedup();
        let successors: Vec<&String> = answered.iter().filter(|token| **token != first).collect();
        assert_eq!(successors.len(), 1, "{answered:?}");
        assert_eq!(client.refresh(&world, successors[0]).await.status, 200);
    })
    .await;
}
