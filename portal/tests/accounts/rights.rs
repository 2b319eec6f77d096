use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use domain::ids::{ProfileId, UserId};
use domain::oauth1::consumers::{Consumer, ConsumerForm, ConsumerSigning};
use domain::oauth1::tokens::{Token, TokenQuery, UserRef};
use portal::accounts::users::UserQuery;
use portal::accounts::{profiles, users};
use portal::oauth1::{consumers, tokens};
use portal::oauth2::oauth_apps;
use portal::{Actor, Error, Portal, Result, accounts};
use rstest::rstest;
use testing::{ADA, Browser, Engine, TestPortal, assert_rejected, new_token, validation_error};

/// Every operation that requires a right.
#[derive(Debug, Clone, Copy)]
enum Operation {
    CreateConsumer,
    ListConsumers,
    GetConsumer,
    ListConsumerOptions,
    RenameConsumer,
    SetSigning,
    DeleteConsumer,
    CreateToken,
    ListTokens,
    GetToken,
    RevokeToken,
    SuggestTokenUser,
    SuggestAppUser,
    ReadUserRights,
    CreateUser,
    SetActive,
    ListUsers,
    GetUser,
    CreateProfile,
    SetRights,
    ListProfiles,
    GetProfile,
}

use Operation::*;

const CREATE: &[Right] = &[Right::AdminSettings, Right::CreateApiTokens];
const VIEW: &[Right] = &[Right::AdminSettings, Right::ViewApiTokens];
const REVOKE: &[Right] = &[Right::AdminSettings, Right::RevokeApiTokens];
const USERS: &[Right] = &[Right::ManageUsers];
const PROFILES: &[Right] = &[Right::ManagePermissionProfiles];
const APPS: &[Right] = &[Right::AdminSettings, Right::ManageOauthApps];

const REQUIRED_RIGHTS: &[(Operation, &[Right])] = &[
    (CreateConsumer, CREATE),
    (ListConsumers, VIEW),
    (GetConsumer, VIEW),
    (ListConsumerOptions, CREATE),
    (RenameConsumer, CREATE),
    (SetSigning, CREATE),
    (CreateToken, CREATE),
    (ListTokens, VIEW),
    (GetToken, VIEW),
    (RevokeToken, REVOKE),
    (SuggestTokenUser, CREATE),
    (SuggestAppUser, APPS),
    (ReadUserRights, APPS),
    (CreateUser, USERS),
    (SetActive, USERS),
    (ListUsers, USERS),
    (GetUser, USERS),
    (CreateProfile, PROFILES),
    (SetRights, PROFILES),
    (ListProfiles, USERS),
    (GetProfile, USERS),
    // Last, because it deletes the consumer that the other operations need.
    (DeleteConsumer, REVOKE),
];

/// The resources that the operations apply to.
struct Fixtures {
    consumer: Consumer,
    token: Token,
    user: UserId,
    profile: ProfileId,
}

async fn create_fixtures(test: &TestPortal, owner: &Browser, email: &str) -> Fixtures {
    let consumer = test.create_consumer(&owner.actor, "Web shop").await.value;
    let owner_email = owner.actor.user().unwrap().email.clone();
    let token = test
        .create_token(&owner.actor, &consumer, &owner_email, "Drupal")
        .await
        .value;
    let profile = profiles::create(&test.portal, &owner.actor, "Bystanders", Rights::default())
        .await
        .unwrap();
    let input = NewUser {
        name: "Bystander".to_owned(),
        email: email.to_owned(),
        password: testing::PASSWORD.to_owned(),
        profile: "Bystanders".to_owned(),
    };
    let user = users::create(&test.portal, &owner.actor, input).await.unwrap();
    Fixtures {
        consumer,
        token,
        user,
        profile,
    }
}

async fn perform(portal: &Portal, actor: &Actor, operation: Operation, fixtures: &Fixtures) -> Result<()> {
    let named = |name: &str| ConsumerForm { name: name.to_owned() };
    match operation {
        CreateConsumer => consumers::create(portal, actor, named("Created consumer"))
            .await
            .map(drop),
        ListConsumers => consumers::list(portal, actor).await.map(drop),
        GetConsumer => consumers::get(portal, actor, fixtures.consumer.id).await.map(drop),
        ListConsumerOptions => consumers::options(portal, actor).await.map(drop),
        RenameConsumer => consumers::rename(portal, actor, fixtures.consumer.id, named("Web shop")).await,
        SetSigning => consumers::set_signing(portal, actor, fixtures.consumer.id, ConsumerSigning::default()).await,
        DeleteConsumer => consumers::delete(portal, actor, fixtures.consumer.id, "Web shop").await,
        CreateToken => tokens::create(portal, actor, new_token(&fixtures.consumer, ADA, "Drupal"))
            .await
            .map(drop),
        ListTokens => tokens::list(portal, actor, &TokenQuery::default()).await.map(drop),
        GetToken => tokens::get(portal, actor, fixtures.token.id).await.map(drop),
        RevokeToken => tokens::revoke(portal, actor, fixtures.token.id).await,
        SuggestTokenUser => users::suggest(portal, actor, Right::CreateApiTokens, "a")
            .await
            .map(drop),
        SuggestAppUser => users::suggest(portal, actor, Right::ManageOauthApps, "a")
            .await
            .map(drop),
        ReadUserRights => oauth_apps::rights_of(portal, actor, &UserRef::Email(ADA.to_owned()))
            .await
            .map(drop),
        CreateUser => {
            let input = NewUser {
                name: "New".to_owned(),
                email: "new@example.com".to_owned(),
                password: testing::PASSWORD.to_owned(),
                profile: "Bystanders".to_owned(),
            };
            users::create(portal, actor, input).await.map(drop)
        }
        SetActive => users::set_active(portal, actor, fixtures.user, true).await,
        ListUsers => {
            let query = UserQuery {
                limit: None,
                page: 1,
                include_inactive: true,
            };
            users::list(portal, actor, query).await.map(drop)
        }
        GetUser => users::get(portal, actor, &fixtures.user.to_string()).await.map(drop),
        CreateProfile => profiles::create(portal, actor, "New", Rights::default())
            .await
            .map(drop),
        SetRights => profiles::set_rights(portal, actor, fixtures.profile, Rights::default()).await,
        ListProfiles => profiles::list(portal, actor).await.map(drop),
        GetProfile => profiles::get(portal, actor, fixtures.profile).await.map(drop),
    }
}

