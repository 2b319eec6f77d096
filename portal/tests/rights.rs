use crate::support::{ADA, Browser, House, complaint, new_token};
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use domain::ids::{ProfileId, UserId};
use domain::oauth1::consumers::{Consumer, ConsumerSigning, NewConsumer};
use domain::oauth1::tokens::{Token, TokenQuery, UserRef};
use portal::accounts::users::PeopleQuery;
use portal::accounts::{profiles, users};
use portal::oauth1::{consumers, tokens};
use portal::oauth2::oauth_apps;
use portal::{Actor, Error, Portal, Result, accounts};

both!(
    each_operation_asks_for_each_of_its_rights,
    what_is_ones_own_needs_no_right,
    another_accounts_things_are_not_found,
);

/// Every operation that asks for a right.
#[derive(Debug, Clone, Copy)]
enum Operation {
    CreateConsumer,
    ListConsumers,
    GetConsumer,
    ChooseConsumer,
    RenameConsumer,
    SetSigning,
    DeleteConsumer,
    CreateToken,
    ListTokens,
    GetToken,
    RevokeToken,
    ChoosePerson,
    ChooseAppUser,
    ReadUserRights,
    CreatePerson,
    SetActive,
    ListPeople,
    GetPerson,
    CreateProfile,
    SetRights,
    ListProfiles,
    GetProfile,
}

use Operation::*;

const CREATE: &[Right] = &[Right::AdminSettings, Right::CreateApiTokens];
const VIEW: &[Right] = &[Right::AdminSettings, Right::ViewApiTokens];
const REVOKE: &[Right] = &[Right::AdminSettings, Right::RevokeApiTokens];
const PEOPLE: &[Right] = &[Right::ManageUsers];
const APPS: &[Right] = &[Right::AdminSettings, Right::ManageOauthApps];

const NEEDED: &[(Operation, &[Right])] = &[
    (CreateConsumer, CREATE),
    (ListConsumers, VIEW),
    (GetConsumer, VIEW),
    (ChooseConsumer, CREATE),
    (RenameConsumer, CREATE),
    (SetSigning, CREATE),
    (CreateToken, CREATE),
    (ListTokens, VIEW),
    (GetToken, VIEW),
    (RevokeToken, REVOKE),
    (ChoosePerson, CREATE),
    (ChooseAppUser, APPS),
    (ReadUserRights, APPS),
    (CreatePerson, PEOPLE),
    (SetActive, PEOPLE),
    (ListPeople, PEOPLE),
    (GetPerson, PEOPLE),
    (CreateProfile, PEOPLE),
    (SetRights, PEOPLE),
    (ListProfiles, PEOPLE),
    (GetProfile, PEOPLE),
    // Last, as it takes what the others need.
    (DeleteConsumer, REVOKE),
];

/// What the operations are tried on.
struct Things {
    consumer: Consumer,
    token: Token,
    person: UserId,
    profile: ProfileId,
}

async fn things(house: &House, owner: &Browser, email: &str) -> Things {
    let consumer = house.consumer(&owner.actor, "Web shop").await.value;
    let owner_email = owner.actor.person().unwrap().email.clone();
    let token = house.token(&owner.actor, &consumer, &owner_email, "Drupal").await.value;
    let profile = profiles::create(&house.portal, &owner.actor, "Bystanders", Rights::default())
        .await
        .unwrap();
    let input = NewUser {
        name: "Bystander".to_owned(),
        email: email.to_owned(),
        password: crate::support::PASSWORD.to_owned(),
        profile: "Bystanders".to_owned(),
    };
    let person = users::create(&house.portal, &owner.actor, input).await.unwrap();
    Things {
        consumer,
        token,
        person,
        profile,
    }
}

async fn perform(portal: &Portal, actor: &Actor, operation: Operation, on: &Things) -> Result<()> {
    let named = |name: &str| NewConsumer { name: name.to_owned() };
    match operation {
        CreateConsumer => consumers::create(portal, actor, named("Made by one who may"))
            .await
            .map(drop),
        ListConsumers => consumers::list(portal, actor).await.map(drop),
        GetConsumer => consumers::get(portal, actor, on.consumer.id).await.map(drop),
        ChooseConsumer => consumers::choices(portal, actor).await.map(drop),
        RenameConsumer => consumers::rename(portal, actor, on.consumer.id, named("Web shop")).await,
        SetSigning => consumers::set_signing(portal, actor, on.consumer.id, ConsumerSigning::default()).await,
        DeleteConsumer => consumers::delete(portal, actor, on.consumer.id, "Web shop").await,
        CreateToken => tokens::create(portal, actor, new_token(&on.consumer, ADA, "Drupal"))
            .await
            .map(drop),
        ListTokens => tokens::list(portal, actor, &TokenQuery::default()).await.map(drop),
        GetToken => tokens::get(portal, actor, on.token.id).await.map(drop),
        RevokeToken => tokens::revoke(portal, actor, on.token.id).await,
        ChoosePerson => users::choices(portal, actor, Right::CreateApiTokens, "a")
            .await
            .map(drop),
        ChooseAppUser => users::choices(portal, actor, Right::ManageOauthApps, "a")
            .await
            .map(drop),
        ReadUserRights => oauth_apps::rights_of(portal, actor, &UserRef::Email(ADA.to_owned()))
            .await
            .map(drop),
        CreatePerson => {
            let input = NewUser {
                name: "New".to_owned(),
                email: "new@example.com".to_owned(),
                password: crate::support::PASSWORD.to_owned(),
                profile: "Bystanders".to_owned(),
            };
            users::create(portal, actor, input).await.map(drop)
        }
        SetActive => users::set_active(portal, actor, on.person, true).await,
        ListPeople => {
            let query = PeopleQuery {
                limit: None,
                page: 1,
                include_inactive: true,
            };
            users::list(portal, actor, query).await.map(drop)
        }
        GetPerson => users::get(portal, actor, &on.person.to_string()).await.map(drop),
        CreateProfile => profiles::create(portal, actor, "New", Rights::default())
            .await
            .map(drop),
        SetRights => profiles::set_rights(portal, actor, on.profile, Rights::default()).await,
        ListProfiles => profiles::list(portal, actor).await.map(drop),
        GetProfile => profiles::get(portal, actor, on.profile).await.map(drop),
    }
}

