use domain::accounts::NewAccount;
use domain::accounts::rights::Rights;
use domain::oauth1::consumers::ConsumerForm;
use domain::oauth1::integration_types;
use domain::oauth2::oauth_apps::{AppForm, SecretForm};
use portal::accounts::{profiles, users};
use portal::integration::connectors::{self};
use portal::integration::{implementations, requested_fields, settings};
use portal::oauth1::{consumers, tokens};
use portal::oauth2::oauth_apps;
use portal::oauth2::oauth_apps::secrets;
use portal::{Error, accounts};
use rstest::rstest;
use std::sync::Arc;
use testing::{ADA, Engine, PASSWORD, TestPortal, new_token, validation_error};

use super::{app_form, field, identify, new_user};

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

#[rstest]
#[tokio::test]
async fn consumer_or_app_that_looks_like_another_is_rejected(
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
    // Two names that were stored at the same time keep their other settings editable.
    test.execute("update oauth_apps set name = 'W\u{435}bsite', name_key = 'stored at once' where name = 'Сайт'")
        .await;
    let apps = oauth_apps::list(portal, actor).await.unwrap();
    let stored = apps.iter().find(|app| app.name == "W\u{435}bsite").unwrap();
    oauth_apps::update(portal, actor, stored.id, app_form("W\u{435}bsite"), true)
        .await
        .unwrap();
    // A name may be changed to one that looks like its own.
    consumers::rename(portal, actor, website.id, consumer("W\u{435}bsite"))
        .await
        .unwrap();
    let other = consumers::create(portal, actor, consumer("Other")).await.unwrap().value;
    let renamed = consumers::rename(portal, actor, other.id, consumer("Website")).await;
    validation_error(renamed, "name");
}

/// Returns eight names that look like “Website”: each has other letters replaced by Cyrillic ones.
fn lookalikes() -> Vec<String> {
    let letter = |replaced: bool, latin: &'static str, cyrillic: &'static str| if replaced { cyrillic } else { latin };
    (0..8)
        .map(|letters| {
            [
                "W",
                letter(letters & 1 != 0, "e", "\u{435}"),
                "bs",
                letter(letters & 2 != 0, "i", "\u{456}"),
                "t",
                letter(letters & 4 != 0, "e", "\u{435}"),
            ]
            .concat()
        })
        .collect()
}

#[rstest]
#[tokio::test]
async fn concurrent_create_of_names_that_look_alike_creates_one_in_each_account(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let charles = "charles@example.com";
    let browsers = [
        (test.set_up().await, ADA),
        (
            test.create_account("Difference Engines", "Charles", charles).await,
            charles,
        ),
    ];
    let mut attempts = Vec::new();
    for name in lookalikes() {
        for (browser, email) in &browsers {
            let (portal, actor) = (test.portal.clone(), Arc::clone(&browser.actor));
            let consumer = ConsumerForm { name: name.clone() };
            let app = AppForm {
                user: (*email).to_owned(),
                ..app_form(&name)
            };
            attempts.push(tokio::spawn(async move {
                tokio::join!(
                    async { consumers::create(&portal, &actor, consumer).await.map(|_| ()) },
                    async { oauth_apps::create(&portal, &actor, app).await.map(|_| ()) },
                )
            }));
        }
    }
    for attempt in attempts {
        let (consumer, app) = attempt.await.unwrap();
        for rejected in [consumer, app].into_iter().filter(Result::is_err) {
            let message = validation_error(rejected, "name");
            assert!(message.starts_with("This name looks like “"), "{message}");
        }
    }
    for (browser, _) in &browsers {
        let consumers = consumers::list(&test.portal, &browser.actor).await.unwrap();
        let apps = oauth_apps::list(&test.portal, &browser.actor).await.unwrap();
        assert_eq!((consumers.len(), apps.len()), (1, 1));
    }
}

#[rstest]
#[tokio::test]
async fn concurrent_rename_to_names_that_look_alike_renames_one(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let mut attempts = Vec::new();
    for (number, name) in lookalikes().into_iter().enumerate() {
        let consumer = test.create_consumer(&ada.actor, &format!("Shop {number}")).await.value;
        let (portal, actor) = (test.portal.clone(), Arc::clone(&ada.actor));
        attempts.push(async move { consumers::rename(&portal, &actor, consumer.id, ConsumerForm { name }).await });
    }
    let mut renamed = 0;
    for attempt in attempts.into_iter().map(tokio::spawn).collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(()) => renamed += 1,
            rejected => {
                validation_error(rejected, "name");
            }
        }
    }
    assert_eq!(renamed, 1);
}

#[rstest]
#[tokio::test]
async fn deceptive_name_is_rejected_everywhere(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
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
