use domain::accounts::rights::{Right, Rights};
use domain::integration::selector::{Language, Options};
use domain::integration::settings::{
    ConnectionForm, Edit, FieldForm, FieldOverride, FieldSettings, GlobalForm, Saved, SettingKey, SettingPath, Settings,
};
use portal::accounts::profiles;
use portal::integration::settings::{self, BaseRevision, SecretChange};
use portal::integration::{api_keys, connectors};
use portal::{Actor, Error, Portal, Secret, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::{Browser, Engine, TestPortal, assert_refused, eventually, validation_error};

pub fn field(name: &str, term: &str) -> Edit {
    Edit::Field(form(name, term))
}

fn form(name: &str, term: &str) -> FieldForm {
    FieldForm {
        field: name.to_owned(),
        term_source: FieldOverride::CUSTOM.to_owned(),
        term: term.to_owned(),
        ..FieldForm::default()
    }
}

/// Returns an edit of an existing field.
fn edit_field(name: &str, term: &str) -> Edit {
    Edit::Field(FieldForm {
        was: name.to_owned(),
        ..form(name, term)
    })
}

fn language(code: &str) -> Edit {
    Edit::Global(GlobalForm {
        language: code.to_owned(),
    })
}

fn connection(client_id: &str) -> Edit {
    Edit::Connection(ConnectionForm {
        url: "acme.bynder.com".to_owned(),
        dam: "bynder".to_owned(),
        client_id: client_id.to_owned(),
    })
}

async fn save(portal: &Portal, actor: &Actor, base: i64, edit: &Edit) -> Saved {
    settings::save(portal, actor, base, edit).await.unwrap()
}

async fn get(portal: &Portal, actor: &Actor) -> (i64, Settings) {
    let revised = settings::get(portal, actor).await.unwrap();
    (revised.revision, revised.settings)
}

/// Replaces the rights of the user, and reloads the actor.
async fn set_rights(test: &TestPortal, browser: &Browser, rights: Rights) -> std::sync::Arc<Actor> {
    let user = browser.actor.user().unwrap();
    profiles::set_rights(&test.portal, &test.operator().await, user.profile_id, rights)
        .await
        .unwrap();
    test.actor(&browser.cookie).await
}

#[rstest]
#[tokio::test]
async fn settings_start_with_defaults_and_require_manage_integration(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    assert_eq!(get(&test.portal, &ada.actor).await, (0, Settings::default()));
    let without = set_rights(&test, &ada, Rights::all().without(Right::ManageIntegration)).await;
    let portal = &test.portal;
    assert_refused!(
        settings::get(portal, &without).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(
        settings::save(portal, &without, 0, &language("nl_NL")).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(settings::history(portal, &without, None).await, Error::Forbidden(_));
    assert_refused!(settings::at(portal, &without, 0).await, Error::Forbidden(_));
    assert_refused!(settings::restore(portal, &without, 0, 0).await, Error::Forbidden(_));
    assert_refused!(settings::undo(portal, &without, 1).await, Error::Forbidden(_));
    let with = set_rights(&test, &ada, Rights::default().with(Right::ManageIntegration)).await;
    assert_eq!(save(portal, &with, 0, &language("nl_NL")).await, Saved::New(1));
}

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
    assert_eq!(settings::at(portal, actor, 0).await.unwrap(), Settings::default());
    assert_eq!(settings::at(portal, actor, 1).await.unwrap().language, Language::German);
    assert!(settings::at(portal, actor, 2).await.unwrap().field("HERO").is_some());
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
async fn settings_are_separate_per_account(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let bob = test.create_account("Northwind", "Bob", "bob@example.com").await;
    save(&test.portal, &ada.actor, 0, &language("fr_FR")).await;
    assert_eq!(get(&test.portal, &bob.actor).await, (0, Settings::default()));
    assert!(
        settings::history(&test.portal, &bob.actor, None)
            .await
            .unwrap()
            .revisions
            .is_empty()
    );
    assert_refused!(
        settings::at(&test.portal, &bob.actor, 1).await,
        Error::NotFound("revision")
    );
}

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
    assert_refused!(
        settings::save(portal, &ada.actor, overwriting(99), &edit).await,
        Error::NotFound("revision")
    );
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
        assert_refused!(
            settings::save(portal, actor, revision, &language("nl_NL")).await,
            Error::NotFound("revision")
        );
        assert_refused!(settings::restore(portal, actor, 0, revision).await, Error::NotFound(_));
        assert_refused!(settings::undo(portal, actor, revision).await, Error::NotFound(_));
    }
    assert_refused!(settings::undo(portal, actor, 0).await, Error::NotFound("revision"));
}

#[rstest]
#[tokio::test]
async fn client_secret_is_never_returned(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let set = |text: &str| SecretChange::Replace(Secret::new(text.to_owned()));
    let form = connection("client");
    let saved = settings::save_with(portal, actor, 0, &form, set("s3cret-of-the-dam")).await;
    assert_eq!(saved.unwrap(), Saved::New(1));
    let since = settings::get(portal, actor).await.unwrap().secret_set_at;
    assert_eq!(since, Some(portal.now()));
    // Saving the form without a secret keeps the stored secret.
    assert_eq!(save(portal, actor, 1, &form).await, Saved::Unchanged(1));
    test.advance(1);
    let replaced = settings::save_with(portal, actor, 1, &form, set("another-secret")).await;
    assert_eq!(replaced.unwrap(), Saved::New(2));
    let history = settings::history(portal, actor, None).await.unwrap();
    assert_eq!(history.revisions[0].differences[0].path.key, SettingKey::ClientSecret);
    assert_eq!(history.revisions[0].differences[0].after.as_deref(), Some("replaced"));
    for (table, column) in [
        ("settings", "document"),
        ("settings_revisions", "differences"),
        ("audit_records", "detail"),
    ] {
        for text in test.query_column(&format!("select {column} from {table}")).await {
            assert!(
                !text.contains("s3cret-of-the-dam") && !text.contains("another-secret"),
                "{text}"
            );
        }
    }
    // Restoring a revision does not restore the secret, and connectors never receive it.
    settings::restore(portal, actor, 2, 1).await.unwrap();
    let key = api_keys::show(portal, actor).await.unwrap();
    let caller = connectors::authenticate(portal, key.expose(), None)
        .await
        .unwrap()
        .unwrap();
    let published = connectors::settings(portal, &caller).await.unwrap();
    let json = String::from_utf8(published.json.to_vec()).unwrap();
    assert!(
        json.contains("\"clientId\":\"client\"") && !json.contains("secret"),
        "{json}"
    );
    settings::save_with(portal, actor, 2, &form, SecretChange::Remove)
        .await
        .unwrap();
    assert_eq!(settings::get(portal, actor).await.unwrap().secret_set_at, None);
    let invalid = settings::save_with(portal, actor, 0, &form, set("with space")).await;
    assert!(validation_error(invalid, "client_secret").contains("without spaces"));
    let other_edit = settings::save_with(portal, actor, 0, &language("nl_NL"), set("x")).await;
    validation_error(other_edit, "client_secret");
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
    assert_eq!(settings::at(&node, &ada.actor, 0).await.unwrap(), Settings::default());
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
async fn thousand_fields_can_be_saved_and_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let fields = (0..1000).map(|number| FieldSettings {
        field: format!("Page {number:04}/Hero"),
        options: Options {
            default_search_term: Some(format!("term {number}")),
            ..Options::default()
        },
    });
    let whole = Settings {
        fields: fields.collect(),
        ..Settings::default()
    };
    let edit = Edit::Replace(Box::new(whole));
    assert_eq!(save(&test.portal, &ada.actor, 0, &edit).await, Saved::New(1));
    let node = test.another_node().await;
    let (_, now) = get(&node, &ada.actor).await;
    assert_eq!(
        now.resolve("page 0999/HERO").options.default_search_term.as_deref(),
        Some("term 999")
    );
    assert_eq!(
        save(&node, &ada.actor, 1, &edit_field("Page 0500/Hero", "new")).await,
        Saved::New(2)
    );
    assert_eq!(settings::at(&node, &ada.actor, 1).await.unwrap().fields.len(), 1000);
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
