//! What holds for one field.

use super::client::{field, field_path, get, key, save};
use crate::world::{Settings, on_each_engine};
use domain::integration::settings::{ConnectionForm, Edit, FieldForm, Own};
use portal::integration::requested_fields;
use serde_json::json;

/// The Global field settings: pictures and films, those of limited use hidden.
fn global() -> Edit {
    Edit::Field(FieldForm {
        global: true,
        types_source: Own::OWN.to_owned(),
        types: vec!["image".to_owned(), "video".to_owned()],
        hide_limited_use: "true".to_owned(),
        term_source: Own::OWN.to_owned(),
        term: "house".to_owned(),
        ..FieldForm::default()
    })
}

#[tokio::test]
async fn the_global_settings_fill_what_a_field_leaves_open() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        let connection = Edit::Connection(ConnectionForm {
            url: "acme.bynder.com".to_owned(),
            dam: "bynder".to_owned(),
            client_id: String::new(),
        });
        for edit in [connection, global(), field("Hero Image", "cat")] {
            save(world.portal(), &world.operator, &edit).await;
        }
        let answer = world.send(&get(&key, &field_path("hero%20%20IMAGE"))).await;
        let expected = json!({
            "field": "Hero Image", "configured": true, "revision": 3, "language": "en_US",
            "portal": { "url": "https://acme.bynder.com" },
            "defaultSearchTerm": "cat", "assetTypes": ["image", "video"], "hideLimitedUse": true,
            "source": { "defaultSearchTerm": "field", "assetTypes": "global", "hideLimitedUse": "global" },
        });
        assert_eq!(answer.json(), expected);
        let etag = answer.header("etag").unwrap();
        let again = get(&key, &field_path("Hero%20Image/")).header("If-None-Match", etag);
        assert_eq!(world.send(&again).await.status, 304);
        save(world.portal(), &world.operator, &field("Teaser", "dog")).await;
        assert_eq!(world.send(&again).await.status, 200, "its revision is another");
    })
    .await;
}

#[tokio::test]
async fn a_field_that_nobody_has_configured_is_answered_and_offered() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        let ask = async |encoded: &str| world.send(&get(&key, &field_path(encoded))).await.json();
        let nothing = json!({
            "field": "templates/Home/Hero", "configured": false, "revision": 0, "language": "en_US", "portal": {},
            "source": {},
        });
        assert_eq!(ask("templates%2FHome%2fHero").await, nothing);
        save(world.portal(), &world.operator, &global()).await;
        let filled = ask("%C3%9Cberschrift").await;
        assert_eq!(
            (filled["field"].as_str(), filled["defaultSearchTerm"].as_str()),
            (Some("Überschrift"), Some("house"))
        );
        assert_eq!(filled["source"]["defaultSearchTerm"], "global");
        let offered = async || requested_fields::list(world.portal(), &world.operator).await.unwrap();
        let mut fields = offered().await;
        fields.sort();
        assert_eq!(fields, ["templates/Home/Hero", "Überschrift"]);
        save(world.portal(), &world.operator, &field("templates/home/hero", "cat")).await;
        assert_eq!(offered().await, ["Überschrift"]);
        assert_eq!(ask("templates%2FHome%2fHero").await["configured"], true);
    })
    .await;
}

#[tokio::test]
async fn names_that_are_none() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        let ask = async |encoded: &str| world.send(&get(&key, &field_path(encoded))).await;
        let blank = ask("%20%09").await;
        assert_eq!(
            (blank.status, blank.json()["errors"][0]["field"].as_str()),
            (400, Some("field"))
        );
        for broken in ["%FF", "a%C3%28"] {
            let answer = ask(broken).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (400, "malformed-request"),
                "{broken}"
            );
        }
        // What no field can be called gets the Global field settings, and is not offered.
        for odd in ["%00", "a%0d%0ab", "x".repeat(5_000).as_str(), "..%2f..%2fetc"] {
            assert_eq!(ask(odd).await.json()["configured"], false, "{odd}");
        }
        let offered = requested_fields::list(world.portal(), &world.operator).await.unwrap();
        assert_eq!(offered, ["../../etc", "a b"], "{offered:?}");
    })
    .await;
}
