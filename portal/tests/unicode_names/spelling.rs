use domain::accounts::NewAccount;
use domain::accounts::rights::{Right, Rights};
use domain::integration::remote_logs::{LogFilter, SubmittedLog};
use domain::integration::settings::{Edit, Saved};
use domain::oauth1::consumers::ConsumerForm;
use domain::oauth1::tokens::TokenQuery;
use portal::accounts;
use portal::accounts::{profiles, users};
use portal::auth::sign_in;
use portal::integration::connectors::{self};
use portal::integration::{remote_logs, requested_fields, settings};
use portal::oauth1::{consumers, tokens};
use portal::oauth2::oauth_apps;
use rstest::rstest;
use testing::{Engine, PASSWORD, TestPortal, browser_at, new_token, validation_error};

use super::{app_form, field, identify, new_user};

/// Pairs of names that are equal under normalization and case folding.
const SPELLINGS: [(&str, &str); 8] = [
    ("Bildfläche", "bildfla\u{308}che"),
    ("Straße", "STRASSE"),
    ("ΌΔΟΣ", "όδος"),
    ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
    ("\u{212a}elvin", "kelvin"),
    ("ﬁnance", "FINANCE"),
    ("\u{1e69}", "S\u{307}\u{323}"),
    ("می\u{200c}خواهم", "میخواهم"),
];

#[rstest]
#[tokio::test]
async fn name_in_equivalent_spelling_is_already_in_use(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    for (one, other) in SPELLINGS {
        let consumer = |name: &str| ConsumerForm { name: name.to_owned() };
        consumers::create(portal, actor, consumer(one)).await.unwrap();
        validation_error(consumers::create(portal, actor, consumer(other)).await, "name");
        oauth_apps::create(portal, actor, app_form(one)).await.unwrap();
        validation_error(oauth_apps::create(portal, actor, app_form(other)).await, "name");
        profiles::create(portal, actor, one, Rights::all()).await.unwrap();
        validation_error(profiles::create(portal, actor, other, Rights::all()).await, "name");
        let base = settings::get(portal, actor).await.unwrap().revision;
        settings::save(portal, actor, base, &field(one)).await.unwrap();
        let twice = settings::save(portal, actor, base + 1, &field(other)).await;
        assert_eq!(validation_error(twice, "field"), "This field already has settings.");
        // A profile is found by an equivalent spelling too.
        let email = format!("user{base}@example.com");
        let mut user = new_user("Eve", &email);
        user.profile = other.to_owned();
        users::create(portal, actor, user).await.unwrap();
    }
    let input = NewAccount {
        account_name: "Société Générale".to_owned(),
        name: "Bob".to_owned(),
        email: "bob@example.com".to_owned(),
        password: PASSWORD.to_owned(),
    };
    accounts::create(portal, input).await.unwrap();
    assert!(
        accounts::operator(portal, Some("socie\u{301}te\u{301} ge\u{301}ne\u{301}rale"))
            .await
            .is_ok()
    );
}

