//! The DAM connection of a running server, and what its pages ask for besides pages.

use crate::support::{EMAIL, Site};
use domain::accounts::rights::{Right, Rights};
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

async fn text(answer: reqwest::Response) -> (StatusCode, String, String) {
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    let head = format!("{}; {}", header("content-type"), header("content-disposition"));
    (answer.status(), head, answer.text().await.unwrap())
}

#[tokio::test]
async fn the_portals_own_oauth_app_is_a_dams() {
    let site = Site::start().await;
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
    let save = async |base, secret: &str| {
        let secret = SecretChange::Replace(Secret::new(secret.to_owned()));
        settings::save_with(portal, &operator, base, &connected, secret)
            .await
            .unwrap();
        connection_test::test(portal, &operator, |_| {}).await.unwrap()
    };
    let report = save(0, app.secret.unwrap().expose()).await;
    let passed = report
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Passed)
        .count();
    assert_eq!(passed, 3 + 7, "{report:#?}");
    // There are no assets here, and that is said.
    let last = report.steps.last().unwrap();
    assert_eq!((last.kind, last.outcome), (StepKind::Read, Outcome::Failed));
    assert!(last.detail.contains("404"), "{last:?}");
    let report = save(1, "wrong").await;
    let failed = report
        .steps
        .iter()
        .find(|step| step.outcome == Outcome::Failed)
        .unwrap();
    assert_eq!(failed.kind, StepKind::Token);
    assert!(failed.detail.contains("invalid_client"), "{failed:?}");
}

#[tokio::test]
async fn the_settings_are_a_file_for_whoever_may_see_them() {
    let site = Site::start().await;
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let dutch = Edit::Global(GlobalForm {
        language: "nl_NL".to_owned(),
    });
    settings::save(portal, &operator, 0, &dutch).await.unwrap();
    let cookie = site.sign_in().await;
    let (status, head, toml) = text(site.get("/integration/settings.toml", Some(&cookie)).await).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        head,
        "application/toml; attachment; filename=\"gatehouse-settings.toml\""
    );
    assert!(toml.contains("language = \"nl_NL\""), "{toml}");
    let (_, head, json) = text(site.get("/integration/settings.json", Some(&cookie)).await).await;
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
        let answer = site.get(path, None).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
    }
    let nothing = site.get("/integration/thumbnails/x", Some(&cookie)).await;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
    let all = profiles::list(portal, &operator).await.unwrap();
    let fewer = Rights::all().without(Right::ManageIntegration);
    profiles::set_rights(portal, &operator, all[0].id, fewer).await.unwrap();
    for path in ["/integration/settings.toml", "/integration/thumbnails/x"] {
        let answer = site.get(path, Some(&cookie)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
}
