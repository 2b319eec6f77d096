//! Tests the DAM connection, and downloads of settings files and thumbnails.

use crate::test_site::{EMAIL, TestSite};
use domain::accounts::rights::{Right, Rights};
use domain::coded_enum::CodedEnum;
use domain::integration::connection_test::{Outcome, StepKind};
use domain::integration::settings::{ConnectionForm, Edit, GlobalForm};
use domain::oauth2::oauth_apps::AppForm;
use domain::oauth2::scopes::Scope;
use portal::accounts::profiles;
use portal::integration::connection_test;
use portal::integration::settings::{self, SecretChange};
use portal::oauth2::oauth_apps;
use portal::{Secret, accounts};
use reqwest::StatusCode;

async fn status_head_body(response: reqwest::Response) -> (StatusCode, String, String) {
    let header = |name: &str| {
        let value = response.headers().get(name);
        value
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    let head = format!("{}; {}", header("content-type"), header("content-disposition"));
    (response.status(), head, response.text().await.unwrap())
}

#[tokio::test]
async fn connection_test_against_the_portals_own_oauth_app_gets_a_token() {
    let site = TestSite::start().await;
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let form = AppForm {
        name: "Connector".to_owned(),
        grant: "client_credentials".to_owned(),
        user: EMAIL.to_owned(),
        redirect_uris: String::new(),
        scopes: Scope::CONNECTOR.iter().map(|scope| scope.code().to_owned()).collect(),
    };
    let app = oauth_apps::create(portal, &operator, form).await.unwrap();
    let connected = Edit::Connection(ConnectionForm {
        url: site.origin(),
        dam: "bynder".to_owned(),
        client_id: app.id.to_string(),
    });
    let save_and_test = async |base, secret: &str| {
        let secret = SecretChange::Replace(Secret::new(secret.to_owned()));
        settings::save_with(portal, &operator, base, &connected, secret)
            .await
            .unwrap();
        connection_test::test(portal, &operator, |_| {}).await.unwrap()
    };
    let report = save_and_test(0, app.secret.unwrap().expose()).await;
    let passed = report
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Passed)
        .count();
    assert_eq!(passed, 3 + 7, "{report:#?}");
    // The portal serves no assets, so the last step fails.
    let last = report.steps.last().unwrap();
    assert_eq!((last.kind, last.outcome), (StepKind::Read, Outcome::Failed));
    assert!(last.detail.contains("404"), "{last:?}");
    let report = save_and_test(1, "wrong").await;
    let failed = report
        .steps
        .iter()
        .find(|step| step.outcome == Outcome::Failed)
        .unwrap();
    assert_eq!(failed.kind, StepKind::Token);
    assert!(failed.detail.contains("invalid_client"), "{failed:?}");
}

#[tokio::test]
async fn settings_file_download_requires_manage_integration_right() {
    let site = TestSite::start().await;
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let dutch = Edit::Global(GlobalForm {
        language: "nl_NL".to_owned(),
    });
    settings::save(portal, &operator, 0, &dutch).await.unwrap();
    let cookie = site.sign_in().await;
    let (status, head, toml) = status_head_body(site.get("/integration/settings.toml", Some(&cookie)).await).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        head,
        "application/toml; attachment; filename=\"gatehouse-settings.toml\""
    );
    assert!(toml.contains("language = \"nl_NL\""), "{toml}");
    let (_, head, json) = status_head_body(site.get("/integration/settings.json", Some(&cookie)).await).await;
    assert!(head.starts_with("application/json; attachment"), "{head}");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&json).unwrap()["language"],
        "nl_NL"
    );

    for path in [
        "/integration/settings.toml",
        "/integration/settings.json",
        "/integration/thumbnails/x",
    ] {
        let response = site.get(path, None).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path}");
    }
    let unknown_thumbnail = site.get("/integration/thumbnails/x", Some(&cookie)).await;
    assert_eq!(unknown_thumbnail.status(), StatusCode::NOT_FOUND);
    let all = profiles::list(portal, &operator).await.unwrap();
    let without_right = Rights::all().without(Right::ManageIntegration);
    profiles::set_rights(portal, &operator, all[0].id, without_right)
        .await
        .unwrap();
    for path in ["/integration/settings.toml", "/integration/thumbnails/x"] {
        let response = site.get(path, Some(&cookie)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
}