#[rstest]
#[tokio::test]
async fn field_is_found_and_suggested_once_in_any_spelling(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let connector = identify(&test, &ada, "xpxm/9").await;
    for (one, other) in SPELLINGS {
        for name in [one, other] {
            let found = connectors::field(portal, &connector, name).await.unwrap();
            assert!(!found.configured, "{name}");
        }
    }
    let suggested = requested_fields::list(portal, actor).await.unwrap();
    assert_eq!(suggested.len(), SPELLINGS.len(), "{suggested:?}");
    for (revision, (one, other)) in (0..).zip(SPELLINGS) {
        settings::save(portal, actor, revision, &field(other)).await.unwrap();
        for name in [one, other] {
            let found = connectors::field(portal, &connector, name).await.unwrap();
            assert!(found.configured, "{name}");
            assert_eq!(found.resolved.options.default_search_term.as_deref(), Some("cat"));
        }
    }
    assert!(requested_fields::list(portal, actor).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn settings_file_in_equivalent_spelling_changes_nothing(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let file = |name: &str| {
        let text = format!("[[fields]]\nfield = \"{name}\"\ndefaultSearchTerm = \"caf\u{e9}\"\n");
        let settings = settings::file::parse(&text, settings::file::Format::Toml).unwrap();
        Edit::Replace(Box::new(settings))
    };
    let saved = settings::save(portal, actor, 0, &file("Bildfla\u{308}che"))
        .await
        .unwrap();
    assert_eq!(saved, Saved::New(1));
    let stored = settings::get(portal, actor).await.unwrap().settings;
    assert_eq!(stored.fields[0].field, "Bildfläche");
    let saved = settings::save(portal, actor, 1, &file("Bildfläche")).await.unwrap();
    assert_eq!(saved, Saved::Unchanged(1));
    let twice = "[[fields]]\nfield = \"Bildfläche\"\n[[fields]]\nfield = \"Bildfla\u{308}che\"\n";
    let errors = settings::file::parse(twice, settings::file::Format::Toml).unwrap_err();
    assert_eq!(errors.get("fields"), Some("Bildfläche is listed twice."));
}

#[rstest]
#[tokio::test]
async fn search_finds_names_in_any_spelling(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    users::create(portal, actor, new_user("Jürgen Strauß", "ju\u{308}rgen@bücher.example"))
        .await
        .unwrap();
    let consumer = test.create_consumer(actor, "Ｗebsite Größe").await;
    let token = new_token(&consumer.value, "Ju\u{308}rgen STRAUSS", "Contentful");
    tokens::create(portal, actor, token).await.unwrap();
    for search in [
        "JU\u{308}RGEN",
        "strauss",
        "Strauß",
        "rgen@bu\u{308}cher",
        "BÜCHER.example",
        "STRAU\u{1e9e}",
    ] {
        let found = users::suggest(portal, actor, Right::CreateApiTokens, search)
            .await
            .unwrap();
        assert_eq!(found.len(), 1, "{search}");
        let query = TokenQuery {
            search: search.to_owned(),
            ..TokenQuery::default()
        };
        assert_eq!(tokens::list(portal, actor, &query).await.unwrap().total, 1, "{search}");
    }
    for (search, total) in [("gro\u{308}sse", 1), ("grosse", 0), ("", 1), ("\u{200b}", 1)] {
        let query = TokenQuery {
            search: search.to_owned(),
            ..TokenQuery::default()
        };
        assert_eq!(
            tokens::list(portal, actor, &query).await.unwrap().total,
            total,
            "{search}"
        );
    }
    settings::save(portal, actor, 0, &Edit::RemoteLogging(true))
        .await
        .unwrap();
    let connector = identify(&test, &ada, "xpxm/9").await;
    let record = SubmittedLog {
        level: "info".to_owned(),
        message: "Bildfla\u{308}che not found in STRASSE".to_owned(),
        ..SubmittedLog::default()
    };
    remote_logs::accept(portal, &connector, vec![Ok(record)], None)
        .await
        .unwrap();
    for (search, count) in [("bildfläche", 1), ("Straße", 1), ("bildflache", 0)] {
        let filter = LogFilter {
            search: search.to_owned(),
            ..LogFilter::default()
        };
        let found = remote_logs::list(portal, actor, &filter).await.unwrap();
        assert_eq!(found.records.len(), count, "{search}");
    }
}

#[rstest]
#[tokio::test]
async fn delete_confirmation_accepts_either_unicode_form(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let consumer = test.create_consumer(actor, "Bildfla\u{308}che").await.value;
    assert_eq!(consumer.name, "Bildfläche");
    validation_error(
        consumers::delete(portal, actor, consumer.id, "bildfläche").await,
        "name",
    );
    consumers::delete(portal, actor, consumer.id, "Bildfla\u{308}che")
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn similar_emails_belong_to_different_users(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    for (one, other) in [
        ("maſter@example.com", "master@example.com"),
        ("\u{212a}elvin@example.com", "kelvin@example.com"),
        ("straße@example.com", "strasse@example.com"),
        ("İpek@example.com", "ipek@example.com"),
        ("ıris@example.com", "iris@example.com"),
        ("Ärger@example.com", "ärger@example.com"),
    ] {
        let first = users::create(portal, actor, new_user("One", one)).await.unwrap();
        let rejected = sign_in::sign_in(portal, other, PASSWORD, &browser_at("192.0.2.1")).await;
        assert!(rejected.is_err(), "{other} signs in as {one}");
        let second = users::create(portal, actor, new_user("Other", other)).await.unwrap();
        assert_ne!(first, second);
        for (email, id) in [(one, first), (other, second)] {
            let browser = test.sign_in(email).await;
            assert_eq!(browser.actor.user().unwrap().id, id, "{email}");
            assert_eq!(users::get(portal, actor, email).await.unwrap().id, id, "{email}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn equivalent_spellings_of_email_belong_to_one_user(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let stored = "Zoe\u{308}@BÜCHER.example";
    let id = users::create(portal, actor, new_user("Zoë", stored)).await.unwrap();
    for typed in [
        "zoë@bücher.example",
        "ZOë@xn--bcher-kva.EXAMPLE",
        "zoe\u{308}@bu\u{308}cher.example",
    ] {
        let twice = users::create(portal, actor, new_user("Zoe", typed)).await;
        assert_eq!(validation_error(twice, "email"), "This email is already in use.");
        let browser = test.sign_in(typed).await;
        assert_eq!(browser.actor.user().unwrap().id, id);
        // The email is kept as the user entered it, in NFC.
        assert_eq!(browser.actor.user().unwrap().email, "Zoë@BÜCHER.example");
    }
}
