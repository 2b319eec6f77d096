mod administrators;
mod features;
mod profiles;
mod rights;
mod setup;
mod users;

use domain::accounts::NewAccount;
use domain::accounts::features::Feature;
use portal::{Error, accounts};
use rstest::rstest;
use testing::{ACCOUNT, Engine, PASSWORD, TestPortal, assert_rejected, validation_error};

#[rstest]
#[tokio::test]
async fn create_account_creates_its_administrator(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let form = |email: &str| NewAccount {
        account_name: " Analytical  Engines ".to_owned(),
        name: "Ada".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let (id, user) = accounts::create(&test.portal, form("ada@example.com")).await.unwrap();
    let [account] = accounts::list(&test.portal).await.unwrap().try_into().unwrap();
    assert_eq!((account.id, account.name.as_str(), account.users), (id, ACCOUNT, 1));
    assert_eq!(account.features, [Feature::ApiTokens.code()]);
    let ada = test.sign_in("ada@example.com").await;
    assert_eq!((ada.actor.user().unwrap().id, ada.actor.account()), (user, id));
    let details = accounts::details(&test.portal, &ada.actor).await.unwrap();
    assert_eq!(
        (details.language.as_str(), details.time_zone.as_str()),
        ("en_US", "UTC")
    );

    // An email belongs to one user, and a rejected account leaves no rows.
    let duplicate = accounts::create(&test.portal, form("ADA@example.com")).await;
    assert_eq!(validation_error(duplicate, "email"), "This email is already in use.");
    assert_eq!(test.count_rows("accounts").await, 1);
    let empty = accounts::create(&test.portal, NewAccount::default()).await.unwrap_err();
    let Error::Invalid(errors) = empty else {
        panic!("{empty:?}")
    };
    assert_eq!(errors.0.len(), 4);
}

#[rstest]
#[tokio::test]
async fn operator_selects_account_by_name_or_id(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let operator = async |name: Option<&str>| accounts::operator(&test.portal, name).await;
    assert_rejected!(operator(None).await, Error::NotFound("account"));
    test.set_up().await;
    assert_eq!(operator(None).await.unwrap().account_name(), ACCOUNT);
    let charles = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    test.create_account("Difference Engines", "Per Georg", "scheutz@example.com")
        .await;
    assert_rejected!(operator(None).await, Error::Conflict(_));
    assert_rejected!(operator(Some("Difference Engines")).await, Error::Conflict(_));
    assert_rejected!(operator(Some("Steam Engines")).await, Error::NotFound("account"));
    assert_eq!(operator(Some(ACCOUNT)).await.unwrap().account_name(), ACCOUNT);
    let id = charles.actor.account().to_string();
    assert_eq!(operator(Some(&id)).await.unwrap().account(), charles.actor.account());
}
