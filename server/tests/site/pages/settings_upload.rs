//! Tests download and upload of the settings file through the pages.

use crate::test_program::TestProgram;
use crate::test_site::{PASSWORD, TestSite, form, header};
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use domain::coded_enum::CodedEnum;
use domain::integration::selector::{AssetType, Options};
use domain::integration::settings::{
    Edit, FieldSettings, MAX_FIELD_NAME_CHARS, MAX_FIELDS, MAX_SEARCH_TERM_CHARS, Settings,
};
use portal::accounts;
use portal::accounts::{profiles, users};
use portal::integration::settings;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::Value;
use server::config::Overrides;
use server::middleware::{MAX_FORM_BYTES, MAX_SETTINGS_FORM_BYTES};
use testing::Engine;

const PREVIEW: &str = "/fn/integration/preview-file";
const APPLY: &str = "/fn/integration/apply-file";

fn settings_with_fields(count: usize, name: usize, term: usize) -> Settings {
    let field = |number: usize| FieldSettings {
        field: format!("{number:04}{}", "\u{20000}".repeat(name)),
        options: Options {
            default_search_term: Some("\u{20001}".repeat(term)),
            asset_types: Some(AssetType::ALL.iter().copied().collect()),
            ..Options::default()
        },
    };
    Settings {
        fields: (0..count).map(field).collect(),
        ..Settings::default()
    }
}

async fn save(site: &TestSite, base: i64, settings: Settings) {
    let operator = accounts::operator(&site.app.portal, None).await.unwrap();
    let edit = Edit::Replace(Box::new(settings));
    settings::save(&site.app.portal, &operator, base, &edit).await.unwrap();
}

/// Converts line breaks as a browser does when it submits a text area.
fn with_crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

#[rstest]
#[tokio::test]
async fn downloaded_settings_file_can_be_uploaded_without_javascript(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let cookie = site.sign_in().await;
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let response = site.post(path, fields).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FOUND, "{engine:?}");
        header(&response, "location").to_owned()
    };
    let page = async |path: &str| site.get(path, Some(&cookie)).await.text().await.unwrap();
    save(&site, 0, settings_with_fields(MAX_FIELDS, 20, 3)).await;
    for (name, revision) in [("settings.toml", 3), ("settings.json", 5)] {
        let file = page(&format!("/integration/{name}")).await;
        let location = post(PREVIEW, &[("name", name), ("text", &with_crlf(&file))]).await;
        let preview_page = page(&location).await;
        assert!(
            preview_page.contains("No differences from the current settings"),
            "{name} {engine:?}: {location}"
        );

        save(&site, revision - 2, Settings::default()).await;
        let location = post(PREVIEW, &[("name", name), ("text", &with_crlf(&file))]).await;
        let preview_page = page(&location).await;
        assert!(
            preview_page.contains("Changes in this file"),
            "{name} {engine:?}: {location}"
        );
        assert!(preview_page.len() < 1024 * 1024, "{}", preview_page.len());
        let (_, upload) = location.split_once("upload=").unwrap();
        let base = (revision - 1).to_string();
        let location = post(APPLY, &[("base", &base), ("upload", upload)]).await;
        assert_eq!(location, format!("/integration/history?saved={revision}"));
        assert!(page(&format!("/integration/{name}")).await == file, "{name} {engine:?}");
        assert!(page(&location).await.contains("Saved as revision"), "{name} {engine:?}");
    }
}

#[rstest]
#[tokio::test]
async fn downloaded_settings_file_can_be_uploaded_with_javascript(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let cookie = site.sign_in().await;
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let request = site.request(Method::POST, path).header("accept", "application/json");
        let request = request.header("origin", site.origin()).header("cookie", &cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(form(fields)).send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{engine:?} {text}");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let file = portal::integration::settings::file::print(
        &settings_with_fields(1_500, 20, 3),
        portal::integration::settings::file::Format::Toml,
    );
    assert!(file.len() > MAX_FORM_BYTES);
    let preview = post(PREVIEW, &[("name", "settings.toml"), ("text", &file)]).await;
    assert_eq!(preview["comparison"]["total"], 1_500 * 3);
    let upload = preview["upload"].as_str().unwrap();
    let saved = post(APPLY, &[("base", "0"), ("upload", upload)]).await;
    assert_eq!(saved["New"], 1);
    let downloaded = site.get("/integration/settings.toml", Some(&cookie)).await;
    assert!(downloaded.text().await.unwrap() == file);
}

