use super::{edit_field, field, form, get, language, save};
use domain::accounts::rights::Rights;
use domain::integration::selector::Language;
use domain::integration::settings::{Edit, FieldForm, Saved, SettingKey, Settings};
use portal::integration::settings::{self, BaseRevision};
use portal::integration::{api_keys, connectors};
use portal::{Error, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::{Engine, TestPortal, assert_rejected, eventually, validation_error};

#[rstest]
#[tokio::test]
async fn concurrent_edits_of_different_settings_are_merged(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    save(portal, actor, 0, &language("nl_NL")).await;
    assert_eq!(save(portal, actor, 0, &Edit::RemoteLogging(true)).await, Saved::New(2));
    let (_, now) = get(portal, actor).await;
    assert_eq!((now.language, now.remote_logging), (Language::Dutch, true));
}

#[rstest]
#[tokio::test]
async fn concurrent_edits_of_same_setting_report_conflict(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_user("Eve", "eve@example.com", Rights::all()).await;
    let eve = test.sign_in("eve@example.com").await;
    let portal = &test.portal;
    save(portal, &ada.actor, 0, &field("Hero", "cat")).await;
    test.advance(7);
    save(portal, &eve.actor, 1, &edit_field("Hero", "dog")).await;
    let changed_at = portal.now();
    test.advance(7);
    save(portal, &ada.actor, 2, &language("nl_NL")).await;
    let Saved::Conflict(conflicts) = save(portal, &ada.actor, 1, &edit_field("Hero", "bird")).await else {
        panic!("no conflict was reported");
    };
    assert_eq!(
        (conflicts.revision, conflicts.by.as_deref(), conflicts.at),
        (3, Some("Eve"), changed_at)
    );
    assert_eq!(conflicts.conflicts[0].mine.as_deref(), Some("bird"));
    assert_eq!(conflicts.conflicts[0].theirs.as_deref(), Some("dog"));
    let term = |settings: &Settings| settings.resolve("Hero").options.default_search_term;
    assert_eq!(term(&get(portal, &ada.actor).await.1).as_deref(), Some("dog"));
    let edit = edit_field("Hero", "bird");
    assert_eq!(
        settings::conflicts(portal, &ada.actor, 1, &edit).await.unwrap(),
        Some(conflicts)
    );
    // Eve changes it again: a change that Ada has not seen is another conflict.
    let mode = FieldForm {
        mode: "MultiSelect".to_owned(),
        was: "Hero".to_owned(),
        ..form("Hero", "dog")
    };
    save(portal, &eve.actor, 3, &Edit::Field(mode)).await;
    save(portal, &eve.actor, 4, &edit_field("Hero", "horse")).await;
    let overwriting = |over| BaseRevision {
        seen: 1,
        overwrite: Some(over),
    };
    let outdated = settings::save(portal, &ada.actor, overwriting(3), &edit).await.unwrap();
    assert!(matches!(outdated, Saved::Conflict(_)), "{outdated:?}");
    assert_eq!(
        settings::save(portal, &ada.actor, overwriting(5), &edit).await.unwrap(),
        Saved::New(6)
    );
    let (_, now) = get(portal, &ada.actor).await;
    assert_eq!(term(&now).as_deref(), Some("bird"));
    // Settings that Ada did not edit are unchanged.
    assert_eq!(now.language, Language::Dutch);
    assert_rejected!(
        settings::save(portal, &ada.actor, overwriting(99), &edit).await,
        Error::NotFound("revision")
    );
}

#[rstest]
#[tokio::test]
async fn concurrent_saves_on_two_nodes_are_all_kept(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.another_node().await;
    let saves = (0..20).map(|number| {
        let node = if number % 2 == 0 { &test.portal } else { &other };
        let (node, actor) = (node.clone(), ada.actor.clone());
        tokio::spawn(async move { settings::save(&node, &actor, 0, &field(&format!("Field {number}"), "x")).await })
    });
    let saves: Vec<_> = saves.collect();
    let mut numbers = Vec::new();
    for saved in saves {
        match saved.await.unwrap().unwrap() {
            Saved::New(number) => numbers.push(number),
            other => panic!("{other:?}"),
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    test.portal.check_ready().await.unwrap();
    let node = test.another_node().await;
    assert_eq!(get(&node, &ada.actor).await.1.fields.len(), 20);
    assert_eq!(
        settings::at_revision(&node, &ada.actor, 0).await.unwrap(),
        Settings::default()
    );
}

#[rstest]
#[tokio::test]
async fn save_notifies_listeners_on_other_node_within_a_second(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    let key = api_keys::show(&test.portal, &ada.actor).await.unwrap();
    let caller = connectors::authenticate(&other, key.expose(), None)
        .await
        .unwrap()
        .unwrap();
    let mut listener = connectors::listen(&other, &caller).await.unwrap();
    assert_eq!(listener.borrow_and_update().revision, 0);
    for revision in 1..=3 {
        save(
            &test.portal,
            &ada.actor,
            revision - 1,
            &field(&format!("Field {revision}"), "x"),
        )
        .await;
        let notified = tokio::time::timeout(
            Duration::from_secs(1),
            listener.wait_for(|state| state.revision >= revision),
        );
        assert_eq!(notified.await.unwrap().unwrap().revision, revision);
        // The notified node can already read the new revision.
        let published = connectors::settings(&other, &caller).await.unwrap();
        assert_eq!(published.revision, revision);
    }
    assert!(listener.borrow().is_key_active(caller.key(), other.now()));
    let current = api_keys::get(&test.portal, &ada.actor).await.unwrap().current.id;
    api_keys::rotate(
        &test.portal,
        &ada.actor,
        current,
        domain::integration::api_keys::Overlap::None,
    )
    .await
    .unwrap();
    let took = eventually("the listener still considers the key active", || async {
        !listener.borrow().is_key_active(caller.key(), other.now())
    })
    .await;
    assert!(took < Duration::from_secs(1));
    watch.abort();
}

#[rstest]
#[tokio::test]
async fn adding_same_field_twice_reports_conflict(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    save(portal, actor, 0, &field("Hero", "cat")).await;
    let Saved::Conflict(conflicts) = save(portal, actor, 0, &field("hero", "dog")).await else {
        panic!("no conflict was reported");
    };
    let keys: Vec<SettingKey> = conflicts.conflicts.iter().map(|conflict| conflict.path.key).collect();
    assert!(keys.contains(&SettingKey::DefaultSearchTerm), "{keys:?}");
    assert_eq!(get(portal, actor).await.1.fields.len(), 1);
    assert!(
        validation_error(settings::save(portal, actor, 1, &field("HERO", "dog")).await, "field").contains("already")
    );
}
