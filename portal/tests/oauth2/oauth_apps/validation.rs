use super::{form, web_app};
use domain::accounts::rights::Rights;
use domain::oauth2::oauth_apps::AppForm;
use portal::accounts::users;
use portal::oauth2::oauth_apps;
use rstest::rstest;
use testing::{Engine, TestPortal, validation_error};

#[rstest]
#[tokio::test]
async fn invalid_oauth_app_fields_are_reported_by_name(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let create = async |form: AppForm| oauth_apps::create(&test.portal, &ada.actor, form).await;
    create(form("Connector")).await.unwrap();
    assert_eq!(
        validation_error(create(form(" CONNECTOR ")).await, "name"),
        "This name is already in use."
    );
    let nobody = AppForm {
        user: "nobody@example.com".to_owned(),
        ..form("Other")
    };
    assert_eq!(
        validation_error(create(nobody).await, "user"),
        "No active user has this name or email."
    );
    let eve = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    users::set_active(&test.portal, &ada.actor, eve, false).await.unwrap();
    let inactive = AppForm {
        user: "Eve <eve@example.com>".to_owned(),
        ..form("Other")
    };
    assert_eq!(
        validation_error(create(inactive).await, "user"),
        "Eve is inactive. Activate the user or choose another."
    );
    let wrong = AppForm {
        redirect_uris: "http://app.example.com/".to_owned(),
        ..web_app("Other")
    };
    assert!(validation_error(create(wrong).await, "redirect_uris").contains("Use https."));
    let other = create(form("Other")).await.unwrap().id;
    let renamed = oauth_apps::update(&test.portal, &ada.actor, other, form("Connector"), false).await;
    validation_error(renamed, "name");
    let deleted = oauth_apps::delete(&test.portal, &ada.actor, other, "other").await;
    assert_eq!(validation_error(deleted, "name"), "Type Other to confirm.");
    assert_eq!(test.count_rows("oauth_apps").await, 2);
}