#[tokio::test]
async fn longest_settings_file_fits_into_a_form() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    let settings = settings_with_fields(MAX_FIELDS, MAX_FIELD_NAME_CHARS - 4, MAX_SEARCH_TERM_CHARS)
        .validate()
        .unwrap();
    let file = portal::integration::settings::file::print(&settings, portal::integration::settings::file::Format::Json);
    let body = form(&[("name", "settings.json"), ("text", &with_crlf(&file))]);
    assert!(
        (20 * 1024 * 1024..MAX_SETTINGS_FORM_BYTES).contains(&body.len()),
        "{}",
        body.len()
    );
    let request = site.request(Method::POST, PREVIEW).header("accept", "application/json");
    let request = request.header("origin", site.origin()).header("cookie", &cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let preview: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(preview["comparison"]["total"], MAX_FIELDS * 3);
}

#[tokio::test]
async fn invalid_settings_file_is_shown_again_with_its_errors() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    let text = "[global]\nhideLimited = true\n";
    let response = site.post(PREVIEW, &[("text", text)]).header("cookie", &cookie);
    let response = response.send().await.unwrap();
    let location = header(&response, "location").to_owned();
    let page = site.get(&location, Some(&cookie)).await.text().await.unwrap();
    assert!(page.contains("global.hideLimited"), "{page}");
    assert!(page.contains("hideLimited = true"), "{page}");
    let (_, upload) = location.split_once("upload=").unwrap();
    let upload = upload.split('&').next().unwrap();
    let again = [("base", "0"), ("upload", upload)];
    let response = site.post(APPLY, &again).header("cookie", &cookie).send().await.unwrap();
    assert!(header(&response, "location").contains("__err="), "{response:?}");
    for unknown_upload in ["", "nonsense", "0192f0c1-2b3c-7d4e-8f90-123456789abc"] {
        let request = site.request(Method::POST, APPLY).header("accept", "application/json");
        let request = request.header("origin", site.origin()).header("cookie", &cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request
            .body(form(&[("base", "0"), ("upload", unknown_upload)]))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::CONFLICT, "{unknown_upload}");
    }
}

#[tokio::test]
async fn large_settings_upload_requires_manage_integration_right() {
    let site = TestSite::start_with(Engine::Sqlite, Overrides::default()).await;
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let without_right = Rights::all().without(Right::ManageIntegration);
    profiles::create(portal, &operator, "Editors", without_right)
        .await
        .unwrap();
    let eve = NewUser {
        name: "Eve".to_owned(),
        email: "eve@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        profile: "Editors".to_owned(),
    };
    users::create(portal, &operator, eve).await.unwrap();
    let fields = [("email", "eve@example.com"), ("password", PASSWORD), ("next", "")];
    let signed_in = site.post("/fn/session/sign-in", &fields).send().await.unwrap();
    let eve = crate::test_site::session_cookie(&signed_in).unwrap();
    let ada = site.sign_in().await;
    let send = async |path: &str, cookie: &str, length: usize| {
        let text = "#".repeat(length);
        let request = site.request(Method::POST, path).header("accept", "application/json");
        let request = request.header("origin", site.origin()).header("cookie", cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(format!("text={text}")).send().await.unwrap().status()
    };
    assert_eq!(send(PREVIEW, &ada, MAX_FORM_BYTES).await, StatusCode::OK);
    assert_eq!(send(PREVIEW, &eve, MAX_FORM_BYTES).await, StatusCode::FORBIDDEN);
    assert_eq!(send(PREVIEW, "", MAX_FORM_BYTES).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(APPLY, &ada, MAX_FORM_BYTES).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        send(PREVIEW, &ada, MAX_SETTINGS_FORM_BYTES).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[test]
fn longest_settings_export_can_be_applied_again() {
    let program = TestProgram::new();
    program.create_account();
    let settings = settings_with_fields(MAX_FIELDS, MAX_FIELD_NAME_CHARS - 4, MAX_SEARCH_TERM_CHARS)
        .validate()
        .unwrap();
    for format in portal::integration::settings::file::Format::ALL {
        let file = portal::integration::settings::file::print(&settings, format);
        let applied = program.run(&["settings", "apply", "-", "--yes"], &file);
        assert_eq!(applied.status, 0, "{}", applied.stderr);
        let exported = program
            .run(&["settings", "export", "--format", format.code()], "")
            .stdout;
        assert!(exported.trim_end() == file.trim_end(), "{format:?}");
    }
}
