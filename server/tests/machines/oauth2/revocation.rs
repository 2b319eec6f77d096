//! RFC 7009: what is revoked on one node opens nothing on the others within a second.

use super::client::{Client, REVOKE, error, get, get_at, service, web_app};
use crate::world::{Settings, World, on_each_engine};
use domain::accounts::rights::Rights;
use domain::oauth2::oauth_apps::AppForm;
use portal::accounts::users;
use portal::oauth2::{connected_apps, oauth_apps};
use std::time::{Duration, Instant};

const USER: &str = "/api/v4/currentUser";

async fn gone_within_a_second(world: &World, token: &str) {
    let begun = Instant::now();
    while get_at(world, 1, USER, token).await.status != 401 {
        assert!(begun.elapsed() < Duration::from_secs(1), "still let in after a second");
    }
}

#[tokio::test]
async fn an_access_token_ends_alone() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, web_app()).await;
        let (access, refresh) = client.connect(&world).await;
        assert_eq!(get_at(&world, 1, USER, &access).await.status, 200);
        let answer = client.send(&world, REVOKE, &[("token", &access)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        assert_eq!(get(&world, USER, &access).await.status, 401, "here it holds at once");
        gone_within_a_second(&world, &access).await;
        assert_eq!(client.refresh(&world, &refresh).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_ends_with_all_that_came_of_it() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, web_app()).await;
        let (access, refresh) = client.connect(&world).await;
        assert_eq!(get_at(&world, 1, USER, &access).await.status, 200);
        let pairs = [("token", refresh.as_str()), ("token_type_hint", "access_token")];
        assert_eq!(
            client.send(&world, REVOKE, &pairs).await.status,
            200,
            "a wrong hint is only a hint"
        );
        gone_within_a_second(&world, &access).await;
        assert_eq!(error(&client.refresh(&world, &refresh).await), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn nobody_revokes_what_is_anothers() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let other = Client::register(
            &world,
            AppForm {
                name: "Other".to_owned(),
                ..web_app()
            },
        )
        .await;
        let (access, refresh) = client.connect(&world).await;
        for token in [access.as_str(), &refresh, "nonsense", "a.b.c", ""] {
            let answer = other.send(&world, REVOKE, &[("token", token)]).await;
            assert_eq!(answer.status, if token.is_empty() { 400 } else { 200 }, "{token}");
        }
        assert_eq!(get(&world, USER, &access).await.status, 200);
        assert_eq!(client.refresh(&world, &refresh).await.status, 200);
        let nobody = Client {
            secret: Some("wrong".to_owned()),
            ..client
        };
        assert_eq!(
            error(&nobody.send(&world, REVOKE, &[("token", &access)]).await),
            "invalid_client"
        );
    })
    .await;
}

#[tokio::test]
async fn apps_people_and_permissions_end_everywhere() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let (grace, _) = world.person("Grace Hopper", Rights::all()).await;
        let ada = world.signed_in("ada@example.com").await;
        let (portal, operator) = (world.portal().clone(), world.operator.clone());

        let input = AppForm {
            user: "grace@example.com".to_owned(),
            ..service()
        };
        let client = Client::register(&world, input).await;
        let token = client.access_token(&world).await;
        assert_eq!(get_at(&world, 1, USER, &token).await.status, 200);
        users::set_active(&portal, &operator, grace, false).await.unwrap();
        gone_within_a_second(&world, &token).await;

        let client = Client::register(&world, web_app()).await;
        let (token, _) = client.connect(&world).await;
        assert_eq!(get_at(&world, 1, USER, &token).await.status, 200);
        connected_apps::disconnect(&portal, &ada, client.id).await.unwrap();
        gone_within_a_second(&world, &token).await;

        let (token, _) = client.connect(&world).await;
        assert_eq!(get_at(&world, 1, USER, &token).await.status, 200);
        oauth_apps::delete(&portal, &operator, client.id, "Web app")
            .await
            .unwrap();
        gone_within_a_second(&world, &token).await;
    })
    .await;
}
