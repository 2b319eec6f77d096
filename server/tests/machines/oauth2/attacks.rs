//! The attacks of RFC 9700 that a server can meet.

use super::client::{
    ALL_SCOPES, CALLBACK, Client, VERIFIER, access_token, challenge, error, form, get, native_app, parameter, policy,
    web_app,
};
use crate::http::Call;
use crate::world::{PASSWORD, Settings, World, on_each_engine};
use domain::accounts::NewAccount;
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::AppForm;
use portal::oauth2::consents::{self, Outcome};
use portal::{Error, accounts};

fn other() -> AppForm {
    AppForm {
        name: "Attacker".to_owned(),
        redirect_uris: "https://attacker.example/cb".to_owned(),
        ..web_app()
    }
}

/// §4.1: whatever is not the registered address by its letters gets no redirect at all.
#[tokio::test]
async fn no_redirect_to_an_address_that_is_not_registered() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let native = Client::register(&world, native_app()).await;
        for uri in [
            "https://attacker.example/",
            "https://app.example.com/callback/",
            "https://app.example.com/CALLBACK",
            "https://APP.example.com/callback",
            "https://app.example.com:443/callback",
            "https://app.example.com:8443/callback",
            "https://app.example.com/callback?x=1",
            "https://app.example.com/callback#x",
            "https://app.example.com/callback/../evil",
            "https://app.example.com/%63allback",
            "https://app.example.com.attacker.example/callback",
            "https://app.example.com@attacker.example/callback",
            "https://attacker.example/https://app.example.com/callback",
            "http://app.example.com/callback",
            "//app.example.com/callback",
            "https://app.example.com/callback\r\nSet-Cookie: a=b",
            "javascript:alert(1)//app.example.com/callback",
            "app.example.com/callback",
        ] {
            let outcome = client.authorize(&world, &[("redirect_uri", uri)]).await;
            assert!(matches!(outcome, Err(Error::Invalid(_))), "{uri}: {outcome:?}");
        }
        for uri in [
            "http://127.0.0.1:51004/callback/x",
            "http://localhost:51004/callback",
            "http://127.0.0.2/callback",
            "http://127.0.0.1:51004@attacker.example/callback",
            "https://127.0.0.1/callback",
            "com.example.app:/callbackx",
            "com.example.app://callback",
        ] {
            let outcome = native.authorize(&world, &[("redirect_uri", uri)]).await;
            assert!(matches!(outcome, Err(Error::Invalid(_))), "{uri}: {outcome:?}");
        }
    })
    .await;
}

/// §4.1 and §4.10: an unknown client, and one of another account, is told nothing and led nowhere.
#[tokio::test]
async fn no_redirect_for_a_client_that_is_not_the_accounts() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let account = NewAccount {
            account_name: "Difference Engines".to_owned(),
            name: "Charles Babbage".to_owned(),
            email: "charles@example.org".to_owned(),
            password: PASSWORD.to_owned(),
        };
        accounts::create(world.portal(), account).await.unwrap();
        let charles = world.signed_in("charles@example.org").await;
        for id in [
            client.id.to_string(),
            uuid::Uuid::nil().to_string(),
            "x".to_owned(),
            String::new(),
        ] {
            let query = form(&[
                ("client_id", &id),
                ("response_type", "code"),
                ("redirect_uri", CALLBACK),
            ]);
            let parameters = Parameters::parse(query.as_bytes()).unwrap();
            let outcome = consents::question(world.portal(), &policy(&world), &charles, &parameters).await;
            assert!(matches!(outcome, Err(Error::Invalid(_))), "{id}: {outcome:?}");
        }
    })
    .await;
}

/// §4.5: a stolen code is of no use to another client, with another address, or without the verifier.
#[tokio::test]
async fn a_stolen_code_gives_nothing() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let attacker = Client::register(&world, other()).await;
        let code = client.code(&world, ALL_SCOPES).await;
        assert_eq!(error(&attacker.exchange(&world, &code).await), "invalid_grant");
        let exchange = async |uri: Option<&str>, verifier: Option<&str>| {
            let mut pairs = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
            pairs.extend(uri.map(|uri| ("redirect_uri", uri)));
            pairs.extend(verifier.map(|verifier| ("code_verifier", verifier)));
            client.token(&world, &pairs).await
        };
        let another = "x".repeat(43);
        for (uri, verifier, expected) in [
            (Some("https://attacker.example/cb"), Some(VERIFIER), "invalid_grant"),
            (None, Some(VERIFIER), "invalid_request"),
            (Some(CALLBACK), None, "invalid_request"),
            (Some(CALLBACK), Some(another.as_str()), "invalid_grant"),
            (Some(CALLBACK), Some("short"), "invalid_grant"),
            // The challenge itself, as `plain` would have it.
            (Some(CALLBACK), Some(challenge(VERIFIER).as_str()), "invalid_grant"),
        ] {
            assert_eq!(error(&exchange(uri, verifier).await), expected, "{uri:?} {verifier:?}");
        }
        // None of these has used it up: its owner is not shut out by whoever tries.
        assert_eq!(client.exchange(&world, &code).await.status, 200);
    })
    .await;
}

