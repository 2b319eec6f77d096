use crate::support::{ADA, House, PASSWORD, client, eventually};
use domain::accounts::rights::Rights;
use domain::oauth1::consumers::NewConsumer;
use portal::accounts::users;
use portal::auth::sign_in::{Cookies, sign_in_with_cookies};
use portal::auth::{one_time_secrets, sessions};
use portal::key_rotation;
use portal::oauth1::consumers;
use portal::{Actor, Error, Result, Secret, maintenance};
use std::sync::Arc;
use std::time::Duration;

both!(
    the_old_session_ends_and_a_new_one_begins,
    secrets_that_wait_move_to_the_new_session,
    another_user_gets_none_of_what_waited,
    a_failed_sign_in_leaves_the_session_as_it_was,
    sessions_of_other_browsers_go_on,
    a_cookie_that_opens_nothing_ends_nothing,
    the_old_session_is_dead_on_the_other_node,
    a_secret_made_meanwhile_is_shown_or_not_made,
    a_moved_secret_is_sealed_again_under_a_new_master_key,
    the_end_of_the_old_session_is_on_record,
);

const EVE: &str = "eve@example.com";

/// Signs in in a browser that is in a session.
async fn again(house: &House, email: &str, password: &str, session: &Secret) -> Result<Secret> {
    let cookies = Cookies {
        session: Some(session.clone()),
        known_browser: None,
    };
    let signed_in = sign_in_with_cookies(&house.portal, email, password, &client("192.0.2.1"), &cookies).await?;
    Ok(signed_in.session)
}

async fn lives(house: &House, session: &Secret) -> bool {
    sessions::find(&house.portal, session.expose()).await.unwrap().is_some()
}

async fn waiting(house: &House, actor: &Actor) -> Vec<(String, String)> {
    let pending = one_time_secrets::pending(&house.portal, actor).await.unwrap();
    pending.into_iter().map(|reveal| (reveal.name, reveal.secret)).collect()
}

async fn the_old_session_ends_and_a_new_one_begins(house: House) {
    let old = house.set_up().await;
    let new = again(&house, ADA, PASSWORD, &old.cookie).await.unwrap();
    assert_ne!(new.expose(), old.cookie.expose());
    assert!(!lives(&house, &old.cookie).await);
    let actor: Arc<Actor> = house.actor(&new).await;
    assert_ne!(actor.via(), old.actor.via());
    assert_eq!(sessions::list(&house.portal, &actor).await.unwrap().len(), 1);
    // What was on its way in the old session opens nothing any more.
    let input = NewConsumer {
        name: "Web shop".to_owned(),
    };
    assert_refused!(
        consumers::create(&house.portal, &old.actor, input).await,
        Error::SignedOut
    );
}

async fn secrets_that_wait_move_to_the_new_session(house: House) {
    let mut browser = house.set_up().await;
    let shop = house.consumer(&browser.actor, "Web shop").await;
    let site = house.consumer(&browser.actor, "Website").await;
    let expected = vec![
        ("Web shop".to_owned(), shop.secret.expose().to_owned()),
        ("Website".to_owned(), site.secret.expose().to_owned()),
    ];
    for _ in 0..3 {
        browser.cookie = again(&house, ADA, PASSWORD, &browser.cookie).await.unwrap();
        browser.actor = house.actor(&browser.cookie).await;
        assert_eq!(waiting(&house, &browser.actor).await, expected);
    }
    // Their time is not put off, and OK puts them away.
    let [first, _] = one_time_secrets::pending(&house.portal, &browser.actor)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    one_time_secrets::dismiss(&house.portal, &browser.actor, first.id)
        .await
        .unwrap();
    assert_eq!(waiting(&house, &browser.actor).await, expected[1..]);
    house.clock.advance(one_time_secrets::LIFETIME);
    let last = again(&house, ADA, PASSWORD, &browser.cookie).await.unwrap();
    assert_eq!(waiting(&house, &*house.actor(&last).await).await, []);
    assert_eq!(house.count("reveals").await, 0);
}

async fn another_user_gets_none_of_what_waited(house: House) {
    let ada = house.set_up().await;
    house.person("Eve", EVE, Rights::all()).await;
    house.consumer(&ada.actor, "Web shop").await;
    let eve = again(&house, EVE, PASSWORD, &ada.cookie).await.unwrap();
    let actor = house.actor(&eve).await;
    assert_eq!(actor.person().unwrap().email, EVE);
    assert_eq!(waiting(&house, &actor).await, []);
    assert_eq!(house.count("reveals").await, 0);
    assert!(!lives(&house, &ada.cookie).await);
    // Nor does the first user find it again after the second.
    let ada = again(&house, ADA, PASSWORD, &eve).await.unwrap();
    assert_eq!(waiting(&house, &*house.actor(&ada).await).await, []);
}

