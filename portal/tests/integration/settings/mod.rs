mod concurrent_edits;
mod revisions;

use domain::accounts::rights::{Right, Rights};
use domain::integration::selector::Options;
use domain::integration::settings::{
    ConnectionForm, Edit, FieldForm, FieldOverride, FieldSettings, GlobalForm, Saved, SettingKey, Settings,
};
use portal::accounts::profiles;
use portal::integration::settings::{self, SecretChange};
use portal::integration::{api_keys, connectors};
use portal::{Actor, Error, Portal, Secret};
use rstest::rstest;
use testing::{Browser, Engine, TestPortal, assert_rejected, validation_error};

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
    test.create_user("Grace", "grace@example.com", Rights::all()).await;
    let without = set_rights(&test, &ada, Rights::all().without(Right::ManageIntegration)).await;
    let portal = &test.portal;
    assert_rejected!(
        settings::get(portal, &without).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_rejected!(
        settings::save(portal, &without, 0, &language("nl_NL")).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_rejected!(settings::history(portal, &without, None).await, Error::Forbidden(_));
    assert_rejected!(settings::at_revision(portal, &without, 0).await, Error::Forbidden(_));
    assert_rejected!(settings::restore(portal, &without, 0, 0).await, Error::Forbidden(_));
    assert_rejected!(settings::undo(portal, &without, 1).await, Error::Forbidden(_));
    let with = set_rights(&test, &ada, Rights::default().with(Right::ManageIntegration)).await;
    assert_eq!(save(portal, &with, 0, &language("nl_NL")).await, Saved::New(1));
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
    assert_rejected!(
        settings::at_revision(&test.portal, &bob.actor, 1).await,
        Error::NotFound("revision")
    );
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
    assert_eq!(
        settings::at_revision(&node, &ada.actor, 1).await.unwrap().fields.len(),
        1000
    );
}
