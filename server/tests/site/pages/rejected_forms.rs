//! Tests that a form that was rejected without JavaScript is shown again with what the user entered, except for secrets.

use crate::test_site::{EMAIL, PASSWORD, TestSite, header, with_page_data};
use domain::integration::api_keys::Overlap;
use domain::oauth1::consumers::ConsumerForm;
use domain::oauth2::oauth_apps::AppForm;
use portal::accounts;
use portal::integration::api_keys;
use portal::oauth1::consumers;
use portal::oauth2::oauth_apps;
use rstest::rstest;
use server::config::Overrides;
use testing::Engine;

/// Submits a form that is rejected, and returns the URL that shows it again and that page.
async fn submit_rejected(site: &TestSite, cookie: &str, action: &str, fields: &[(&str, &str)]) -> (String, String) {
    let request = site.post(action, fields).header("cookie", cookie);
    let response = request.send().await.unwrap();
    let url = header(&response, "location").to_owned();
    assert!(url.contains("__err="), "{url}");
    let page = site.get(&url, Some(cookie)).await.text().await.unwrap();
    (url, page)
}

/// Returns the start tag of the first element with this attribute.
fn start_tag<'a>(page: &'a str, attribute: &str) -> &'a str {
    let tags = page.split('<').filter_map(|part| part.split_once('>'));
    tags.map(|(tag, _)| tag)
        .find(|tag| tag.contains(&format!(" {attribute}")))
        .unwrap_or_else(|| panic!("no {attribute} in {page}"))
}

/// Returns the dialog with this title, if the page shows it.
fn dialog<'a>(page: &'a str, title: &str) -> Option<&'a str> {
    let dialogs = page
        .split("<dialog")
        .skip(1)
        .filter_map(|part| part.split_once("</dialog>"));
    let mut dialogs = dialogs.map(|(dialog, _)| dialog);
    dialogs.find(|dialog| dialog.contains(title))
}

#[rstest]
#[tokio::test]
async fn forms_of_a_consumer_keep_the_input_but_no_private_key(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let create = async |name: &str| {
        let form = ConsumerForm { name: name.to_owned() };
        consumers::create(portal, &operator, form).await.unwrap().value.id
    };
    create("Intranet").await;
    let id = create("Website").await.to_string();
    let path = format!("/settings/portal/api-tokens/consumers/{id}");
    let cookie = site.sign_in().await;

    let fields = [("consumer", id.as_str()), ("name", "intranet")];
    let (url, page) = submit_rejected(&site, &cookie, "/fn/consumers/rename", &fields).await;
    assert!(
        url.starts_with(&format!("{path}?form=rename&name=intranet&__")),
        "{url}"
    );
    assert!(page.contains("This name is already in use."), "{page}");
    assert!(start_tag(&page, "id=\"name\"").contains("value=\"intranet\""), "{page}");

    let private_key = "-----BEGIN PRIVATE KEY-----\r\nhush\r\n-----END PRIVATE KEY-----";
    let public_key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
    for (key, legacy_flow, query) in [
        (private_key, true, "form=signing&legacy_flow=true&__"),
        (public_key, false, "form=signing&rsa_public_key=-----BEGIN%20"),
    ] {
        let mut fields = vec![("consumer", id.as_str()), ("rsa_public_key", key)];
        if legacy_flow {
            fields.push(("legacy_flow", "true"));
        }
        let (url, page) = submit_rejected(&site, &cookie, "/fn/consumers/set-signing", &fields).await;
        assert!(url.starts_with(&format!("{path}?{query}")), "{url}");
        let page = with_page_data(page);
        assert!(!url.contains("hush") && !page.contains("hush"), "{url}");
        assert_eq!(page.contains(public_key), key == public_key, "{page}");
        let checkbox = start_tag(&page, "name=\"legacy_flow\"");
        assert_eq!(checkbox.contains("checked"), legacy_flow, "{checkbox}");
    }
}

#[rstest]
#[tokio::test]
async fn deletion_keeps_a_wrong_name_but_a_link_fills_in_no_correct_one(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let name = "Website".to_owned();
    let consumer = consumers::create(portal, &operator, ConsumerForm { name: name.clone() });
    let consumer = consumer.await.unwrap().value.id.to_string();
    let app = AppForm {
        name,
        grant: "public".to_owned(),
        user: String::new(),
        redirect_uris: "https://app.example.com/cb".to_owned(),
        scopes: vec!["asset:read".to_owned()],
    };
    let app = oauth_apps::create(portal, &operator, app).await.unwrap().id.to_string();
    let cookie = site.sign_in().await;
    for (action, field, id, path) in [
        (
            "/fn/consumers/delete",
            "consumer",
            &consumer,
            "/settings/portal/api-tokens/consumers",
        ),
        ("/fn/oauth-apps/delete", "app", &app, "/settings/portal/oauth-apps"),
    ] {
        let fields = [(field, id.as_str()), ("name", "website")];
        let (url, page) = submit_rejected(&site, &cookie, action, &fields).await;
        assert!(
            url.starts_with(&format!("{path}/{id}?dialog=delete&confirm=website&__")),
            "{url}"
        );
        let input = start_tag(&page, "id=\"confirm\"");
        assert!(input.contains("value=\"website\""), "{input}");

        let link = format!("{path}/{id}?dialog=delete&confirm=Website");
        let page = site.get(&link, Some(&cookie)).await.text().await.unwrap();
        let input = start_tag(&page, "id=\"confirm\"");
        assert!(!input.contains("value="), "{input}");
    }
}

