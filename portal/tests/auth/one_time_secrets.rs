use domain::oauth1::consumers::ConsumerForm;
use portal::auth::one_time_secrets::{LIFETIME, acknowledge, list};
use portal::auth::sessions;
use portal::oauth1::{consumers, tokens};
use portal::{Error, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::oauth1_client::Oauth1Client;
use testing::{ADA, Engine, TestPortal, assert_rejected};

#[rstest]
#[tokio::test]
async fn one_time_secrets_survive_restart(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await;
    let token = test.create_token(&ada.actor, &consumer.value, ADA, "Drupal").await;
    test.portal.close().await;

    let portal = test.another_node().await;
    let actor = sessions::find(&portal, ada.cookie.expose()).await.unwrap().unwrap();
    for _ in 0..2 {
        let shown = list(&portal, &actor).await.unwrap();
        let [first, second] = shown.as_slice() else {
            panic!("{shown:?}")
        };
        assert_eq!(
            (first.secret.as_str(), second.secret.as_str()),
            (consumer.secret.expose(), token.secret.expose())
        );
        let app = Oauth1Client {
            consumer_key: first.key.clone(),
            consumer_secret: first.secret.clone(),
            token: Some((second.key.clone(), second.secret.clone())),
        };
        app.call(&portal).await.unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn one_time_secrets_are_hidden_from_other_sessions(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let elsewhere = test.sign_in(ADA).await;
    test.create_consumer(&ada.actor, "Web shop").await;
    assert!(list(&test.portal, &elsewhere.actor).await.unwrap().is_empty());
    let [shown] = list(&test.portal, &ada.actor).await.unwrap().try_into().unwrap();
    acknowledge(&test.portal, &elsewhere.actor, shown.id).await.unwrap();
    assert_eq!(list(&test.portal, &ada.actor).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn acknowledged_one_time_secret_is_deleted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_consumer(&ada.actor, "Web shop").await;
    test.create_consumer(&ada.actor, "Website").await;
    let shown = list(&test.portal, &ada.actor).await.unwrap();
    assert_eq!(
        shown.iter().map(|shown| shown.name.as_str()).collect::<Vec<_>>(),
        ["Web shop", "Website"]
    );
    for _ in 0..2 {
        acknowledge(&test.portal, &ada.actor, shown[0].id).await.unwrap();
        assert_eq!(list(&test.portal, &ada.actor).await.unwrap(), shown[1..]);
    }
    assert_eq!(test.count_rows("one_time_secrets").await, 1);
}

#[rstest]
#[tokio::test]
async fn one_time_secret_expires_after_ten_minutes(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_consumer(&ada.actor, "Web shop").await;
    test.clock.advance(LIFETIME - Duration::from_millis(1));
    assert_eq!(list(&test.portal, &ada.actor).await.unwrap().len(), 1);
    test.clock.advance(Duration::from_millis(1));
    assert!(list(&test.portal, &ada.actor).await.unwrap().is_empty());
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(test.count_rows("one_time_secrets").await, 0);
}

#[rstest]
#[tokio::test]
async fn one_time_secrets_are_deleted_on_sign_out(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_consumer(&ada.actor, "Web shop").await;
    sessions::sign_out(&test.portal, &ada.actor).await.unwrap();
    assert_eq!(test.count_rows("one_time_secrets").await, 0);
}

#[rstest]
#[tokio::test]
async fn ended_session_cannot_create_credentials(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await.value;
    // A request that was authenticated just before its session ended.
    sessions::sign_out(&test.portal, &ada.actor).await.unwrap();
    let input = ConsumerForm {
        name: "Website".to_owned(),
    };
    assert_rejected!(
        consumers::create(&test.portal, &ada.actor, input).await,
        Error::SignedOut
    );
    let input = testing::new_token(&consumer, ADA, "Drupal");
    assert_rejected!(tokens::create(&test.portal, &ada.actor, input).await, Error::SignedOut);
    assert_eq!(
        (test.count_rows("consumers").await, test.count_rows("tokens").await),
        (1, 0)
    );
}

#[rstest]
#[tokio::test]
async fn command_line_has_no_one_time_secrets(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let operator = test.operator().await;
    let created = test.create_consumer(&operator, "Web shop").await;
    assert_eq!((created.secret.expose().len(), created.value.created_by), (43, None));
    assert_eq!(test.count_rows("one_time_secrets").await, 0);
    assert_rejected!(list(&test.portal, &operator).await, Error::SignedOut);
}
