use crate::support::{Browser, House, complaint};
use domain::accounts::rights::{Right, Rights};
use domain::ids::SettingsUploadId;
use domain::integration::selector::{AssetType, Options, SelectionMode};
use domain::integration::settings::{
    Edit, FieldSettings, MAX_FIELD, MAX_FIELDS, MAX_LISTED, MAX_TERM, Saved, Settings,
};
use portal::integration::settings;
use portal::integration::settings::file::{Format, MAX_FILE_BYTES, parse, print};
use portal::integration::settings::uploads::{self, LIFETIME, MAX_UPLOADS_PER_PERSON};
use portal::{Error, maintenance};

both!(
    the_longest_settings_come_back_from_their_own_file,
    a_file_waits_for_whoever_sent_it,
    a_file_that_is_too_long_is_refused,
);

/// As many fields as there may be, each as long as it may be in the longest characters.
fn longest(character: char) -> Settings {
    let fields = (0..MAX_FIELDS).map(|number| {
        let start = format!("{number:04}");
        FieldSettings {
            field: start.clone() + &character.to_string().repeat(MAX_FIELD - start.len()),
            options: Options {
                default_search_term: Some(character.to_string().repeat(MAX_TERM)),
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

async fn save(house: &House, ada: &Browser, base: i64, file: Settings) -> Saved {
    let edit = Edit::Whole(Box::new(file));
    settings::save(&house.portal, &ada.actor, base, &edit).await.unwrap()
}

async fn the_longest_settings_come_back_from_their_own_file(house: House) {
    let ada = house.set_up().await;
    let saved = save(&house, &ada, 0, longest('\u{20000}')).await;
    assert_eq!(saved, Saved::New(1));
    let kept = settings::get(&house.portal, &ada.actor).await.unwrap().settings;
    for format in Format::ALL {
        // As browsers send what is in a text area.
        let text = print(&kept, format).replace('\n', "\r\n");
        assert!(text.len() <= MAX_FILE_BYTES, "{}", text.len());
        assert!(parse(&text, format) == Ok(kept.clone()), "{format:?}");
    }
    assert_eq!(save(&house, &ada, 1, kept.clone()).await, Saved::Same(1));
    let history = settings::history(&house.portal, &ada.actor, None).await.unwrap();
    let listed = &history.revisions[0];
    assert_eq!((listed.differences.len(), listed.total), (MAX_LISTED, 6 * MAX_FIELDS));

    // Somebody else had the same fields in mind.
    let mut theirs = kept;
    for field in &mut theirs.fields {
        field.options.default_search_term = Some("another".to_owned());
    }
    match save(&house, &ada, 0, theirs).await {
        Saved::Clashes(clashes) => assert_eq!(clashes.clashes.len(), MAX_FIELDS),
        other => panic!("{other:?}"),
    }
}

async fn a_file_waits_for_whoever_sent_it(house: House) {
    let ada = house.set_up().await;
    let bob = house.account("Northwind", "Bob", "bob@example.com").await;
    let (portal, actor) = (&house.portal, &*ada.actor);
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
    for odd in ["", "\0", "no settings at all", "{"] {
        ids.push(uploads::create(portal, actor, &"ö".repeat(300), odd).await.unwrap());
    }
    let waiting = usize::try_from(MAX_UPLOADS_PER_PERSON).unwrap();
    assert_eq!(house.count("settings_uploads").await, waiting);
    assert_eq!(find(&ada, ids[0]).await, None);
    assert!(find(&ada, ids[3]).await.is_some());
    house.advance(LIFETIME.as_secs());
    assert_eq!(find(&ada, ids[3]).await, None);
    maintenance::run(portal).await.unwrap();
    assert_eq!(house.count("settings_uploads").await, 0);

    let id = uploads::create(portal, actor, "", text).await.unwrap();
    let profile = actor.person().unwrap().profile_id;
    let fewer = Rights::all().without(Right::ManageIntegration);
    portal::accounts::profiles::set_rights(portal, &house.operator().await, profile, fewer)
        .await
        .unwrap();
    let fewer = house.actor(&ada.cookie).await;
    assert_refused!(uploads::create(portal, &fewer, "", text).await, Error::Forbidden(_));
    assert_refused!(uploads::find(portal, &fewer, id).await, Error::Forbidden(_));
    assert_refused!(uploads::delete(portal, &fewer, id).await, Error::Forbidden(_));
}

async fn a_file_that_is_too_long_is_refused(house: House) {
    let ada = house.set_up().await;
    let text = "#".repeat(MAX_FILE_BYTES + 1);
    let refused = uploads::create(&house.portal, &ada.actor, "", &text).await;
    assert_eq!(
        complaint(refused, "text"),
        format!("Use a file of at most {} KiB.", MAX_FILE_BYTES / 1024)
    );
    assert!(parse(&text, Format::Toml).unwrap_err().of("file").is_some());
    // What is wrong thousands of times is not said thousands of times.
    let wrong = format!("{{\"fields\": [{}]}}", vec!["{\"field\": \"\"}"; MAX_FIELDS].join(","));
    let errors = parse(&wrong, Format::Json).unwrap_err();
    assert_eq!(errors.0.len(), 21, "{errors}");
    assert_eq!(errors.of(""), Some("and 9979 more"));
    let long = format!("[[fields]]\nfield = \"{}\"\nassetTypes = []\n", "x".repeat(100_000));
    assert!(parse(&long, Format::Toml).unwrap_err().to_string().len() < 2_000);
}
