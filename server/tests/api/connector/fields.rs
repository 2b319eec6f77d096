//! Tests the settings of a single field.

use super::client::{api_key, field, field_path, get, save};
use crate::test_server::{TestConfig, TestServer};
use domain::integration::settings::{ConnectionForm, Edit, FieldForm, FieldOverride};
use portal::integration::requested_fields;
use rstest::rstest;
use serde_json::json;
use testing::Engine;

/// Returns Global field settings that show images and videos and hide assets of limited use.
fn global() -> Edit {
    Edit::Field(FieldForm {
        global: true,
        types_source: FieldOverride::CUSTOM.to_owned(),
        types: vec!["image".to_owned(), "video".to_owned()],
        hide_limited_use: "true".to_owned(),
        term_source: FieldOverride::CUSTOM.to_owned(),
        term: "house".to_owned(),
        ..FieldForm::default()
    })
}

#[rstest]
#[tokio::test]
async fn field_settings_inherit_unset_options_from_global(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let connection = Edit::Connection(ConnectionForm {
        url: "acme.bynder.com".to_owned(),
        dam: "bynder".to_owned(),
        client_id: String::new(),
    });
    for edit in [connection, global(), field("Hero Image", "cat")] {
        save(server.portal(), &server.operator, &edit).await;
    }
    let response = server.send(&get(&key, &field_path("hero%20%20IMAGE"))).await;
    let expected = json!({
        "field": "Hero Image", "configured": true, "revision": 3, "language": "en_US",
        "portal": { "url": "https://acme.bynder.com" },
        "defaultSearchTerm": "cat", "assetTypes": ["image", "video"], "hideLimitedUse": true,
        "source": { "defaultSearchTerm": "field", "assetTypes": "global", "hideLimitedUse": "global" },
    });
    assert_eq!(response.json(), expected);
    let etag = response.header("etag").unwrap();
    let again = get(&key, &field_path("Hero%20Image/")).header("If-None-Match", etag);
    assert_eq!(server.send(&again).await.status, 304);
    save(server.portal(), &server.operator, &field("Teaser", "dog")).await;
    assert_eq!(server.send(&again).await.status, 200, "a new revision changes the ETag");
}

#[rstest]
#[tokio::test]
async fn unconfigured_field_gets_global_settings_and_is_suggested(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let get_field = async |encoded: &str| server.send(&get(&key, &field_path(encoded))).await.json();
    let unconfigured = json!({
        "field": "templates/Home/Hero", "configured": false, "revision": 0, "language": "en_US", "portal": {},
        "source": {},
    });
    assert_eq!(get_field("templates%2FHome%2fHero").await, unconfigured);
    save(server.portal(), &server.operator, &global()).await;
    let inherited = json!({
        "field": "Überschrift", "configured": false, "revision": 1, "language": "en_US", "portal": {},
        "defaultSearchTerm": "house", "assetTypes": ["image", "video"], "hideLimitedUse": true,
        "source": { "defaultSearchTerm": "global", "assetTypes": "global", "hideLimitedUse": "global" },
    });
    assert_eq!(get_field("%C3%9Cberschrift").await, inherited);
    let suggested = async || requested_fields::list(server.portal(), &server.operator).await.unwrap();
    let mut fields = suggested().await;
    fields.sort();
    assert_eq!(fields, ["templates/Home/Hero", "Überschrift"]);
    save(server.portal(), &server.operator, &field("templates/home/hero", "cat")).await;
    assert_eq!(suggested().await, ["Überschrift"]);
    assert_eq!(get_field("templates%2FHome%2fHero").await["configured"], true);
}

#[rstest]
#[tokio::test]
async fn invalid_field_names_are_rejected_or_answered_with_global_settings(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let get_field = async |encoded: &str| server.send(&get(&key, &field_path(encoded))).await;
    let blank = get_field("%20%09").await;
    assert_eq!(
        (blank.status, blank.json()["errors"][0]["field"].as_str()),
        (400, Some("field"))
    );
    for malformed in ["%FF", "a%C3%28"] {
        let response = get_field(malformed).await;
        assert_eq!(
            (response.status, response.problem().as_str()),
            (400, "malformed-request"),
            "{malformed}"
        );
    }
    // Names that are not valid field names get the Global field settings and are not suggested.
    for name in ["%00", "a%0d%0ab", "x".repeat(5_000).as_str(), "..%2f..%2fetc"] {
        assert_eq!(get_field(name).await.json()["configured"], false, "{name}");
    }
    let suggested = requested_fields::list(server.portal(), &server.operator).await.unwrap();
    assert_eq!(suggested, ["../../etc", "a b"], "{suggested:?}");
}
