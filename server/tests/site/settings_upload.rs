//! The settings as a file, downloaded and sent back through the pages.

use crate::program::Program;
use crate::support::{Engine, PASSWORD, Site, engines, form, header};
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use domain::integration::selector::{AssetType, Options};
use domain::integration::settings::{Edit, FieldSettings, MAX_FIELD, MAX_FIELDS, MAX_TERM, Settings};
use portal::accounts;
use portal::accounts::{profiles, users};
use portal::integration::settings;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use server::config::Overrides;
use server::middleware::{MAX_FORM, MAX_SETTINGS_FORM};

const PREVIEW: &str = "/fn/integration/preview-file";
const APPLY: &str = "/fn/integration/apply-file";

fn fields(count: usize, name: usize, term: usize) -> Settings {
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

async fn save(site: &Site, base: i64, settings: Settings) {
    let operator = accounts::operator(&site.app.portal, None).await.unwrap();
    let edit = Edit::Whole(Box::new(settings));
    settings::save(&site.app.portal, &operator, base, &edit).await.unwrap();
}

/// What a browser sends of what is in a text area.
fn typed(text: &str) -> String {
    text.replace('\n', "\r\n")
}

#[tokio::test]
async fn a_downloaded_file_is_taken_back_whole_without_script() {
    for engine in engines() {
        let site = Site::start_with(engine, Overrides::default()).await;
        let cookie = site.sign_in().await;
        let post = async |path: &str, fields: &[(&str, &str)]| {
            let answer = site.post(path, fields).header("cookie", &cookie).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FOUND, "{engine:?}");
            header(&answer, "location").to_owned()
        };
        let page = async |path: &str| site.get(path, Some(&cookie)).await.text().await.unwrap();
        save(&site, 0, fields(MAX_FIELDS, 20, 3)).await;
        for (name, revision) in [("settings.toml", 3), ("settings.json", 5)] {
            let file = page(&format!("/integration/{name}")).await;
            let there = post(PREVIEW, &[("name", name), ("text", &typed(&file))]).await;
            let shown = page(&there).await;
            assert!(shown.contains("Nothing would change"), "{name} {engine:?}: {there}");

            save(&site, revision - 2, Settings::default()).await;
            let there = post(PREVIEW, &[("name", name), ("text", &typed(&file))]).await;
            let shown = page(&there).await;
            assert!(shown.contains("This would change"), "{name} {engine:?}: {there}");
            assert!(shown.len() < 1024 * 1024, "{}", shown.len());
            let (_, upload) = there.split_once("upload=").unwrap();
            let base = (revision - 1).to_string();
            let there = post(APPLY, &[("base", &base), ("upload", upload)]).await;
            assert_eq!(there, format!("/integration/history?saved={revision}"));
            assert!(page(&format!("/integration/{name}")).await == file, "{name} {engine:?}");
            assert!(page(&there).await.contains("Saved as revision"), "{name} {engine:?}");
        }
    }
}

#[tokio::test]
async fn a_downloaded_file_is_taken_back_whole_with_script() {
    for engine in engines() {
        let site = Site::start_with(engine, Overrides::default()).await;
        let cookie = site.sign_in().await;
        let post = async |path: &str, fields: &[(&str, &str)]| {
            let request = site.request(Method::POST, path).header("accept", "application/json");
            let request = request.header("origin", site.origin()).header("cookie", &cookie);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let answer = request.body(form(fields)).send().await.unwrap();
            let status = answer.status();
            let text = answer.text().await.unwrap();
            assert_eq!(status, StatusCode::OK, "{engine:?} {text}");
            serde_json::from_str::<Value>(&text).unwrap()
        };
        let file = portal::integration::settings::file::print(
            &fields(1_500, 20, 3),
            portal::integration::settings::file::Format::Toml,
        );
        assert!(file.len() > MAX_FORM);
        let preview = post(PREVIEW, &[("name", "settings.toml"), ("text", &file)]).await;
        assert_eq!(preview["total"], 1_500 * 3);
        let upload = preview["upload"].as_str().unwrap();
        let saved = post(APPLY, &[("base", "0"), ("upload", upload)]).await;
        assert_eq!(saved["New"], 1);
        let kept = site.get("/integration/settings.toml", Some(&cookie)).await;
        assert!(kept.text().await.unwrap() == file);
    }
}

