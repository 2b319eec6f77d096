//! RFC 6749 §4.4.

use super::client::{Client, access_token, error, get, service, web_app, words};
use crate::world::{Settings, World, on_each_engine};
use domain::accounts::rights::{Right, Rights};
use domain::oauth2::oauth_apps::{AppForm, SecretForm};
use portal::accounts::users;
use portal::oauth2::oauth_apps::{self, secrets};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn an_app_gets_a_token_that_opens_the_api() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        for answer in [
            client.token(&world, &[GRANT]).await,
            client.token_by_header(&world, &[GRANT]).await,
        ] {
            let body = answer.json();
            assert_eq!(body["scope"], "current.user:read admin.user:read asset:read");
            assert_eq!(body.get("refresh_token"), None);
            let answer = get(&world, "/api/v4/currentUser", &access_token(&answer)).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.json()["email"], "ada@example.com");
        }
        let apps = oauth_apps::list(world.portal(), &world.operator).await.unwrap();
        assert_eq!(apps[0].live_tokens, 2);
        assert!(apps[0].last_used_at.is_some());
        assert_eq!(apps[0].used_scopes.to_string(), "current.user:read");
    })
    .await;
}

#[tokio::test]
async fn the_scope_is_what_was_asked_for_and_can_be_granted() {
    on_each_engine(Settings::default(), async |world: World| {
        world
            .person("Grace Hopper", Rights::default().with(Right::ManageIntegration))
            .await;
        let input = AppForm {
            user: "grace@example.com".to_owned(),
            ..service()
        };
        let client = Client::register(&world, input).await;
        for (asked, granted) in [
            ("asset:read", Some("asset:read")),
            ("asset:read current.user:read", Some("current.user:read asset:read")),
            // Grace has not the right, the app has not got it, nobody knows it.
            ("admin.user:read asset:read", Some("asset:read")),
            ("collection:read asset:read", Some("asset:read")),
            ("openid asset:read", Some("asset:read")),
            ("admin.user:read", None),
            ("collection:read", None),
            ("everything", None),
        ] {
            let answer = client.token(&world, &[GRANT, ("scope", asked)]).await;
            match granted {
                Some(granted) => assert_eq!(answer.json()["scope"], granted, "{asked}"),
                None => assert_eq!(error(&answer), "invalid_scope", "{asked}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn several_secrets_hold_at_a_time() {
    on_each_engine(Settings::default(), async |world: World| {
        let first = Client::register(&world, service()).await;
        let form = SecretForm {
            note: "CI".to_owned(),
            days: "7".to_owned(),
        };
        let secret = secrets::add(world.portal(), &world.operator, first.id, form)
            .await
            .unwrap();
        let second = Client {
            secret: Some(secret.expose().to_owned()),
            ..first.clone()
        };
        first.access_token(&world).await;
        second.access_token(&world).await;
        let listed = secrets::list(world.portal(), &world.operator, first.id).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert!(listed.iter().all(|secret| secret.last_used_at.is_some()));

        secrets::delete(world.portal(), &world.operator, first.id, listed[0].id)
            .await
            .unwrap();
        assert_eq!(error(&first.token(&world, &[GRANT]).await), "invalid_client");
        second.access_token(&world).await;
        world.advance(7 * 24 * 3600);
        assert_eq!(error(&second.token(&world, &[GRANT]).await), "invalid_client");
    })
    .await;
}

#[tokio::test]
async fn who_is_not_the_client_gets_nothing() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let other = Client::register(
            &world,
            AppForm {
                name: "Other".to_owned(),
                ..service()
            },
        )
        .await;
        let id = client.id.to_string();
        let upper = id.to_uppercase();
        for pairs in [
            vec![("client_id", id.as_str()), ("client_secret", "wrong")],
            vec![("client_id", &id), ("client_secret", other.secret.as_deref().unwrap())],
            vec![("client_id", &id)],
            vec![
                ("client_id", "nobody"),
                ("client_secret", client.secret.as_deref().unwrap()),
            ],
            // An id is one text: another spelling of it would be counted apart.
            vec![
                ("client_id", &upper),
                ("client_secret", client.secret.as_deref().unwrap()),
            ],
            vec![("client_secret", client.secret.as_deref().unwrap())],
        ] {
            let mut pairs = pairs;
            pairs.push(GRANT);
            let answer = world.send(&super::client::post(super::client::TOKEN, &pairs)).await;
            assert_eq!(error(&answer), "invalid_client", "{pairs:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_app_stops_with_its_user() {
    on_each_engine(Settings::default(), async |world: World| {
        let (grace, _) = world.person("Grace Hopper", Rights::all()).await;
        let input = AppForm {
            user: "grace@example.com".to_owned(),
            ..service()
        };
        let client = Client::register(&world, input).await;
        let token = client.access_token(&world).await;
        users::set_active(world.portal(), &world.operator, grace, false)
            .await
            .unwrap();
        assert_eq!(error(&client.token(&world, &[GRANT]).await), "unauthorized_client");
        assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 401);
        users::set_active(world.portal(), &world.operator, grace, true)
            .await
            .unwrap();
        client.access_token(&world).await;
    })
    .await;
}

#[tokio::test]
async fn an_app_has_its_own_grant_only() {
    on_each_engine(Settings::default(), async |world: World| {
        let service = Client::register(&world, service()).await;
        let web = Client::register(&world, web_app()).await;
        for (client, grant) in [
            (&service, "authorization_code"),
            (&service, "refresh_token"),
            (&web, "client_credentials"),
        ] {
            let answer = client.token(&world, &[("grant_type", grant)]).await;
            assert_eq!(error(&answer), "unauthorized_client", "{grant}");
        }
        for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"] {
            let answer = web.token(&world, &[("grant_type", grant)]).await;
            assert_eq!(error(&answer), "unsupported_grant_type", "{grant}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_from_an_app_is_gone_at_once() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let token = client.access_token(&world).await;
        assert_eq!(get(&world, "/api/v4/users", &token).await.status, 200);
        let less = AppForm {
            scopes: words("current.user:read"),
            ..service()
        };
        oauth_apps::update(world.portal(), &world.operator, client.id, less, false)
            .await
            .unwrap();
        assert_eq!(get(&world, "/api/v4/users", &token).await.status, 403);
        assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 200);
        let more = oauth_apps::update(world.portal(), &world.operator, client.id, service(), false).await;
        assert!(matches!(more, Err(portal::Error::Conflict(_))), "{more:?}");
        oauth_apps::update(world.portal(), &world.operator, client.id, service(), true)
            .await
            .unwrap();
        oauth_apps::delete(world.portal(), &world.operator, client.id, "Connector")
            .await
            .unwrap();
        assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 401);
        assert_eq!(error(&client.token(&world, &[GRANT]).await), "invalid_client");
    })
    .await;
}

#[tokio::test]
async fn many_at_once_each_get_one_that_holds() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, service()).await;
        let gone = AppForm {
            name: "Gone".to_owned(),
            ..service()
        };
        let gone = Client::register(&world, gone).await;
        // Both nodes know both apps by now.
        for client in [&client, &gone] {
            client.access_token(&world).await;
            let id = client.id.to_string();
            let call = super::client::post(super::client::TOKEN, &client.proving(&id, &[GRANT]));
            assert_eq!(call.send(world.address_of(1)).await.status, 200);
        }
        oauth_apps::delete(world.portal(), &world.operator, gone.id, "Gone")
            .await
            .unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..80 {
            let client = if index % 8 == 7 { gone.clone() } else { client.clone() };
            let address = world.address_of(index % 2);
            tasks.spawn(async move {
                let id = client.id.to_string();
                let call = super::client::post(super::client::TOKEN, &client.proving(&id, &[GRANT]));
                (index % 8 == 7, call.send(address).await)
            });
        }
        let mut tokens = std::collections::HashSet::new();
        for (is_gone, answer) in tasks.join_all().await {
            if is_gone {
                assert_eq!(error(&answer), "invalid_client");
            } else {
                tokens.insert(access_token(&answer));
            }
        }
        assert_eq!(tokens.len(), 70);
        for token in &tokens {
            assert_eq!(get(&world, "/api/v4/currentUser", token).await.status, 200);
        }
    })
    .await;
}
