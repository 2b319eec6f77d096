use domain::accounts::NewAccount;
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use domain::integration::implementations::Connector;
use domain::integration::remote_logs::{LogFilter, SubmittedLog};
use domain::integration::settings::{Edit, FieldForm, FieldOverride, Saved};
use domain::oauth1::consumers::ConsumerForm;
use domain::oauth1::integration_types;
use domain::oauth1::tokens::TokenQuery;
use domain::oauth2::oauth_apps::{AppForm, SecretForm};
use portal::accounts::{profiles, users};
use portal::auth::sign_in;
use portal::integration::connectors::{self, ConnectorIdentity};
use portal::integration::{api_keys, implementations, remote_logs, requested_fields, settings};
use portal::oauth1::{consumers, tokens};
use portal::oauth2::oauth_apps;
use portal::oauth2::oauth_apps::secrets;
use portal::{Error, accounts};
use rstest::rstest;
use testing::{ADA, Browser, Engine, PASSWORD, TestPortal, client, new_token, validation_error};

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

/// Names that are invisible, or look different from what they contain.
const DECEPTIVE: [&str; 22] = [
    "Photos\u{202e}",
    "\u{202d}Photos",
    "a\u{2066}b\u{2069}",
    "a\u{200e}",
    "a\u{200f}b",
    "a\u{61c}b",
    "\u{200b}",
    "Website\u{200b}",
    "Web\u{200c}site",
    "Website\u{200d}",
    "\u{3164}",
    "\u{ffa0}",
    "\u{115f}",
    "\u{2800}",
    "Web\u{ad}site",
    "\u{feff}Website",
    "Web\u{2060}site",
    "A\u{fe0f}",
    "A\u{e0041}",
    "\u{301}a",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "é\u{85}x\u{90}",
];

fn field(name: &str) -> Edit {
    Edit::Field(FieldForm {
        field: name.to_owned(),
        term_source: FieldOverride::CUSTOM.to_owned(),
        term: "cat".to_owned(),
        ..FieldForm::default()
    })
}

fn app_form(name: &str) -> AppForm {
    AppForm {
        name: name.to_owned(),
        grant: "client_credentials".to_owned(),
        user: ADA.to_owned(),
        redirect_uris: String::new(),
        scopes: vec!["asset:read".to_owned()],
    }
}

fn new_user(name: &str, email: &str) -> NewUser {
    NewUser {
        name: name.to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        profile: "Administrator".to_owned(),
    }
}