#[tokio::test]
async fn the_longest_file_fits_into_a_form() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    let settings = fields(MAX_FIELDS, MAX_FIELD - 4, MAX_TERM).checked().unwrap();
    let file = portal::integration::settings::file::print(&settings, portal::integration::settings::file::Format::Json);
    let body = form(&[("name", "settings.json"), ("text", &typed(&file))]);
    assert!(
        (20 * 1024 * 1024..MAX_SETTINGS_FORM).contains(&body.len()),
        "{}",
        body.len()
    );
    let request = site.request(Method::POST, PREVIEW).header("accept", "application/json");
    let request = request.header("origin", site.origin()).header("cookie", &cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let preview: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(preview["total"], MAX_FIELDS * 3);
}

#[tokio::test]
async fn a_file_that_is_wrong_comes_back_with_what_is_wrong() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    let text = "[global]\nhideLimited = true\n";
    let answer = site.post(PREVIEW, &[("text", text)]).header("cookie", &cookie);
    let answer = answer.send().await.unwrap();
    let there = header(&answer, "location").to_owned();
    let page = site.get(&there, Some(&cookie)).await.text().await.unwrap();
    assert!(page.contains("global.hideLimited"), "{page}");
    assert!(page.contains("hideLimited = true"), "{page}");
    let (_, upload) = there.split_once("upload=").unwrap();
    let upload = upload.split('&').next().unwrap();
    let again = [("base", "0"), ("upload", upload)];
    let answer = site.post(APPLY, &again).header("cookie", &cookie).send().await.unwrap();
    assert!(header(&answer, "location").contains("__err="), "{answer:?}");
    for gone in ["", "nonsense", "0192f0c1-2b3c-7d4e-8f90-123456789abc"] {
        let request = site.request(Method::POST, APPLY).header("accept", "application/json");
        let request = request.header("origin", site.origin()).header("cookie", &cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request
            .body(form(&[("base", "0"), ("upload", gone)]))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::CONFLICT, "{gone}");
    }
}

#[tokio::test]
async fn only_who_may_apply_a_file_may_send_a_large_one() {
    let site = Site::start_with(Engine::Sqlite, Overrides::default()).await;
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let fewer = Rights::all().without(Right::ManageIntegration);
    profiles::create(portal, &operator, "Editors", fewer).await.unwrap();
    let eve = NewUser {
        name: "Eve".to_owned(),
        email: "eve@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        profile: "Editors".to_owned(),
    };
    users::create(portal, &operator, eve).await.unwrap();
    let fields = [("email", "eve@example.com"), ("password", PASSWORD), ("next", "")];
    let signed_in = site.post("/fn/session/sign-in", &fields).send().await.unwrap();
    let eve = crate::support::cookie(&signed_in).unwrap();
    let ada = site.sign_in().await;
    let send = async |path: &str, cookie: &str, length: usize| {
        let text = "#".repeat(length);
        let request = site.request(Method::POST, path).header("accept", "application/json");
        let request = request.header("origin", site.origin()).header("cookie", cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(format!("text={text}")).send().await.unwrap().status()
    };
    assert_eq!(send(PREVIEW, &ada, MAX_FORM).await, StatusCode::OK);
    assert_eq!(send(PREVIEW, &eve, MAX_FORM).await, StatusCode::FORBIDDEN);
    assert_eq!(send(PREVIEW, "", MAX_FORM).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(APPLY, &ada, MAX_FORM).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        send(PREVIEW, &ada, MAX_SETTINGS_FORM).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[test]
fn the_command_line_takes_its_longest_export_back() {
    let program = Program::new();
    program.account();
    let settings = fields(MAX_FIELDS, MAX_FIELD - 4, MAX_TERM).checked().unwrap();
    for format in portal::integration::settings::file::Format::ALL {
        let file = portal::integration::settings::file::print(&settings, format);
        let applied = program.run(&["settings", "apply", "-", "--yes"], &file);
        assert_eq!(applied.status, 0, "{}", applied.err);
        let exported = program.run(&["settings", "export", "--format", format.code()], "").out;
        assert!(exported.trim_end() == file.trim_end(), "{format:?}");
    }
}
