//! Who is let in.

use super::client::{SETTINGS, field, get, key, key_of, rotate, save};
use crate::http::{Answer, Call};
use crate::world::{Settings, World, on_each_engine};
use domain::integration::api_keys::Overlap;
use portal::integration::{api_keys, implementations};
use serde_json::json;

fn assert_refused(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (401, "invalid-api-key"),
        "{answer:?}"
    );
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer realm=\""), "{challenge}");
}

#[tokio::test]
async fn a_key_comes_in_either_header() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        for path in [SETTINGS, "/api/connector/v1/settings/"] {
            assert_eq!(world.send(&get(&key, path)).await.status, 200);
            let bearer = Call::new("GET", path).header("Authorization", format!("Bearer {key}"));
            assert_eq!(world.send(&bearer).await.status, 200);
        }
        for call in [
            Call::new("GET", SETTINGS),
            get("", SETTINGS),
            get(&key[1..], SETTINGS),
            get(&format!("{key}x"), SETTINGS),
            get(&key.to_uppercase(), SETTINGS),
            Call::new("GET", SETTINGS).header("Authorization", format!("Basic {key}")),
            Call::new("GET", SETTINGS).header("Authorization", "Bearer"),
            Call::new("GET", &format!("{SETTINGS}?x-api-key={key}")),
            world.get(SETTINGS),
        ] {
            assert_refused(&world.send(&call).await);
        }
        for twice in [
            get(&key, SETTINGS).header("Authorization", format!("Bearer {key}")),
            get(&key, SETTINGS).header("X-Api-Key", key.as_str()),
        ] {
            let answer = world.send(&twice).await;
            assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed-request"));
        }
    })
    .await;
}

#[tokio::test]
async fn each_account_has_its_own_settings() {
    on_each_engine(Settings::default(), async |world| {
        let other = world.other_account().await;
        save(world.portal(), &other, &field("Theirs", "cat")).await;
        save(world.portal(), &world.operator, &field("Ours", "dog")).await;
        let ours = world.send(&get(&key(&world).await, SETTINGS)).await;
        let theirs = world.send(&get(&key_of(world.portal(), &other).await, SETTINGS)).await;
        assert_eq!(
            ours.json()["fields"],
            json!([{ "field": "Ours", "defaultSearchTerm": "dog" }])
        );
        assert_eq!(
            theirs.json()["fields"],
            json!([{ "field": "Theirs", "defaultSearchTerm": "cat" }])
        );
        assert!(!ours.body.contains("Theirs") && !theirs.body.contains("Ours"));
    })
    .await;
}

#[tokio::test]
async fn a_rotated_key_works_for_as_long_as_it_was_said() {
    on_each_engine(Settings::default(), async |world| {
        let old = key(&world).await;
        let status = async |key: &str| world.send(&get(key, SETTINGS)).await.status;
        rotate(world.portal(), &world.operator, Overlap::Hour).await;
        let new = key(&world).await;
        assert_ne!(old, new);
        assert_eq!((status(&old).await, status(&new).await), (200, 200));
        world.advance(3599);
        assert_eq!((status(&old).await, status(&new).await), (200, 200));
        world.advance(1);
        assert_refused(&world.send(&get(&old, SETTINGS)).await);
        assert_eq!(status(&new).await, 200);
        rotate(world.portal(), &world.operator, Overlap::Day).await;
        api_keys::end_previous(world.portal(), &world.operator).await.unwrap();
        assert_eq!((status(&new).await, status(&key(&world).await).await), (401, 200));
    })
    .await;
}

#[tokio::test]
async fn a_connector_that_names_itself_becomes_an_implementation() {
    on_each_engine(Settings::default(), async |world: World| {
        let key = key(&world).await;
        let revision = save(world.portal(), &world.operator, &field("Hero", "cat")).await;
        let named = get(&key, SETTINGS).header(
            "X-Connector",
            "SitecoreAI/2.1.0; instance=\"Köln\"; environment=staging",
        );
        assert_eq!(world.send(&named).await.status, 200);
        let seen = implementations::list(world.portal(), &world.operator).await.unwrap();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].title(), "SitecoreAI Köln");
        assert_eq!(
            (seen[0].connector.version.as_str(), seen[0].revision),
            ("2.1.0", Some(revision))
        );
        let current = api_keys::get(world.portal(), &world.operator).await.unwrap().current;
        assert_eq!(current.last_used_by, "SitecoreAI Köln");

        for wrong in ["", "sitecoreai", "a/1; instance=\"x", "a/1; instance=\"x\" y"] {
            let answer = world.send(&get(&key, SETTINGS).header("X-Connector", wrong)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid"), "{wrong}");
            assert_eq!(answer.json()["errors"][0]["field"], "X-Connector");
        }
        // Who has no key is told of nothing else.
        let stranger = Call::new("GET", SETTINGS).header("X-Connector", "nonsense");
        assert_refused(&world.send(&stranger).await);
        let twice = get(&key, SETTINGS)
            .header("X-Connector", "a/1")
            .header("X-Connector", "b/1");
        assert_eq!(world.send(&twice).await.status, 400);
        assert_eq!(
            implementations::list(world.portal(), &world.operator)
                .await
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_is_counted_by_itself_and_guesses_by_their_address() {
    let settings = Settings {
        api_rate: 1,
        ..Settings::default()
    };
    on_each_engine(settings, async |world| {
        let key = key(&world).await;
        let first = world.send(&get(&key, SETTINGS)).await;
        assert_eq!(first.header("ratelimit"), Some("\"credential\";r=9;t=1"));
        let mut guesses = 0;
        let reached = loop {
            let answer = world.send(&get(&format!("guess{guesses}"), SETTINGS)).await;
            if answer.status == 429 {
                break answer;
            }
            assert_refused(&answer);
            assert!(answer.header("ratelimit").unwrap().starts_with("\"address\";"));
            guesses += 1;
            assert!(guesses < 100, "never limited");
        };
        assert_eq!(reached.header("retry-after"), Some("1"));
        let mut heard = 1;
        while world.send(&get(&key, SETTINGS)).await.status == 200 {
            heard += 1;
            assert!(heard < 100, "never limited");
        }
        assert!(guesses >= 10 && heard >= 10, "{guesses} {heard}");
    })
    .await;
}