#[rstest]
#[tokio::test]
async fn rotation_of_the_api_key_keeps_the_selected_duration(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let cookie = site.sign_in().await;
    let fields = [("current", "0192f0c1-2b3c-7d4e-8f90-123456789abc"), ("overlap", "day")];
    let (url, page) = submit_rejected(&site, &cookie, "/fn/integration/rotate-api-key", &fields).await;
    assert!(url.starts_with("/integration?dialog=rotate&overlap=day&__"), "{url}");
    assert!(page.contains("Someone else has just rotated the key."), "{page}");
    for overlap in ["week", "month", "day", "hour", "none"] {
        let radio = start_tag(&page, &format!("value=\"{overlap}\""));
        assert_eq!(radio.contains("checked"), overlap == "day", "{radio}");
    }
}

#[rstest]
#[tokio::test]
async fn rotation_while_the_previous_key_is_active_shows_the_error(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let current = api_keys::get(portal, &operator).await.unwrap().current.id;
    api_keys::rotate(portal, &operator, current, Overlap::ALL[0])
        .await
        .unwrap();
    let cookie = site.sign_in().await;
    let fields = [("current", current.to_string()), ("overlap", "day".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (url, page) = submit_rejected(&site, &cookie, "/fn/integration/rotate-api-key", &fields).await;
    assert!(url.starts_with("/integration?dialog=rotate&overlap=day&__"), "{url}");
    let title = "Rotate the API key";
    let message = "The previous key is still active. Revoke it first";
    assert!(dialog(&page, title).unwrap().contains(message), "{page}");

    let page = site.get("/integration?dialog=rotate", Some(&cookie)).await;
    assert_eq!(dialog(&page.text().await.unwrap(), title), None);
}

#[rstest]
#[tokio::test]
async fn disconnecting_an_app_that_is_not_connected_shows_the_error(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let cookie = site.sign_in().await;
    let id = "0192f0c1-2b3c-7d4e-8f90-123456789abc";
    let (url, page) = submit_rejected(&site, &cookie, "/fn/connected-apps/disconnect", &[("app", id)]).await;
    let dialog_url = format!("/connected-apps?disconnect={id}");
    assert!(url.starts_with(&format!("{dialog_url}&__")), "{url}");
    let title = "Disconnect this app?";
    let message = "This app doesn’t exist or was deleted.";
    assert!(dialog(&page, title).unwrap().contains(message), "{page}");

    let page = site.get(&dialog_url, Some(&cookie)).await;
    assert_eq!(dialog(&page.text().await.unwrap(), title), None);
}

#[rstest]
#[tokio::test]
async fn setup_keeps_the_input_except_for_the_code_and_the_password(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::empty(engine, Overrides::default()).await;
    let fields = [
        ("code", "ABCDE-FGHJK-LMNPQ-RSTUV"),
        ("account_name", "Northwind"),
        ("name", "Ada Lovelace"),
        ("email", EMAIL),
        ("password", PASSWORD),
    ];
    let (url, page) = submit_rejected(&site, "", "/fn/setup/complete", &fields).await;
    let query = "account_name=Northwind&name=Ada%20Lovelace&email=ada%40example.com&__";
    assert!(url.starts_with(&format!("/setup?{query}")), "{url}");
    for (name, value) in fields {
        let is_kept = !["code", "password"].contains(&name);
        let input = start_tag(&page, &format!("id=\"{name}\""));
        assert_eq!(input.contains(&format!("value=\"{value}\"")), is_kept, "{input}");
        assert_eq!(page.contains(value), is_kept, "{name}");
    }
}

#[rstest]
#[tokio::test]
async fn change_of_the_password_shows_its_errors_and_no_password(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let cookie = site.sign_in().await;
    let new = "tunnel of seven lanterns";
    let change = async |current: &str, password: &str, field: &str, message: &str| {
        let fields = [("current_password", current), ("password", password)];
        let (url, page) = submit_rejected(&site, &cookie, "/fn/password/change", &fields).await;
        assert!(url.starts_with("/password?__"), "{url}");
        let error = page
            .split(&format!("id=\"{field}-error\""))
            .nth(1)
            .expect("an error at the field");
        assert!(error.split("</p>").next().unwrap().contains(message), "{error}");
        for secret in [current, password] {
            assert!(!url.contains(secret) && !page.contains(secret), "{url}");
        }
    };
    let wrong = "This isn’t your current password.";
    change("wrong-hush", new, "current_password", wrong).await;
    change(PASSWORD, "short-hush", "password", "Use at least 12 characters.").await;
    let same = "Choose a password that differs from the current one.";
    change(PASSWORD, PASSWORD, "password", same).await;

    let other = site.sign_in().await;
    let fields = [("current_password", PASSWORD), ("password", new)];
    let request = site.post("/fn/password/change", &fields).header("cookie", &cookie);
    let response = request.send().await.unwrap();
    assert_eq!(header(&response, "location"), "/password?changed=true");
    let page = site
        .get("/password?changed=true", Some(&cookie))
        .await
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("Password changed. Your other sessions were ended."),
        "{page}"
    );
    assert_eq!(site.get("/settings", Some(&other)).await.status(), 303);
}