/// §4.8.2: an attacker who strips the challenge off a request cannot make the client's verifier pass.
#[tokio::test]
async fn pkce_is_not_downgraded() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let address = client.authorize(&world, &[("redirect_uri", CALLBACK)]).await.unwrap();
        let code = parameter(&address, "code").unwrap();
        assert_eq!(error(&client.exchange(&world, &code).await), "invalid_grant");
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ];
        assert_eq!(client.token(&world, &pairs).await.status, 200);
    })
    .await;
}

/// §4.4: each answer says who it is from, errors included (RFC 9207).
#[tokio::test]
async fn a_mix_up_is_seen_by_the_client() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        for scope in ["asset:read", "everything"] {
            let pairs = [("redirect_uri", CALLBACK), ("scope", scope)];
            let address = client.authorize(&world, &pairs).await.unwrap();
            assert_eq!(
                parameter(&address, "iss"),
                Some(world.credentials.origin.clone()),
                "{address}"
            );
        }
    })
    .await;
}

/// RFC 8252 §8.6: on a person's own machine any program can wait at the address, so they are asked each time.
#[tokio::test]
async fn a_native_app_is_not_let_in_silently() {
    on_each_engine(Settings::default(), async |world: World| {
        let ada = world.signed_in("ada@example.com").await;
        let native = Client::register(&world, native_app()).await;
        let web = Client::register(&world, web_app()).await;
        let challenge = challenge(VERIFIER);
        for (client, uri, silent) in [
            (&native, "http://127.0.0.1:1234/callback", false),
            (&native, "com.example.app:/callback", false),
            (&web, CALLBACK, true),
        ] {
            let id = client.id.to_string();
            let query = form(&[
                ("client_id", id.as_str()),
                ("response_type", "code"),
                ("redirect_uri", uri),
                ("code_challenge", challenge.as_str()),
                ("code_challenge_method", "S256"),
            ]);
            let parameters = Parameters::parse(query.as_bytes()).unwrap();
            consents::allow(world.portal(), &policy(&world), &ada, &parameters)
                .await
                .unwrap();
            let again = consents::question(world.portal(), &policy(&world), &ada, &parameters)
                .await
                .unwrap();
            assert_eq!(matches!(again, Outcome::Redirect(_)), silent, "{uri}");
        }
    })
    .await;
}

/// §4.13 and §2.5: a client id alone is nobody's proof, and a public client's id is of no use where a secret is due.
#[tokio::test]
async fn nobody_passes_for_another_client() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let native = Client::register(&world, native_app()).await;
        let code = client.code(&world, ALL_SCOPES).await;
        let without_proof = Client {
            secret: None,
            ..client.clone()
        };
        assert_eq!(error(&without_proof.exchange(&world, &code).await), "invalid_client");
        let with_secret = Client {
            secret: client.secret.clone(),
            ..native.clone()
        };
        assert_eq!(error(&with_secret.exchange(&world, &code).await), "invalid_client");
        assert_eq!(error(&native.exchange(&world, &code).await), "invalid_grant");
        assert_eq!(client.exchange(&world, &code).await.status, 200);
    })
    .await;
}

/// §2.3 and §4.3.2: secrets and tokens in an address are not looked at.
#[tokio::test]
async fn nothing_secret_counts_in_an_address() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, super::client::service()).await;
        let id = client.id.to_string();
        let query = form(&client.proving(&id, &[("grant_type", "client_credentials")]));
        for call in [
            Call::new("POST", &format!("{}?{query}", super::client::TOKEN))
                .body("application/x-www-form-urlencoded", ""),
            Call::new("GET", &format!("{}?{query}", super::client::TOKEN)),
        ] {
            let answer = world.send(&call).await;
            assert!([401, 405].contains(&answer.status), "{answer:?}");
            assert!(!answer.body.contains("access_token\":"));
        }
        let token = access_token(&client.token(&world, &[("grant_type", "client_credentials")]).await);
        let answer = world
            .send(&Call::new("GET", &format!("/api/v4/users?access_token={token}")))
            .await;
        assert_eq!(answer.status, 401);
        assert_eq!(get(&world, "/api/v4/users", &token).await.status, 200);
    })
    .await;
}
