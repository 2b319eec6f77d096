//! RFC 7662.

use super::client::{
    ALL_SCOPES, Client, INTROSPECT, error, introspecting, keeping, native_app, refresh_token, rotating, service,
    web_app, words,
};
use crate::http::Answer;
use crate::world::{PASSWORD, Settings, World, on_each_engine};
use domain::accounts::NewAccount;
use domain::accounts::rights::Rights;
use domain::oauth2::oauth_apps::AppForm;
use portal::accounts;
use portal::accounts::users;
use portal::oauth2::oauth_apps;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn ask(world: &World, client: &Client, token: &str) -> Answer {
    client.send(world, INTROSPECT, &[("token", token)]).await
}

#[tokio::test]
async fn it_says_what_a_token_is_good_for() {
    on_each_engine(Settings::default(), async |world: World| {
        let service = Client::register_with(&world, service(), introspecting()).await;
        let web = Client::register_with(&world, web_app(), introspecting()).await;
        let (access, refresh) = web.connect(&world).await;
        let answer = ask(&world, &service, &access).await;
        let body = answer.json();
        assert_eq!(body["active"], true, "{answer:?}");
        assert_eq!(body["client_id"], web.id.to_string());
        assert_eq!(body["username"], "ada@example.com");
        assert_eq!(body["sub"], world.ada.to_string());
        assert_eq!(body["iss"], world.credentials.origin);
        assert_eq!(body["exp"], world.now() + 3600);
        assert_eq!(body["iat"], world.now());
        let own = ask(&world, &web, &service.access_token(&world).await).await.json();
        assert_eq!(own["sub"], service.id.to_string(), "nobody but the app is meant");
        assert_eq!(own.get("username"), None);

        world.advance(3600);
        for token in [access.as_str(), &refresh, "nonsense", "a.b.c"] {
            assert_eq!(
                ask(&world, &service, token).await.json(),
                json!({"active": false}),
                "{token}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn it_answers_about_its_own_account_to_clients_with_a_secret() {
    on_each_engine(Settings::default(), async |world: World| {
        let service_here = Client::register(&world, service()).await;
        let token = service_here.access_token(&world).await;
        let account = NewAccount {
            account_name: "Difference Engines".to_owned(),
            name: "Charles Babbage".to_owned(),
            email: "charles@example.org".to_owned(),
            password: PASSWORD.to_owned(),
        };
        accounts::create(world.portal(), account).await.unwrap();
        let operator = accounts::operator(world.portal(), Some("Difference Engines"))
            .await
            .unwrap();
        let mut input = service();
        "charles@example.org".clone_into(&mut input.user);
        let made = oauth_apps::create_with(world.portal(), &operator, input, introspecting())
            .await
            .unwrap();
        let elsewhere = Client {
            id: made.id,
            secret: made.secret.map(|secret| secret.expose().to_owned()),
        };
        assert_eq!(ask(&world, &elsewhere, &token).await.json(), json!({"active": false}));
        let native = Client::register(&world, native_app()).await;
        assert_eq!(error(&ask(&world, &native, &token).await), "invalid_client");
        let nobody = Client {
            secret: None,
            ..service_here
        };
        assert_eq!(error(&ask(&world, &nobody, &token).await), "invalid_client");
    })
    .await;
}

fn inactive() -> Value {
    json!({"active": false})
}

#[tokio::test]
async fn client_that_is_not_allowed_learns_of_its_own_tokens_alone() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let service = Client::register(&world, service()).await;
        let web = Client::register(&world, web_app()).await;
        let (of_web, _) = web.connect(&world).await;
        let of_service = service.access_token(&world).await;
        for (client, own, foreign) in [(&service, &of_service, &of_web), (&web, &of_web, &of_service)] {
            assert_eq!(ask(&world, client, own).await.json()["active"], true);
            let answer = ask(&world, client, foreign).await;
            assert_eq!((answer.status, answer.json()), (200, inactive()));
        }

        // The switch holds on each node within a second, on and off.
        for (settings, is_active) in [(introspecting(), true), (keeping(), false)] {
            service.set_token_settings(&world, settings).await;
            assert_eq!(ask(&world, &service, &of_web).await.json()["active"], is_active);
            let begun = Instant::now();
            let id = service.id.to_string();
            let call = super::client::post(INTROSPECT, &service.proving(&id, &[("token", &of_web)]));
            while call.send(world.address_of(1)).await.json()["active"] != is_active {
                assert!(
                    begun.elapsed() < Duration::from_secs(1),
                    "not {is_active} after a second"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn live_refresh_token_is_active_for_its_own_client_and_nobody_else() {
    on_each_engine(Settings::default(), async |world: World| {
        let web = Client::register(&world, web_app()).await;
        let other = AppForm {
            name: "Resource server".to_owned(),
            ..service()
        };
        let resource_server = Client::register_with(&world, other, introspecting()).await;
        let (_, refresh) = web.connect(&world).await;
        let issued_at = world.now();
        world.advance(60);
        for hint in [None, Some("refresh_token"), Some("access_token"), Some("pumpkin")] {
            let mut pairs = vec![("token", refresh.as_str())];
            pairs.extend(hint.map(|hint| ("token_type_hint", hint)));
            assert_eq!(
                web.send(&world, INTROSPECT, &pairs).await.json(),
                json!({
                    "active": true,
                    "scope": ALL_SCOPES,
                    "client_id": web.id.to_string(),
                    "username": "ada@example.com",
                    "sub": world.ada.to_string(),
                    "iss": world.credentials.origin,
                    "iat": issued_at,
                    "exp": issued_at + 30 * 24 * 3600,
                }),
                "{hint:?}"
            );
            assert_eq!(
                resource_server.send(&world, INTROSPECT, &pairs).await.json(),
                inactive(),
                "{hint:?}"
            );
        }
        // A use puts its end off; asking does not.
        assert_eq!(web.refresh(&world, &refresh).await.status, 200);
        let said = ask(&world, &web, &refresh).await.json();
        assert_eq!(said["exp"], world.now() + 30 * 24 * 3600);
        assert_eq!(said["iat"], issued_at);
    })
    .await;
}

#[tokio::test]
async fn refresh_token_that_would_be_refused_is_inactive() {
    on_each_engine(Settings::default(), async |world: World| {
        let web = Client::register_with(&world, web_app(), rotating()).await;
        let (_, first) = web.connect(&world).await;
        let second = refresh_token(&web.refresh(&world, &first).await);
        assert_eq!(ask(&world, &web, &first).await.json(), inactive(), "rotated");
        assert_eq!(ask(&world, &web, &second).await.json()["active"], true);
        // To ask about the old one is no use of it.
        assert_eq!(refresh_token(&web.refresh(&world, &first).await), second);

        let less = AppForm {
            scopes: words("current.user:read"),
            ..web_app()
        };
        oauth_apps::update(world.portal(), &world.operator, web.id, less, false)
            .await
            .unwrap();
        assert_eq!(
            ask(&world, &web, &second).await.json(),
            inactive(),
            "offline taken away"
        );
        oauth_apps::update(world.portal(), &world.operator, web.id, web_app(), true)
            .await
            .unwrap();
        assert_eq!(ask(&world, &web, &second).await.json()["active"], true);

        world.person("Grace Hopper", Rights::all()).await;
        users::set_active(world.portal(), &world.operator, world.ada, false)
            .await
            .unwrap();
        assert_eq!(ask(&world, &web, &second).await.json(), inactive(), "inactive user");
        users::set_active(world.portal(), &world.operator, world.ada, true)
            .await
            .unwrap();
        assert_eq!(ask(&world, &web, &second).await.json()["active"], true);

        world.advance(30 * 24 * 3600);
        assert_eq!(ask(&world, &web, &second).await.json(), inactive(), "expired");
        let (_, third) = web.connect(&world).await;
        oauth_apps::revoke_refresh_tokens(world.portal(), &world.operator, web.id)
            .await
            .unwrap();
        assert_eq!(ask(&world, &web, &third).await.json(), inactive(), "revoked");
        for token in ["nonsense", "a.b.c", &"x".repeat(5000)] {
            assert_eq!(ask(&world, &web, token).await.json(), inactive());
        }
    })
    .await;
}