async fn each_operation_asks_for_each_of_its_rights(house: House) {
    let ada = house.set_up().await;
    let on = things(&house, &ada, "bystander@example.com").await;
    house.person("Rita", "rita@example.com", Rights::default()).await;
    let rita = house.sign_in("rita@example.com").await;
    let profile = rita.actor.person().unwrap().profile_id;
    let with = async |rights: Rights| {
        profiles::set_rights(&house.portal, &ada.actor, profile, rights)
            .await
            .unwrap();
        house.actor(&rita.cookie).await
    };
    let changes = async || house.count("audit_records where action <> 'profile.set-rights'").await;
    let before = changes().await;
    for (operation, needed) in NEEDED {
        for missing in *needed {
            let actor = with(Rights::all().without(*missing)).await;
            match perform(&house.portal, &actor, *operation, &on).await {
                Err(Error::Forbidden(right)) => assert_eq!(right, *missing, "{operation:?}"),
                other => panic!("{operation:?} without {missing:?}: {other:?}"),
            }
        }
        let nobody = with(Rights::default()).await;
        assert_refused!(
            perform(&house.portal, &nobody, *operation, &on).await,
            Error::Forbidden(_)
        );
    }
    assert_eq!(changes().await, before, "what was refused left a record");
    // And nothing more than those.
    for (operation, needed) in NEEDED {
        let actor = with(needed.iter().copied().collect()).await;
        perform(&house.portal, &actor, *operation, &on)
            .await
            .unwrap_or_else(|error| panic!("{operation:?}: {error}"));
    }
}

async fn what_is_ones_own_needs_no_right(house: House) {
    house.set_up().await;
    house.person("Rita", "rita@example.com", Rights::default()).await;
    let rita = house.sign_in("rita@example.com").await.actor;
    let person = rita.person().unwrap();
    let own = users::get(&house.portal, &rita, &person.id.to_string()).await.unwrap();
    assert_eq!((own.name.as_str(), own.profile_id), ("Rita", person.profile_id));
    assert_eq!(users::get(&house.portal, &rita, "RITA@example.com").await.unwrap(), own);
    assert_refused!(
        users::get(&house.portal, &rita, ADA).await,
        Error::Forbidden(Right::ManageUsers)
    );
    profiles::get(&house.portal, &rita, person.profile_id).await.unwrap();
    assert_eq!(
        accounts::details(&house.portal, &rita).await.unwrap().name,
        crate::support::ACCOUNT
    );
}

async fn another_accounts_things_are_not_found(house: House) {
    let ada = house.set_up().await;
    let charles = house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let theirs = things(&house, &charles, "bystander@example.com").await;
    for operation in [
        GetConsumer,
        RenameConsumer,
        SetSigning,
        DeleteConsumer,
        GetToken,
        RevokeToken,
        SetActive,
        GetPerson,
        SetRights,
        GetProfile,
    ] {
        match perform(&house.portal, &ada.actor, operation, &theirs).await {
            Err(Error::NotFound(_)) => {}
            other => panic!("{operation:?}: {other:?}"),
        }
    }
    let made = perform(&house.portal, &ada.actor, CreateToken, &theirs).await;
    complaint(made, "consumer");
    assert_refused!(
        users::get(&house.portal, &ada.actor, "charles@example.com").await,
        Error::NotFound("user")
    );
    for operation in [GetConsumer, GetToken, GetPerson, GetProfile] {
        perform(&house.portal, &charles.actor, operation, &theirs)
            .await
            .unwrap();
    }
    // Nothing of it shows in the lists either.
    assert!(consumers::list(&house.portal, &ada.actor).await.unwrap().is_empty());
    assert!(
        users::choices(&house.portal, &ada.actor, Right::CreateApiTokens, "charles")
            .await
            .unwrap()
            .is_empty()
    );
    let query = PeopleQuery {
        limit: None,
        page: 1,
        include_inactive: true,
    };
    assert_eq!(users::list(&house.portal, &ada.actor, query).await.unwrap().total, 1);
    assert_eq!(profiles::list(&house.portal, &ada.actor).await.unwrap().len(), 1);
}
