use crate::support::{ACCOUNT, House, PASSWORD, complaint};
use domain::accounts::NewAccount;
use domain::accounts::features::Feature;
use portal::{Error, accounts};

both!(
    an_account_comes_with_its_administrator,
    the_operator_names_the_account_they_mean
);

async fn an_account_comes_with_its_administrator(house: House) {
    let form = |email: &str| NewAccount {
        account_name: " Analytical  Engines ".to_owned(),
        name: "Ada".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let (id, user) = accounts::create(&house.portal, form("ada@example.com")).await.unwrap();
    let [account] = accounts::list(&house.portal).await.unwrap().try_into().unwrap();
    assert_eq!((account.id, account.name.as_str(), account.users), (id, ACCOUNT, 1));
    assert_eq!(account.features, [Feature::ApiTokens.code()]);
    let ada = house.sign_in("ada@example.com").await;
    assert_eq!((ada.actor.person().unwrap().id, ada.actor.account()), (user, id));
    let details = accounts::details(&house.portal, &ada.actor).await.unwrap();
    assert_eq!(
        (details.language.as_str(), details.time_zone.as_str()),
        ("en_US", "UTC")
    );

    // One address is one person, and what is refused leaves nothing behind.
    let taken = accounts::create(&house.portal, form("ADA@example.com")).await;
    assert_eq!(complaint(taken, "email"), "Someone has this e-mail already.");
    assert_eq!(house.count("accounts").await, 1);
    let empty = accounts::create(&house.portal, NewAccount::default())
        .await
        .unwrap_err();
    let Error::Invalid(errors) = empty else {
        panic!("{empty:?}")
    };
    assert_eq!(errors.0.len(), 4);
}

async fn the_operator_names_the_account_they_mean(house: House) {
    let operator = async |name: Option<&str>| accounts::operator(&house.portal, name).await;
    assert_refused!(operator(None).await, Error::NotFound("account"));
    house.set_up().await;
    assert_eq!(operator(None).await.unwrap().account_name(), ACCOUNT);
    let charles = house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    house
        .account("Difference Engines", "Per Georg", "scheutz@example.com")
        .await;
    assert_refused!(operator(None).await, Error::Conflict(_));
    assert_refused!(operator(Some("Difference Engines")).await, Error::Conflict(_));
    assert_refused!(operator(Some("Steam Engines")).await, Error::NotFound("account"));
    assert_eq!(operator(Some(ACCOUNT)).await.unwrap().account_name(), ACCOUNT);
    let id = charles.actor.account().to_string();
    assert_eq!(operator(Some(&id)).await.unwrap().account(), charles.actor.account());
}
