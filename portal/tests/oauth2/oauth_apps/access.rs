use super::form;
use domain::accounts::rights::{Right, Rights};
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::{AppForm, SecretForm, SigningAlgorithm, TokenSettingsForm};
use portal::accounts::profiles;
use portal::oauth2::oauth_apps::{self, secrets};
use portal::{Actor, Error, Portal, Result};
use rstest::rstest;
use testing::{Engine, TestPortal, assert_rejected, validation_error};

#[derive(Debug, Clone, Copy)]
enum Operation {
    Create,
    List,
    Get,
    Update,
    SetTokenSettings,
    RevokeRefreshTokens,
    AddSecret,
    ListSecrets,
    DeleteSecret,
    Delete,
}

use Operation::*;

const ALL: [Operation; 10] = [
    Create,
    List,
    Get,
    Update,
    SetTokenSettings,
    RevokeRefreshTokens,
    AddSecret,
    ListSecrets,
    DeleteSecret,
    // Last, because it deletes the app that the other operations need.
    Delete,
];

async fn perform(portal: &Portal, owner: &Actor, actor: &Actor, operation: Operation, app: OauthAppId) -> Result<()> {
    match operation {
        Create => oauth_apps::create(portal, actor, form("Created app")).await.map(drop),
        List => oauth_apps::list(portal, actor).await.map(drop),
        Get => oauth_apps::get(portal, actor, app).await.map(drop),
        Update => oauth_apps::update(portal, actor, app, form("Connector"), false).await,
        SetTokenSettings => {
            let form = TokenSettingsForm::from(SigningAlgorithm::Es256);
            oauth_apps::set_token_settings(portal, actor, app, form).await
        }
        RevokeRefreshTokens => oauth_apps::revoke_refresh_tokens(portal, actor, app).await.map(drop),
        AddSecret => secrets::add(portal, actor, app, SecretForm::default()).await.map(drop),
        ListSecrets => secrets::list(portal, actor, app).await.map(drop),
        DeleteSecret => {
            let stored = secrets::list(portal, owner, app).await?;
            secrets::delete(portal, actor, app, stored.last().unwrap().id).await
        }
        Delete => oauth_apps::delete(portal, actor, app, "Connector").await,
    }
}

#[rstest]
#[tokio::test]
async fn oauth_app_operations_require_both_rights(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let app = oauth_apps::create(&test.portal, &ada.actor, form("Connector"))
        .await
        .unwrap();
    test.create_user("Rita", "rita@example.com", Rights::default()).await;
    let rita = test.sign_in("rita@example.com").await;
    let profile = rita.actor.user().unwrap().profile_id;
    let with = async |rights: Rights| {
        profiles::set_rights(&test.portal, &ada.actor, profile, rights)
            .await
            .unwrap();
        test.actor(&rita.cookie).await
    };
    let needed = [Right::AdminSettings, Right::ManageOauthApps];
    for operation in ALL {
        for missing in needed {
            let actor = with(Rights::all().without(missing)).await;
            match perform(&test.portal, &ada.actor, &actor, operation, app.id).await {
                Err(Error::Forbidden(right)) => assert_eq!(right, missing, "{operation:?}"),
                other => panic!("{operation:?} without {missing:?}: {other:?}"),
            }
        }
    }
    let actor = with(needed.into_iter().collect()).await;
    for operation in ALL {
        perform(&test.portal, &ada.actor, &actor, operation, app.id)
            .await
            .unwrap_or_else(|error| panic!("{operation:?}: {error}"));
    }
}

#[rstest]
#[tokio::test]
async fn oauth_apps_of_another_account_are_not_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let charles = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let theirs = AppForm {
        user: "charles@example.com".to_owned(),
        ..form("Connector")
    };
    let theirs = oauth_apps::create(&test.portal, &charles.actor, theirs).await.unwrap();
    for operation in ALL.into_iter().filter(|operation| !matches!(operation, Create | List)) {
        match perform(&test.portal, &charles.actor, &ada.actor, operation, theirs.id).await {
            Err(Error::NotFound(_)) => {}
            other => panic!("{operation:?}: {other:?}"),
        }
    }
    assert!(oauth_apps::list(&test.portal, &ada.actor).await.unwrap().is_empty());
    // An app cannot act for a user of another account.
    let other_account = AppForm {
        user: "charles@example.com".to_owned(),
        ..form("Connector")
    };
    validation_error(
        oauth_apps::create(&test.portal, &ada.actor, other_account).await,
        "user",
    );
    // A secret can be deleted through its own app only.
    let own = oauth_apps::create(&test.portal, &ada.actor, form("Connector"))
        .await
        .unwrap();
    let secret = secrets::list(&test.portal, &charles.actor, theirs.id).await.unwrap()[0].id;
    let deleted = secrets::delete(&test.portal, &ada.actor, own.id, secret).await;
    assert_rejected!(deleted, Error::NotFound("secret"));
}
