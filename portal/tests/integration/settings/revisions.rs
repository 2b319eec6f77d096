use super::{edit_field, field, get, language, save};
use domain::integration::selector::Language;
use domain::integration::settings::{Edit, Saved, SettingKey, SettingPath, Settings};
use portal::Error;
use portal::integration::settings;
use rstest::rstest;
use testing::{Engine, TestPortal, assert_rejected, validation_error};

#[rstest]
#[tokio::test]
async fn each_save_adds_revision_to_history(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    assert_eq!(save(portal, actor, 0, &language("de_DE")).await, Saved::New(1));
    test.advance(5);
    assert_eq!(save(portal, actor, 1, &field("Hero", "cat")).await, Saved::New(2));
    assert_eq!(
        save(portal, actor, 2, &Edit::Remove("hero".to_owned())).await,
        Saved::New(3)
    );
    let history = settings::history(portal, actor, None).await.unwrap();
    let numbers: Vec<i64> = history.revisions.iter().map(|revision| revision.revision).collect();
    assert_eq!((numbers, history.more), (vec![3, 2, 1], false));
    let second = &history.revisions[1];
    assert_eq!(second.by.as_deref(), Some("Ada Lovelace"));
    assert_eq!(second.at, portal.now());
    assert_eq!(
        second.differences[0].path,
        SettingPath::in_field("Hero", SettingKey::Field)
    );
    assert_eq!(second.differences[1].after.as_deref(), Some("cat"));
    let earlier = settings::history(portal, actor, Some(2)).await.unwrap();
    assert_eq!(earlier.revisions.len(), 1);
    assert_eq!(
        settings::at_revision(portal, actor, 0).await.unwrap(),
        Settings::default()
    );
    assert_eq!(
        settings::at_revision(portal, actor, 1).await.unwrap().language,
        Language::German
    );
    assert!(
        settings::at_revision(portal, actor, 2)
            .await
            .unwrap()
            .field("HERO")
            .is_some()
    );
    let records = test
        .query_column("select detail from audit_records where action = 'settings.save' order by detail")
        .await;
    assert_eq!(
        records,
        [
            r#"{"revision":1,"source":"form","changed":[{"member":"language"}]}"#,
            r#"{"revision":2,"source":"form","changed":[{"field":"Hero","member":"field"},{"field":"Hero","member":"defaultSearchTerm"}]}"#,
            r#"{"revision":3,"source":"form","changed":[{"field":"Hero","member":"field"},{"field":"Hero","member":"defaultSearchTerm"}]}"#
        ]
    );
}

#[rstest]
#[tokio::test]
async fn save_without_changes_adds_no_revision(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    assert_eq!(save(portal, actor, 0, &language("en_US")).await, Saved::Unchanged(0));
    assert_eq!(test.count_rows("settings_revisions").await, 0);
    assert!(validation_error(settings::save(portal, actor, 0, &language("tlh")).await, "language").contains("Select"));
    assert_eq!(get(portal, actor).await.0, 0);
}

#[rstest]
#[tokio::test]
async fn revision_can_be_restored_and_undone(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    save(portal, actor, 0, &field("Hero", "cat")).await;
    save(portal, actor, 1, &language("nl_NL")).await;
    save(portal, actor, 2, &Edit::Remove("Hero".to_owned())).await;
    assert_eq!(settings::undo(portal, actor, 3).await.unwrap(), Saved::New(4));
    let (_, now) = get(portal, actor).await;
    assert_eq!(now.resolve("hero").options.default_search_term.as_deref(), Some("cat"));
    assert_eq!(now.language, Language::Dutch);
    assert_eq!(settings::restore(portal, actor, 4, 1).await.unwrap(), Saved::New(5));
    assert_eq!(get(portal, actor).await.1.language, Language::English);
    let history = settings::history(portal, actor, None).await.unwrap().revisions;
    assert_eq!(history[0].note, "Restored revision 1");
    assert_eq!(history[1].note, "Undid revision 3");
    // Undoing a revision conflicts with later changes to the same setting.
    save(portal, actor, 5, &edit_field("Hero", "dog")).await;
    assert!(matches!(
        settings::undo(portal, actor, 4).await.unwrap(),
        Saved::Conflict(_)
    ));
}

#[rstest]
#[tokio::test]
async fn nonexistent_revision_is_not_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    for revision in [-1, 1, i64::MAX, i64::MIN] {
        assert_rejected!(
            settings::save(portal, actor, revision, &language("nl_NL")).await,
            Error::NotFound("revision")
        );
        assert_rejected!(settings::restore(portal, actor, 0, revision).await, Error::NotFound(_));
        assert_rejected!(settings::undo(portal, actor, revision).await, Error::NotFound(_));
    }
    assert_rejected!(settings::undo(portal, actor, 0).await, Error::NotFound("revision"));
}
