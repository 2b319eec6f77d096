//! RFC 7662.

use super::client::{Client, INTROSPECT, error, native_app, service, web_app};
use crate::http::Answer;
use crate::world::{PASSWORD, Settings, World, on_each_engine};
use domain::accounts::NewAccount;
use portal::{accounts, oauth_apps};
use serde_json::json;

async fn ask(world: &World, client: &Client, token: &str) -> Answer {
    client.send(world, INTROSPECT, &[("token", token)]).await
}

#[tokio::test]
async fn it_says_what_a_token_is_good_for() {
    on_each_engine(Settings::default(), async |world: World| {
        let service = Client::register(&world, service()).await;
        let web = Client::register(&world, web_app()).await;
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
        let made = oauth_apps::create(world.portal(), &operator, input).await.unwrap();
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
