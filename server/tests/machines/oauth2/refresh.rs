//! RFC 6749 §6, with rotation (RFC 9700 §4.14.2). Tokens that are kept are in `kept_refresh_tokens`.

use super::client::{
    ALL_SCOPES, CALLBACK, Client, access_token, error, get, keeping, native_app, refresh_token, rotating, web_app,
    words,
};
use crate::world::{Settings, World, on_each_engine};
use domain::oauth2::oauth_apps::AppForm;
use portal::maintenance;
use portal::oauth2::oauth_apps;

/// A confidential app that asks for rotation, and a public client, which has to rotate.
async fn rotating_clients(world: &World) -> [Client; 2] {
    let native = AppForm {
        redirect_uris: CALLBACK.to_owned(),
        ..native_app()
    };
    [
        Client::register_with(world, web_app(), rotating()).await,
        // What its settings say makes no difference.
        Client::register_with(world, native, keeping()).await,
    ]
}

#[tokio::test]
async fn each_is_used_once() {
    on_each_engine(Settings::default(), async |world: World| {
        for client in rotating_clients(&world).await {
            let (_, first) = client.connect(&world).await;
            let mut current = first;
            for _ in 0..3 {
                let answer = client.refresh(&world, &current).await;
                assert_eq!(answer.json()["scope"], ALL_SCOPES);
                assert_eq!(
                    get(&world, "/api/v4/currentUser", &access_token(&answer)).await.status,
                    200
                );
                let next = refresh_token(&answer);
                assert_ne!(next, current);
                current = next;
                world.advance(24 * 3600);
            }
            let app = oauth_apps::get(world.portal(), &world.operator, client.id)
                .await
                .unwrap();
            assert!(app.token_settings.rotate_refresh_tokens);
            assert_eq!(
                app.live_tokens, 1,
                "one refresh token, and no access token of yesterday"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_given_again_for_half_a_minute() {
    on_each_engine(Settings::default(), async |world: World| {
        for client in rotating_clients(&world).await {
            let (_, first) = client.connect(&world).await;
            let second = refresh_token(&client.refresh(&world, &first).await);
            world.advance(29);
            maintenance::run(world.portal()).await.unwrap();
            for _ in 0..2 {
                let again = client.refresh(&world, &first).await;
                assert_eq!(refresh_token(&again), second);
                assert_eq!(
                    get(&world, "/api/v4/currentUser", &access_token(&again)).await.status,
                    200
                );
            }
            assert_eq!(client.refresh(&world, &second).await.status, 200);
        }
    })
    .await;
}

/// RFC 9700 §4.14.2: whoever sends the old token now has not got the successor, and the client has.
#[tokio::test]
async fn old_token_is_reuse_as_soon_as_its_successor_was_used() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        for client in rotating_clients(&world).await {
            for seconds in [0, 1, 29] {
                let (_, first) = client.connect(&world).await;
                let second = refresh_token(&client.refresh_at(&world, 0, &first).await);
                let answer = client.refresh_at(&world, 1, &second).await;
                let (access, third) = (access_token(&answer), refresh_token(&answer));
                world.advance(seconds);
                assert_eq!(
                    error(&client.refresh_at(&world, 0, &first).await),
                    "invalid_grant",
                    "after {seconds} s"
                );
                // The family ends with it.
                assert_eq!(get(&world, "/api/v4/currentUser", &access).await.status, 401);
                for token in [&second, &third] {
                    assert_eq!(error(&client.refresh_at(&world, 1, token).await), "invalid_grant");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn refused_use_of_the_successor_leaves_the_old_token_its_grace() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register_with(&world, web_app(), rotating()).await;
        let other = AppForm {
            name: "Other".to_owned(),
            ..web_app()
        };
        let other = Client::register(&world, other).await;
        let (_, first) = client.connect(&world).await;
        let second = refresh_token(&client.refresh(&world, &first).await);
        // Another client has no business with it, and an empty scope is refused before anything is issued.
        assert_eq!(error(&other.refresh(&world, &second).await), "invalid_grant");
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", second.as_str()),
            ("scope", "everything"),
        ];
        assert_eq!(error(&client.token(&world, &pairs).await), "invalid_scope");
        assert_eq!(refresh_token(&client.refresh(&world, &first).await), second);
    })
    .await;
}

#[tokio::test]
async fn a_second_use_after_that_ends_the_family() {
    on_each_engine(Settings::default(), async |world: World| {
        for client in rotating_clients(&world).await {
            let (_, first) = client.connect(&world).await;
            let answer = client.refresh(&world, &first).await;
            let (access, second) = (access_token(&answer), refresh_token(&answer));
            world.advance(30);
            maintenance::run(world.portal()).await.unwrap();
            assert_eq!(error(&client.refresh(&world, &first).await), "invalid_grant");
            assert_eq!(error(&client.refresh(&world, &second).await), "invalid_grant");
            assert_eq!(get(&world, "/api/v4/currentUser", &access).await.status, 401);
        }
    })
    .await;
}

#[tokio::test]
async fn workers_that_refresh_at_once_get_the_same() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register_with(&world, web_app(), rotating()).await;
        let (_, first) = client.connect(&world).await;
        let call = client.refresh_call(&first);
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..8 {
            let (call, address) = (call.clone(), world.address_of(index % 2));
            tasks.spawn(async move { call.send(address).await });
        }
        let mut successors: Vec<String> = tasks.join_all().await.iter().map(refresh_token).collect();
        successors.dedup();
        assert_eq!(successors.len(), 1);
        assert_ne!(successors[0], first);
        assert_eq!(client.refresh_at(&world, 1, &successors[0]).await.status, 200);
        assert_eq!(error(&client.refresh_at(&world, 0, &first).await), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn the_scope_may_be_narrowed_and_never_widened() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register_with(&world, web_app(), rotating()).await;
        let code = client.code(&world, "offline current.user:read asset:read").await;
        let first = refresh_token(&client.exchange(&world, &code).await);
        let ask = async |token: &str, scope: &str| {
            let pairs = [
                ("grant_type", "refresh_token"),
                ("refresh_token", token),
                ("scope", scope),
            ];
            client.token(&world, &pairs).await
        };
        let narrow = ask(&first, "asset:read").await;
        assert_eq!(narrow.json()["scope"], "asset:read");
        let second = refresh_token(&narrow);
        let wide = ask(&second, "asset:read admin.user:read").await;
        assert_eq!(wide.json()["scope"], "asset:read");
        let third = refresh_token(&wide);
        assert_eq!(error(&ask(&third, "admin.user:read").await), "invalid_scope");
        // What was refused did not use it up, and the narrow ones took nothing from the whole.
        assert_eq!(
            client.refresh(&world, &third).await.json()["scope"],
            "offline current.user:read asset:read"
        );
    })
    .await;
}

#[tokio::test]
async fn it_is_the_clients_own_and_ends_with_its_permission() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register_with(&world, web_app(), rotating()).await;
        let other = AppForm {
            name: "Other".to_owned(),
            ..web_app()
        };
        let other = Client::register(&world, other).await;
        let (_, token) = client.connect(&world).await;
        assert_eq!(error(&other.refresh(&world, &token).await), "invalid_grant");
        let token = refresh_token(&client.refresh(&world, &token).await);

        let less = AppForm {
            scopes: words("current.user:read"),
            ..web_app()
        };
        oauth_apps::update(world.portal(), &world.operator, client.id, less, false)
            .await
            .unwrap();
        assert_eq!(
            error(&client.refresh(&world, &token).await),
            "invalid_grant",
            "offline is taken away"
        );

        let (_, token) = other.connect(&world).await;
        let ended = oauth_apps::revoke_refresh_tokens(world.portal(), &world.operator, other.id).await;
        assert_eq!(ended.unwrap(), 1);
        assert_eq!(error(&other.refresh(&world, &token).await), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn one_that_is_not_used_for_thirty_days_is_over() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register_with(&world, web_app(), rotating()).await;
        let (_, token) = client.connect(&world).await;
        world.advance(30 * 24 * 3600 - 1);
        let next = refresh_token(&client.refresh(&world, &token).await);
        world.advance(30 * 24 * 3600);
        assert_eq!(error(&client.refresh(&world, &next).await), "invalid_grant");
        maintenance::run(world.portal()).await.unwrap();
        assert_eq!(error(&client.refresh(&world, &next).await), "invalid_grant");
    })
    .await;
}
