use super::{form, policy};
use domain::accounts::rights::{Right, Rights};
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::AppForm;
use portal::accounts::users;
use portal::oauth2::{self, oauth_apps};
use rstest::rstest;
use testing::{Engine, TestPortal};

#[rstest]
#[tokio::test]
async fn client_gets_only_scopes_its_user_may_use(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let rights = Rights::default().with(Right::ManageIntegration);
    let grace = test.create_user("Grace", "grace@example.com", rights).await;
    let app = AppForm {
        user: "grace@example.com".to_owned(),
        ..form("Connector")
    };
    let created = oauth_apps::create(&test.portal, &ada.actor, app).await.unwrap();
    let shown = oauth_apps::get(&test.portal, &ada.actor, created.id).await.unwrap();
    let user = shown.user.unwrap();
    assert_eq!((user.id, user.active, user.rights), (grace, true, rights));
    let (id, secret) = (created.id.to_string(), created.secret.unwrap());
    let client = oauth2::authenticate_client(&test.portal, &id, Some(&secret))
        .await
        .unwrap();
    let parameters = Parameters::parse(b"grant_type=client_credentials").unwrap();
    let granted = oauth2::grant(&test.portal, &policy(), &client, &parameters)
        .await
        .unwrap();
    assert_eq!(granted.scopes.to_string(), "asset:read");
    users::set_active(&test.portal, &ada.actor, grace, false).await.unwrap();
    assert!(
        oauth2::grant(&test.portal, &policy(), &client, &parameters)
            .await
            .is_err()
    );
    // The app can still be updated, and keeps its user.
    let renamed = AppForm {
        user: "Grace <GRACE@example.com>".to_owned(),
        ..form("Renamed")
    };
    oauth_apps::update(&test.portal, &ada.actor, created.id, renamed, false)
        .await
        .unwrap();
    let shown = oauth_apps::get(&test.portal, &ada.actor, created.id).await.unwrap();
    assert_eq!((shown.name.as_str(), shown.user.unwrap().active), ("Renamed", false));
}
