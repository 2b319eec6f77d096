//! Requests that are not what they must be: a clear answer each, and never a fault of ours.

use super::client::{Client, INTROSPECT, REVOKE, TOKEN, error, form, service};
use crate::http::Call;
use crate::world::{Settings, World, on_each_engine};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn parameters_that_are_missing_twice_or_unreadable() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let id = client.id.to_string();
        let good = form(&client.proving(&id, &[("grant_type", "client_credentials")]));
        for (body, expected) in [
            (String::new(), "invalid_client"),
            (good.replace("grant_type", "grant"), "invalid_request"),
            (format!("{good}&grant_type=client_credentials"), "invalid_request"),
            (format!("{good}&scope=asset:read&scope=asset:read"), "invalid_request"),
            (format!("{good}&client_id={id}"), "invalid_request"),
            (format!("{good}&x=%zz"), "invalid_request"),
            (format!("{good}&x=%ff"), "invalid_request"),
            (format!("{good}&{}", "a=1&".repeat(100)), "invalid_request"),
            ("{\"grant_type\":\"client_credentials\"}".to_owned(), "invalid_client"),
        ] {
            let answer = world.send(&Call::new("POST", TOKEN).body(FORM, body.clone())).await;
            assert_eq!(error(&answer), expected, "{body:.100}");
        }
        for path in [REVOKE, INTROSPECT] {
            let answer = client.send(&world, path, &[]).await;
            assert_eq!(error(&answer), "invalid_request", "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_proofs_at_a_time() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let id = client.id.to_string();
        let pairs = client.proving(&id, &[("grant_type", "client_credentials")]);
        let both = super::client::post(TOKEN, &pairs).header("Authorization", client.basic());
        assert_eq!(error(&world.send(&both).await), "invalid_request");
        let twice = super::client::post(TOKEN, &[("grant_type", "client_credentials")])
            .header("Authorization", client.basic())
            .header("Authorization", client.basic());
        assert_eq!(error(&world.send(&twice).await), "invalid_request");
        // The id alone beside the header is what many clients send.
        let pairs = [("grant_type", "client_credentials"), ("client_id", id.as_str())];
        let usual = super::client::post(TOKEN, &pairs).header("Authorization", client.basic());
        assert_eq!(world.send(&usual).await.status, 200);
        for header in ["Basic", "Basic ", "Basic !!!", "Basic aWQ=", "Bearer x", "Digest a=b"] {
            let call =
                super::client::post(TOKEN, &[("grant_type", "client_credentials")]).header("Authorization", header);
            assert_eq!(error(&world.send(&call).await), "invalid_client", "{header}");
        }
    })
    .await;
}

#[tokio::test]
async fn bodies_that_are_no_short_form() {
    on_each_engine(Settings::default(), async |world: World| {
        for path in [TOKEN, REVOKE, INTROSPECT] {
            let json = Call::new("POST", path).body("application/json", "{}");
            let answer = world.send(&json).await;
            assert_eq!(answer.status, 415, "{answer:?}");
            assert_eq!(answer.json()["error"], "invalid_request");
            let long = Call::new("POST", path).body(FORM, format!("a={}", "x".repeat(20_000)));
            assert_eq!(world.send(&long).await.status, 413);
            let none = world.send(&Call::new("POST", path)).await;
            assert_eq!(none.status, 415);
        }
        let long = format!("/v6/authentication/oauth2/auth?state={}", "x".repeat(9_000));
        let answer = world.send(&Call::new("GET", &long)).await;
        assert!([414, 431].contains(&answer.status), "{answer:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_guesses_is_turned_away_and_nobody_else() {
    let settings = Settings {
        api_rate: 1,
        ..Settings::default()
    };
    on_each_engine(settings, async |world: World| {
        let client = Client::register(&world, service()).await;
        let guess = Client {
            secret: Some("guess".to_owned()),
            ..client.clone()
        };
        let grant = [("grant_type", "client_credentials")];
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(guess.token(&world, &grant).await.status);
        }
        assert!(statuses[..10].iter().all(|status| *status == 401), "{statuses:?}");
        assert_eq!(statuses[11], 429);
        let answer = guess.token(&world, &grant).await;
        assert!(answer.header("retry-after").is_some() && answer.header("ratelimit").is_some());
        assert_eq!(error(&answer), "temporarily_unavailable");
    })
    .await;
}
