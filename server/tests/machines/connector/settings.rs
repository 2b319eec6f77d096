//! The whole configuration, and those who have it already.

use super::client::{SETTINGS, field, get, key, language, save};
use crate::http::Call;
use crate::world::{Settings, World, on_each_engine};
use domain::integration::settings::{ConnectionForm, Edit};
use portal::Secret;
use portal::integration::settings::SecretChange;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn everything_but_the_client_secret() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        let answer = world.send(&get(&key, SETTINGS)).await;
        let expected = json!({
            "revision": 0, "portal": { "dam": "bynder" }, "language": "en_US", "remoteLogging": false, "global": {},
            "fields": [],
        });
        assert_eq!(answer.json(), expected);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));

        let connection = Edit::Connection(ConnectionForm {
            url: "Acme.bynder.com/login".to_owned(),
            dam: "bynder".to_owned(),
            client_id: "abc".to_owned(),
        });
        let secret = SecretChange::Replace(Secret::new("hunter2hunter2".to_owned()));
        portal::integration::settings::save_with(world.portal(), &world.operator, 0, &connection, secret)
            .await
            .unwrap();
        save(world.portal(), &world.operator, &field("Hero", "cat")).await;
        let answer = world.send(&get(&key, SETTINGS)).await;
        let expected = json!({
            "revision": 2,
            "portal": { "url": "https://acme.bynder.com", "dam": "bynder", "clientId": "abc" },
            "language": "en_US", "remoteLogging": false, "global": {},
            "fields": [{ "field": "Hero", "defaultSearchTerm": "cat" }],
        });
        assert_eq!(answer.json(), expected);
        assert!(!format!("{answer:?}").contains("hunter2"));
    })
    .await;
}

#[tokio::test]
async fn who_has_it_is_told_so() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        let first = world.send(&get(&key, SETTINGS)).await;
        let etag = first.header("etag").unwrap().to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
        for list in [
            etag.clone(),
            format!("W/{etag}"),
            "*".to_owned(),
            format!("\"a,b\", {etag}"),
        ] {
            let answer = world
                .send(&get(&key, SETTINGS).header("If-None-Match", list.as_str()))
                .await;
            assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{list}");
            assert_eq!(answer.header("etag"), Some(etag.as_str()));
            assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
            assert_eq!(answer.header("content-type"), None);
        }
        let head = Call::new("HEAD", SETTINGS).header("X-Api-Key", key.as_str());
        assert_eq!(world.send(&head).await.header("etag"), Some(etag.as_str()));
        let asked = get(&key, SETTINGS).header("If-None-Match", etag.as_str());
        save(world.portal(), &world.operator, &language("nl_NL")).await;
        let changed = world.send(&asked).await;
        assert_eq!(
            (changed.status, changed.json()["language"].as_str()),
            (200, Some("nl_NL"))
        );
        assert_ne!(changed.header("etag"), Some(etag.as_str()));
        // The revision counts, even where all else is as it was.
        save(world.portal(), &world.operator, &language("en_US")).await;
        assert_eq!(world.send(&asked).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_save_is_answered_by_the_other_nodes_within_a_second() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let key = key(&world).await;
        let ask = get(&key, SETTINGS);
        for node in 0..2 {
            assert_eq!(ask.send(world.address_of(node)).await.json()["revision"], 0);
        }
        save(world.portal(), &world.operator, &language("fr_FR")).await;
        let saved = Instant::now();
        assert_eq!(
            ask.send(world.address_of(0)).await.json()["revision"],
            1,
            "here at once"
        );
        while ask.send(world.address_of(1)).await.json()["revision"] != 1 {
            assert!(saved.elapsed() < Duration::from_secs(1), "not there after a second");
        }
    })
    .await;
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        for (method, path, allowed) in [
            ("POST", SETTINGS, "GET,HEAD"),
            ("DELETE", "/api/connector/v1/settings/fields/Hero", "GET,HEAD"),
            ("GET", "/api/connector/v1/logs", "POST"),
        ] {
            let answer = world
                .send(&Call::new(method, path).header("X-Api-Key", key.as_str()))
                .await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{path}");
            assert_eq!(answer.problem(), "method-not-allowed");
        }
        for path in [
            "/api/connector",
            "/api/connector/v1",
            "/api/connector/v1/settings/fields/",
            "/api/connector/v2/settings",
        ] {
            let answer = world.send(&get(&key, path)).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (404, "unknown-route"),
                "{path}"
            );
        }
    })
    .await;
}
