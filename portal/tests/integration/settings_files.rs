use domain::accounts::rights::{Right, Rights};
use domain::coded_enum::CodedEnum;
use domain::ids::SettingsUploadId;
use domain::integration::selector::{AssetType, Options, SelectionMode};
use domain::integration::settings::{
    Edit, FieldSettings, MAX_FIELD_NAME_CHARS, MAX_FIELDS, MAX_LISTED_CHANGES, MAX_SEARCH_TERM_CHARS, Saved, Settings,
};
use portal::integration::settings;
use portal::integration::settings::file::{Format, MAX_FILE_BYTES, parse, print};
use portal::integration::settings::uploads::{self, MAX_UPLOADS_PER_USER, UPLOAD_LIFETIME};
use portal::{Error, maintenance};
use rstest::rstest;
use testing::{Browser, Engine, TestPortal, assert_rejected, validation_error};

/// Returns settings with the maximum number of fields, each with the longest name and search term.
fn largest_settings(character: char) -> Settings {
    let fields = (0..MAX_FIELDS).map(|number| {
        let start = format!("{number:04}");
        FieldSettings {
            field: start.clone() + &character.to_string().repeat(MAX_FIELD_NAME_CHARS - start.len()),
            options: Options {
                default_search_term: Some(character.to_string().repeat(MAX_SEARCH_TERM_CHARS)),
                asset_types: Some(AssetType::ALL.iter().copied().collect()),
                hide_limited_use: Some(false),
                asset_result_in_layout_service: Some(false),
                mode: Some(SelectionMode::SingleFile),
            },
        }
    });
    Settings {
        fields: fields.collect(),
        ..Settings::default()
    }
}

async fn save(test: &TestPortal, ada: &Browser, base: i64, file: Settings) -> Saved {
    let edit = Edit::Replace(Box::new(file));
    settings::save(&test.portal, &ada.actor, base, &edit).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn largest_settings_round_trip_through_file(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let saved = save(&test, &ada, 0, largest_settings('\u{20000}')).await;
    assert_eq!(saved, Saved::New(1));
    let stored = settings::get(&test.portal, &ada.actor).await.unwrap().settings;
    for format in Format::ALL {
        // Browsers send CRLF line breaks from a text area.
        let text = print(&stored, format).replace('\n', "\r\n");
        assert!(text.len() <= MAX_FILE_BYTES, "{}", text.len());
        assert!(parse(&text, format) == Ok(stored.clone()), "{format:?}");
    }
    assert_eq!(save(&test, &ada, 1, stored.clone()).await, Saved::Unchanged(1));
    let history = settings::history(&test.portal, &ada.actor, None).await.unwrap();
    let listed = &history.revisions[0];
    assert_eq!(
        (listed.differences.len(), listed.total),
        (MAX_LISTED_CHANGES, 6 * MAX_FIELDS)
    );
    assert_eq!(history.newest, 1);
    // The list reads only the changes that it shows; restoring needs all of them.
    let read = test.query_column("select differences from settings_revisions").await;
    let read: Vec<domain::integration::settings::Difference> = serde_json::from_str(&read[0]).unwrap();
    assert_eq!(read, listed.differences);
    let before = settings::at_revision(&test.portal, &ada.actor, 0).await.unwrap();
    assert_eq!(before, Settings::default());
    // Revisions of earlier versions have all changes in one column.
    test.execute(
        "update settings_revisions set total = null, more_differences = null,
           differences = substr(differences, 1, length(differences) - 1) || ',' || substr(more_differences, 2)",
    )
    .await;
    assert_eq!(
        settings::history(&test.portal, &ada.actor, None).await.unwrap(),
        history
    );
    let before = settings::at_revision(&test.portal, &ada.actor, 0).await.unwrap();
    assert_eq!(before, Settings::default());

    // A concurrent edit of the same fields conflicts.
    let mut theirs = stored;
    for field in &mut theirs.fields {
        field.options.default_search_term = Some("another".to_owned());
    }
    match save(&test, &ada, 0, theirs).await {
        Saved::Conflict(conflicts) => assert_eq!(conflicts.conflicts.len(), MAX_FIELDS),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn upload_is_stored_for_its_user_only(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let bob = test.create_account("Northwind", "Bob", "bob@example.com").await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let find = async |browser: &Browser, id| uploads::find(portal, &browser.actor, id).await.unwrap();
    let text = "language = \"nl_NL\"\n";
    let id = uploads::create(portal, actor, "settings.toml", text).await.unwrap();
    let found = find(&ada, id).await.unwrap();
    assert_eq!(
        (found.file_name.as_str(), found.content.as_str()),
        ("settings.toml", text)
    );
    assert_eq!(find(&bob, id).await, None);
    uploads::delete(portal, &bob.actor, id).await.unwrap();
    assert!(find(&ada, id).await.is_some());
    uploads::delete(portal, actor, id).await.unwrap();
    assert_eq!(find(&ada, id).await, None);

    let mut ids: Vec<SettingsUploadId> = Vec::new();
    for content in ["", "\0", "no settings at all", "{"] {
        ids.push(uploads::create(portal, actor, &"ö".repeat(300), content).await.unwrap());
    }
    let limit = usize::try_from(MAX_UPLOADS_PER_USER).unwrap();
    assert_eq!(test.count_rows("settings_uploads").await, limit);
    assert_eq!(find(&ada, ids[0]).await, None);
    assert!(find(&ada, ids[3]).await.is_some());
    test.advance(UPLOAD_LIFETIME.as_secs());
    assert_eq!(find(&ada, ids[3]).await, None);
    maintenance::run(portal).await.unwrap();
    assert_eq!(test.count_rows("settings_uploads").await, 0);

    let id = uploads::create(portal, actor, "", text).await.unwrap();
    let profile = actor.user().unwrap().profile_id;
    let rights = Rights::all().without(Right::ManageIntegration);
    portal::accounts::profiles::set_rights(portal, &test.operator().await, profile, rights)
        .await
        .unwrap();
    let restricted = test.actor(&ada.cookie).await;
    assert_rejected!(
        uploads::create(portal, &restricted, "", text).await,
        Error::Forbidden(_)
    );
    assert_rejected!(uploads::find(portal, &restricted, id).await, Error::Forbidden(_));
    assert_rejected!(uploads::delete(portal, &restricted, id).await, Error::Forbidden(_));
}

#[rstest]
#[tokio::test]
async fn oversized_file_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let text = "#".repeat(MAX_FILE_BYTES + 1);
    let rejected = uploads::create(&test.portal, &ada.actor, "", &text).await;
    assert_eq!(
        validation_error(rejected, "text"),
        format!("Use a file of at most {} KiB.", MAX_FILE_BYTES / 1024)
    );
    assert!(parse(&text, Format::Toml).unwrap_err().get("file").is_some());
    // The number of reported errors is limited.
    let wrong = format!("{{\"fields\": [{}]}}", vec!["{\"field\": \"\"}"; MAX_FIELDS].join(","));
    let errors = parse(&wrong, Format::Json).unwrap_err();
    assert_eq!(errors.0.len(), 21, "{errors}");
    assert_eq!(errors.get(""), Some("and 9979 more"));
    let long = format!("[[fields]]\nfield = \"{}\"\nassetTypes = []\n", "x".repeat(100_000));
    assert!(parse(&long, Format::Toml).unwrap_err().to_string().len() < 2_000);
}
