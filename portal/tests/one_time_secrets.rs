use crate::support::app::App;
use crate::support::{ADA, House};
use domain::oauth1::consumers::NewConsumer;
use portal::auth::one_time_secrets::{LIFETIME, dismiss, pending};
use portal::auth::sessions;
use portal::oauth1::{consumers, tokens};
use portal::{Error, maintenance};
use std::time::Duration;

both!(
    secrets_wait_for_their_session_across_a_restart,
    no_other_session_sees_them,
    ok_puts_them_away,
    they_are_gone_after_ten_minutes,
    they_end_with_their_session,
    a_session_that_has_ended_makes_nothing,
    the_command_line_has_none,
);

async fn secrets_wait_for_their_session_across_a_restart(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await;
    let token = house.token(&ada.actor, &consumer.value, ADA, "Drupal").await;
    house.portal.close().await;

    let portal = house.another_node().await;
    let actor = sessions::find(&portal, ada.cookie.expose()).await.unwrap().unwrap();
    for _ in 0..2 {
        let shown = pending(&portal, &actor).await.unwrap();
        let [first, second] = shown.as_slice() else {
            panic!("{shown:?}")
        };
        assert_eq!(
            (first.secret.as_str(), second.secret.as_str()),
            (consumer.secret.expose(), token.secret.expose())
        );
        let app = App {
            consumer_key: first.key.clone(),
            consumer_secret: first.secret.clone(),
            token: Some((second.key.clone(), second.secret.clone())),
        };
        app.call(&portal).await.unwrap();
    }
}

async fn no_other_session_sees_them(house: House) {
    let ada = house.set_up().await;
    let elsewhere = house.sign_in(ADA).await;
    house.consumer(&ada.actor, "Web shop").await;
    assert!(pending(&house.portal, &elsewhere.actor).await.unwrap().is_empty());
    let [shown] = pending(&house.portal, &ada.actor).await.unwrap().try_into().unwrap();
    dismiss(&house.portal, &elsewhere.actor, shown.id).await.unwrap();
    assert_eq!(pending(&house.portal, &ada.actor).await.unwrap().len(), 1);
}

async fn ok_puts_them_away(house: House) {
    let ada = house.set_up().await;
    house.consumer(&ada.actor, "Web shop").await;
    house.consumer(&ada.actor, "Website").await;
    let shown = pending(&house.portal, &ada.actor).await.unwrap();
    assert_eq!(
        shown.iter().map(|shown| shown.name.as_str()).collect::<Vec<_>>(),
        ["Web shop", "Website"]
    );
    for _ in 0..2 {
        dismiss(&house.portal, &ada.actor, shown[0].id).await.unwrap();
        assert_eq!(pending(&house.portal, &ada.actor).await.unwrap(), shown[1..]);
    }
    assert_eq!(house.count("reveals").await, 1);
}

async fn they_are_gone_after_ten_minutes(house: House) {
    let ada = house.set_up().await;
    house.consumer(&ada.actor, "Web shop").await;
    house.clock.advance(LIFETIME - Duration::from_millis(1));
    assert_eq!(pending(&house.portal, &ada.actor).await.unwrap().len(), 1);
    house.clock.advance(Duration::from_millis(1));
    assert!(pending(&house.portal, &ada.actor).await.unwrap().is_empty());
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!(house.count("reveals").await, 0);
}

async fn they_end_with_their_session(house: House) {
    let ada = house.set_up().await;
    house.consumer(&ada.actor, "Web shop").await;
    sessions::sign_out(&house.portal, &ada.actor).await.unwrap();
    assert_eq!(house.count("reveals").await, 0);
}

async fn a_session_that_has_ended_makes_nothing(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await.value;
    // A request that was let in just before its session was ended.
    sessions::sign_out(&house.portal, &ada.actor).await.unwrap();
    let input = NewConsumer {
        name: "Website".to_owned(),
    };
    assert_refused!(
        consumers::create(&house.portal, &ada.actor, input).await,
        Error::SignedOut
    );
    let input = crate::support::new_token(&consumer, ADA, "Drupal");
    assert_refused!(tokens::create(&house.portal, &ada.actor, input).await, Error::SignedOut);
    assert_eq!((house.count("consumers").await, house.count("tokens").await), (1, 0));
}

async fn the_command_line_has_none(house: House) {
    house.set_up().await;
    let operator = house.operator().await;
    let made = house.consumer(&operator, "Web shop").await;
    assert_eq!((made.secret.expose().len(), made.value.created_by), (43, None));
    assert_eq!(house.count("reveals").await, 0);
    assert_refused!(pending(&house.portal, &operator).await, Error::SignedOut);
}
