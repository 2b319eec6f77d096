use domain::accounts::rights::Rights;
use domain::accounts::users::UserOption;
use domain::auth::one_time_secrets::OneTimeSecretKind;
use domain::oauth1::OauthProblem;
use domain::oauth1::integration_types::{INTEGRATION_TYPES, OTHER};
use domain::oauth1::tokens::{NewToken, TokenState};
use portal::Error;
use portal::accounts::users;
use portal::auth::one_time_secrets;
use portal::oauth1::tokens::{create, get, revoke};
use rstest::rstest;
use testing::oauth1_client::{Oauth1Client, problem};
use testing::{ADA, Engine, TestPortal, new_token, validation_error};

#[rstest]
#[tokio::test]
async fn new_token_has_its_details_and_signs_requests(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await;
    test.advance(60);
    let created = create(&test.portal, &ada.actor, new_token(&consumer.value, ADA, "Contentful"))
        .await
        .unwrap();
    assert_eq!(
        get(&test.portal, &ada.actor, created.value.id).await.unwrap(),
        created.value
    );
    let token = &created.value;
    assert_eq!((token.user.as_str(), token.user_email.as_str()), ("Ada Lovelace", ADA));
    assert_eq!(
        (token.consumer.as_str(), token.integration.as_str()),
        ("Web shop", "Contentful")
    );
    assert_eq!(
        (token.state, token.created_by.as_deref()),
        (TokenState::Active, Some("Ada Lovelace"))
    );
    assert_eq!(
        (token.created_at, token.expires_at, token.revoked_at),
        (test.portal.now(), None, None)
    );
    assert_eq!((token.last_used_at, &token.last_used_from), (None, &None));

    let shown = one_time_secrets::list(&test.portal, &ada.actor)
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(
        (shown.kind, shown.key.as_str()),
        (OneTimeSecretKind::Token, token.token.as_str())
    );
    assert_eq!(shown.name, "Contentful for Ada Lovelace through Web shop");
    test.advance(60);
    let app = Oauth1Client::new(&consumer).with_token(&shown.key, &shown.secret);
    let actor = app.call(&test.portal).await.unwrap();
    assert_eq!(actor.user().unwrap().email, ADA);
    let used = get(&test.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(used.last_used_at, Some(test.portal.now()));
    assert_eq!(used.last_used_from.as_deref(), Some("192.0.2.7"));
}

#[rstest]
#[tokio::test]
async fn token_user_is_found_by_email_or_unique_name(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await.value;
    test.create_user("Zoë O'Brien", "zoe@example.com", Rights::default())
        .await;
    for name in ["sam1@example.com", "sam2@example.com"] {
        test.create_user("Sam Smith", name, Rights::default()).await;
    }
    let user = async |text: &str| {
        let created = create(&test.portal, &ada.actor, new_token(&consumer, text, "Drupal")).await;
        created.map(|created| created.value.user_email)
    };
    for text in [
        "zoe@example.com",
        " ZOE@EXAMPLE.COM ",
        "Zoë O'Brien <zoe@example.com>",
        "zoë o'brien",
        "ZOË O'BRIEN",
    ] {
        assert_eq!(user(text).await.unwrap(), "zoe@example.com", "{text}");
    }
    // The text that a user suggestion fills in.
    let choice = UserOption {
        id: ada.actor.user().unwrap().id,
        name: "Ada Lovelace".into(),
        email: ADA.into(),
    };
    assert_eq!(user(&choice.text()).await.unwrap(), ADA);
    assert_eq!(
        validation_error(user("Sam Smith").await, "user"),
        "Several users have this name. Enter the email instead."
    );
    assert_eq!(user("Sam Smith <sam2@example.com>").await.unwrap(), "sam2@example.com");
}

#[rstest]
#[tokio::test]
async fn unknown_or_inactive_token_user_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await.value;
    let eve = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    users::set_active(&test.portal, &ada.actor, eve, false).await.unwrap();
    for number in 0..2 {
        let email = format!("sam{number}@example.com");
        let sam = test.create_user("Sam Smith", &email, Rights::default()).await;
        users::set_active(&test.portal, &ada.actor, sam, false).await.unwrap();
    }
    let unknown = "No active user has this name or email.";
    let inactive = "Eve is inactive. Activate the user or choose another.";
    for (user, expected) in [
        ("nobody@example.com", unknown),
        ("Nobody", unknown),
        // A user of another account, active or not.
        ("charles@example.com", unknown),
        ("Ada", unknown),
        ("nul\0", unknown),
        ("eve@example.com", inactive),
        (" EVE@example.com ", inactive),
        ("eve", inactive),
        ("Eve <eve@example.com>", inactive),
        (
            "Sam Smith",
            "All users named Sam Smith are inactive. Activate one or choose another.",
        ),
        (
            "sam1@example.com",
            "Sam Smith is inactive. Activate the user or choose another.",
        ),
    ] {
        let rejected = create(&test.portal, &ada.actor, new_token(&consumer, user, "Drupal")).await;
        assert_eq!(validation_error(rejected, "user"), expected, "{user}");
    }
    // A name that only one active user has selects that user.
    test.create_user("Eve", "eve2@example.com", Rights::default()).await;
    let created = create(&test.portal, &ada.actor, new_token(&consumer, "Eve", "Drupal")).await;
    let created = created.unwrap().value;
    assert_eq!(created.user_email, "eve2@example.com");
    revoke(&test.portal, &ada.actor, created.id).await.unwrap();
    // An inactive user of another account is not revealed.
    let charles = portal::accounts::operator(&test.portal, Some("Difference Engines"))
        .await
        .unwrap();
    let theirs = test.create_consumer(&charles, "Theirs").await.value;
    let rejected = create(&test.portal, &charles, new_token(&theirs, "eve@example.com", "Drupal")).await;
    assert_eq!(validation_error(rejected, "user"), unknown);
    assert_eq!(test.count_rows("tokens").await, 1);
}