#[rstest]
#[tokio::test]
async fn operations_require_each_of_their_rights(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let fixtures = create_fixtures(&test, &ada, "bystander@example.com").await;
    test.create_user("Rita", "rita@example.com", Rights::default()).await;
    let rita = test.sign_in("rita@example.com").await;
    let profile = rita.actor.user().unwrap().profile_id;
    let with = async |rights: Rights| {
        profiles::set_rights(&test.portal, &ada.actor, profile, rights)
            .await
            .unwrap();
        test.actor(&rita.cookie).await
    };
    let changes = async || {
        test.count_rows("audit_records where action <> 'profile.set-rights'")
            .await
    };
    let before = changes().await;
    for (operation, needed) in REQUIRED_RIGHTS {
        for missing in *needed {
            let actor = with(Rights::all().without(*missing)).await;
            match perform(&test.portal, &actor, *operation, &fixtures).await {
                Err(Error::Forbidden(right)) => assert_eq!(right, *missing, "{operation:?}"),
                other => panic!("{operation:?} without {missing:?}: {other:?}"),
            }
        }
        let nobody = with(Rights::default()).await;
        assert_rejected!(
            perform(&test.portal, &nobody, *operation, &fixtures).await,
            Error::Forbidden(_)
        );
    }
    assert_eq!(changes().await, before, "a rejected operation writes no audit record");
    // These rights are sufficient.
    for (operation, needed) in REQUIRED_RIGHTS {
        let actor = with(needed.iter().copied().collect()).await;
        perform(&test.portal, &actor, *operation, &fixtures)
            .await
            .unwrap_or_else(|error| panic!("{operation:?}: {error}"));
    }
}

#[rstest]
#[tokio::test]
async fn own_user_and_profile_require_no_right(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    test.create_user("Rita", "rita@example.com", Rights::default()).await;
    let rita = test.sign_in("rita@example.com").await.actor;
    let user = rita.user().unwrap();
    let own = users::get(&test.portal, &rita, &user.id.to_string()).await.unwrap();
    assert_eq!((own.name.as_str(), own.profile_id), ("Rita", user.profile_id));
    assert_eq!(users::get(&test.portal, &rita, "RITA@example.com").await.unwrap(), own);
    assert_rejected!(
        users::get(&test.portal, &rita, ADA).await,
        Error::Forbidden(Right::ManageUsers)
    );
    profiles::get(&test.portal, &rita, user.profile_id).await.unwrap();
    assert_eq!(
        accounts::details(&test.portal, &rita).await.unwrap().name,
        testing::ACCOUNT
    );
}

#[rstest]
#[tokio::test]
async fn resources_of_another_account_are_not_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let charles = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let theirs = create_fixtures(&test, &charles, "bystander@example.com").await;
    for operation in [
        GetConsumer,
        RenameConsumer,
        SetSigning,
        DeleteConsumer,
        GetToken,
        RevokeToken,
        SetActive,
        GetUser,
        SetRights,
        GetProfile,
    ] {
        match perform(&test.portal, &ada.actor, operation, &theirs).await {
            Err(Error::NotFound(_)) => {}
            other => panic!("{operation:?}: {other:?}"),
        }
    }
    let created = perform(&test.portal, &ada.actor, CreateToken, &theirs).await;
    validation_error(created, "consumer");
    assert_rejected!(
        users::get(&test.portal, &ada.actor, "charles@example.com").await,
        Error::NotFound("user")
    );
    for operation in [GetConsumer, GetToken, GetUser, GetProfile] {
        perform(&test.portal, &charles.actor, operation, &theirs).await.unwrap();
    }
    // The lists do not contain them either.
    assert!(consumers::list(&test.portal, &ada.actor).await.unwrap().is_empty());
    assert!(
        users::suggest(&test.portal, &ada.actor, Right::CreateApiTokens, "charles")
            .await
            .unwrap()
            .is_empty()
    );
    let query = UserQuery {
        limit: None,
        page: 1,
        include_inactive: true,
    };
    assert_eq!(users::list(&test.portal, &ada.actor, query).await.unwrap().total, 1);
    assert_eq!(profiles::list(&test.portal, &ada.actor).await.unwrap().len(), 1);
}