async fn identify(test: &TestPortal, ada: &Browser, connector: &str) -> ConnectorIdentity {
    let key = api_keys::show(&test.portal, &ada.actor).await.unwrap();
    let connector = Connector::parse(connector).ok();
    let caller = connectors::authenticate(&test.portal, key.expose(), connector).await;
    caller.unwrap().unwrap()
}

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
async fn consumer_or_app_that_looks_like_another_is_refused(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let consumer = |name: &str| ConsumerForm { name: name.to_owned() };
    let message = "This name looks like “Website”. Choose a name that people can tell apart.";
    let website = consumers::create(portal, actor, consumer("Website"))
        .await
        .unwrap()
        .value;
    oauth_apps::create(portal, actor, app_form("Website")).await.unwrap();
    for alike in ["W\u{435}bsite", "Webs\u{456}te", "w\u{435}bsit\u{435}"] {
        let created = consumers::create(portal, actor, consumer(alike)).await;
        assert_eq!(validation_error(created, "name"), message, "{alike}");
        let created = oauth_apps::create(portal, actor, app_form(alike)).await;
        assert_eq!(validation_error(created, "name"), message, "{alike}");
    }
    for different in ["Сайт", "日本 Photos", "Ωmega", "Bildfläche"] {
        consumers::create(portal, actor, consumer(different)).await.unwrap();
        let app = oauth_apps::create(portal, actor, app_form(different)).await.unwrap();
        let renamed = oauth_apps::update(portal, actor, app.id, app_form("W\u{435}bsite"), true).await;
        assert_eq!(validation_error(renamed, "name"), message);
    }
    // A name may be changed to one that looks like its own.
    consumers::rename(portal, actor, website.id, consumer("W\u{435}bsite"))
        .await
        .unwrap();
    let other = consumers::create(portal, actor, consumer("Other")).await.unwrap().value;
    let renamed = consumers::rename(portal, actor, other.id, consumer("Website")).await;
    validation_error(renamed, "name");
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
        let refused = sign_in::sign_in(portal, other, PASSWORD, &client("192.0.2.1")).await;
        assert!(refused.is_err(), "{other} signs in as {one}");
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

#[rstest]
#[tokio::test]
async fn deceptive_name_is_refused_everywhere(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let consumer = test.create_consumer(actor, "Website").await.value;
    let created = oauth_apps::create(portal, actor, app_form("Website")).await.unwrap();
    identify(&test, &ada, "xpxm/9").await;
    let seen = implementations::list(portal, actor).await.unwrap()[0].id;
    for name in DECEPTIVE {
        let input = ConsumerForm { name: name.to_owned() };
        let message = validation_error(consumers::create(portal, actor, input.clone()).await, "name");
        assert!(message.ends_with('.') && !message.contains(name), "{message}");
        validation_error(consumers::rename(portal, actor, consumer.id, input).await, "name");
        validation_error(oauth_apps::create(portal, actor, app_form(name)).await, "name");
        validation_error(
            oauth_apps::update(portal, actor, created.id, app_form(name), false).await,
            "name",
        );
        let secret = SecretForm {
            note: name.to_owned(),
            days: String::new(),
        };
        validation_error(
            secrets::add(portal, actor, created.id, secret).await.map(|_| ()),
            "note",
        );
        validation_error(profiles::create(portal, actor, name, Rights::all()).await, "name");
        validation_error(
            users::create(portal, actor, new_user(name, "eve@example.com")).await,
            "name",
        );
        let email = format!("{name}@example.com");
        validation_error(users::create(portal, actor, new_user("Eve", &email)).await, "email");
        let mut token = new_token(&consumer, ADA, integration_types::OTHER);
        token.integration_name = name.to_owned();
        validation_error(
            tokens::create(portal, actor, token).await.map(|_| ()),
            "integration_name",
        );
        validation_error(implementations::rename(portal, actor, seen, name).await, "name");
        validation_error(settings::save(portal, actor, 0, &field(name)).await, "field");
        let account = NewAccount {
            account_name: name.to_owned(),
            name: "Eve".to_owned(),
            email: "eve@example.com".to_owned(),
            password: PASSWORD.to_owned(),
        };
        validation_error(accounts::create(portal, account).await, "account_name");
        let file = format!("{{\"fields\": [{{\"field\": {}}}]}}", serde_json::json!(name));
        assert!(
            settings::file::parse(&file, settings::file::Format::Json).is_err(),
            "{name:?}"
        );
    }
    assert_eq!(consumers::list(portal, actor).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn connector_with_deceptive_name_works_and_is_shown_sanitized(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    identify(&test, &ada, "xpxm/9; instance=\"Shop\"").await;
    let connector = identify(&test, &ada, "xpxm/9; instance=\"Shop\u{202e}\"").await;
    let mut names: Vec<String> = implementations::list(portal, actor)
        .await
        .unwrap()
        .into_iter()
        .map(|seen| seen.connector.instance)
        .collect();
    names.sort();
    assert_eq!(names, ["Shop", "Shop\u{fffd}"]);
    settings::save(portal, actor, 0, &field("Hero")).await.unwrap();
    for name in ["He\u{200b}ro", "Hero\u{202e}"] {
        let found = connectors::field(portal, &connector, name).await.unwrap();
        assert_eq!((found.configured, found.field.as_str()), (true, "Hero"));
    }
    for name in ["Tea\u{200b}ser", "\u{3164}", "\u{301}", "Teaser"] {
        connectors::field(portal, &connector, name).await.unwrap();
    }
    assert_eq!(requested_fields::list(portal, actor).await.unwrap(), ["Teaser"]);
}

#[rstest]
#[tokio::test]
async fn names_in_all_scripts_are_preserved(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    for name in [
        "O’Neill & Söhne – № 1",
        "می\u{200c}خواهم",
        "ශ්\u{200d}රී ලංකා",
        "അവന്\u{200d}",
        "שָׁלוֹם",
        "👩\u{200d}🚀 Team",
        "葛\u{e0100}飾区",
        "한글",
        "ไม้เท้า",
    ] {
        let consumer = test.create_consumer(actor, name).await.value;
        assert_eq!(consumer.name, domain::unicode::nfc(name));
        assert!(matches!(
            consumers::delete(portal, actor, consumer.id, "another").await,
            Err(Error::Invalid(_))
        ));
        consumers::delete(portal, actor, consumer.id, name).await.unwrap();
    }
}