async fn a_failed_sign_in_leaves_the_session_as_it_was(house: House) {
    let ada = house.set_up().await;
    house.person("Eve", EVE, Rights::default()).await;
    house.consumer(&ada.actor, "Web shop").await;
    for email in [ADA, EVE, "nobody@example.com"] {
        for _ in 0..7 {
            assert!(again(&house, email, "wrong password", &ada.cookie).await.is_err());
        }
        assert_refused!(again(&house, email, PASSWORD, &ada.cookie).await, Error::TooMany { .. });
    }
    assert!(lives(&house, &ada.cookie).await);
    assert_eq!(waiting(&house, &ada.actor).await.len(), 1);
}

async fn sessions_of_other_browsers_go_on(house: House) {
    let (ada, elsewhere) = (house.set_up().await, house.sign_in(ADA).await);
    house.consumer(&elsewhere.actor, "Web shop").await;
    again(&house, ADA, PASSWORD, &ada.cookie).await.unwrap();
    assert!(lives(&house, &elsewhere.cookie).await);
    assert_eq!(waiting(&house, &elsewhere.actor).await.len(), 1);
}

async fn a_cookie_that_opens_nothing_ends_nothing(house: House) {
    let ada = house.set_up().await;
    let endless = "x".repeat(60_000);
    for cookie in ["", "x", "\0", "' or 1=1 --", &endless, &ada.cookie.expose()[1..]] {
        again(&house, ADA, PASSWORD, &Secret::new(cookie.to_owned()))
            .await
            .unwrap();
    }
    assert!(lives(&house, &ada.cookie).await);
    // One that has expired, or was ended, is no obstacle; neither is one of somebody who has been deactivated.
    house.clock.advance(sessions::IDLE);
    again(&house, ADA, PASSWORD, &ada.cookie).await.unwrap();
    let id = house.person("Eve", EVE, Rights::default()).await;
    let eve = house.sign_in(EVE).await;
    let ada = house.sign_in(ADA).await;
    users::set_active(&house.portal, &ada.actor, id, false).await.unwrap();
    again(&house, ADA, PASSWORD, &eve.cookie).await.unwrap();
}

async fn the_old_session_is_dead_on_the_other_node(house: House) {
    let ada = house.set_up().await;
    let other = house.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    let lives = async || sessions::find(&other, ada.cookie.expose()).await.unwrap().is_some();
    assert!(lives().await);
    again(&house, ADA, PASSWORD, &ada.cookie).await.unwrap();
    let took = eventually("the old session ends", || async { !lives().await }).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    watch.abort();
}

async fn a_secret_made_meanwhile_is_shown_or_not_made(house: House) {
    let mut browser = house.set_up().await;
    let mut made = Vec::new();
    for round in 0..12 {
        let input = NewConsumer {
            name: format!("Web shop {round:02}"),
        };
        let (signed_in, consumer) = tokio::join!(again(&house, ADA, PASSWORD, &browser.cookie), async {
            // Argon2 takes its time first.
            tokio::time::sleep(Duration::from_millis(round * 8)).await;
            consumers::create(&house.portal, &browser.actor, input).await
        });
        match consumer {
            Ok(consumer) => made.push((consumer.value.name, consumer.secret.expose().to_owned())),
            Err(Error::SignedOut) => {}
            Err(other) => panic!("{other}"),
        }
        browser.cookie = signed_in.unwrap();
        browser.actor = house.actor(&browser.cookie).await;
        assert_eq!(waiting(&house, &browser.actor).await, made);
        assert_eq!(house.count("consumers").await, made.len());
    }
}

async fn a_moved_secret_is_sealed_again_under_a_new_master_key(house: House) {
    let ada = house.set_up().await;
    house.consumer(&ada.actor, "Web shop").await;
    let new = again(&house, ADA, PASSWORD, &ada.cookie).await.unwrap();
    key_rotation::rotate(&house.portal).await.unwrap();
    assert_eq!(waiting(&house, &*house.actor(&new).await).await.len(), 1);
}

async fn the_end_of_the_old_session_is_on_record(house: House) {
    let ada = house.set_up().await;
    house.person("Eve", EVE, Rights::default()).await;
    house.advance(1);
    again(&house, EVE, PASSWORD, &ada.cookie).await.unwrap();
    let records = house
        .texts(
            "select r.action || '|' || u.email || '|' || r.detail from audit_records r join users u on u.id = r.user_id
             where r.at = (select max(at) from audit_records) order by r.action",
        )
        .await;
    assert_eq!(
        records,
        [
            "session.end|ada@example.com|signed in again",
            "session.sign-in|eve@example.com|192.0.2.1",
        ]
    );
}