#[rstest]
#[tokio::test]
async fn integration_type_other_requires_name(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await.value;
    let unnamed = create(&test.portal, &ada.actor, new_token(&consumer, ADA, OTHER)).await;
    validation_error(unnamed, "integration_name");
    let named = NewToken {
        integration_name: " House  CMS ".to_owned(),
        ..new_token(&consumer, ADA, OTHER)
    };
    assert_eq!(
        create(&test.portal, &ada.actor, named).await.unwrap().value.integration,
        "House CMS"
    );
    for kind in INTEGRATION_TYPES.iter().filter(|kind| **kind != OTHER) {
        let created = create(&test.portal, &ada.actor, new_token(&consumer, ADA, kind))
            .await
            .unwrap();
        assert_eq!(created.value.integration, *kind);
    }
}

#[rstest]
#[tokio::test]
async fn invalid_token_fields_are_reported(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let theirs = test.create_consumer(&other.actor, "Web shop").await.value;
    let error = create(&test.portal, &ada.actor, NewToken::default()).await.unwrap_err();
    let Error::Invalid(errors) = error else {
        panic!("{error:?}")
    };
    for field in ["user", "consumer", "integration_type"] {
        assert!(errors.get(field).is_some(), "{field}");
    }
    let gone = create(&test.portal, &ada.actor, new_token(&theirs, ADA, "Drupal")).await;
    assert_eq!(
        validation_error(gone, "consumer"),
        "This consumer no longer exists. Select another."
    );
    let unknown_type = create(&test.portal, &ada.actor, new_token(&theirs, ADA, "Notepad")).await;
    validation_error(unknown_type, "integration_type");
}

#[rstest]
#[tokio::test]
async fn consumer_can_have_several_tokens(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await;
    let mut apps = Vec::new();
    for _ in 0..3 {
        let token = test.create_token(&ada.actor, &consumer.value, ADA, "Drupal").await;
        apps.push((
            Oauth1Client::new(&consumer).with_token(&token.value.token, token.secret.expose()),
            token.value,
        ));
    }
    revoke(&test.portal, &ada.actor, apps[1].1.id).await.unwrap();
    assert!(apps[0].0.call(&test.portal).await.is_ok());
    assert_eq!(problem(apps[1].0.call(&test.portal).await), OauthProblem::TokenRevoked);
    assert!(apps[2].0.call(&test.portal).await.is_ok());
}
