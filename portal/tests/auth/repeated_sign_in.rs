use domain::accounts::rights::Rights;
use domain::oauth1::consumers::ConsumerForm;
use portal::accounts::users;
use portal::auth::sign_in::{BrowserCookies, sign_in_with_cookies};
use portal::auth::{one_time_secrets, sessions};
use portal::key_rotation;
use portal::oauth1::consumers;
use portal::{Actor, Error, Result, Secret, maintenance};
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;
use testing::{ADA, Engine, PASSWORD, TestPortal, assert_rejected, browser_at, eventually};

const EVE: &str = "eve@example.com";

/// Signs in from a browser that already has a session, and returns the new session.
async fn sign_in_again(test: &TestPortal, email: &str, password: &str, session: &Secret) -> Result<Secret> {
    let cookies = BrowserCookies {
        session: Some(session.clone()),
        known_browser: None,
    };
    let signed_in = sign_in_with_cookies(&test.portal, email, password, &browser_at("192.0.2.1"), &cookies).await?;
    Ok(signed_in.session)
}

async fn is_active(test: &TestPortal, session: &Secret) -> bool {
    sessions::find(&test.portal, session.expose()).await.unwrap().is_some()
}

/// Returns the names and values of the one-time secrets of a session.
async fn pending_secrets(test: &TestPortal, actor: &Actor) -> Vec<(String, String)> {
    let pending = one_time_secrets::list(&test.portal, actor).await.unwrap();
    pending.into_iter().map(|secret| (secret.name, secret.secret)).collect()
}

#[rstest]
#[tokio::test]
async fn sign_in_again_replaces_session(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let old = test.set_up().await;
    let new = sign_in_again(&test, ADA, PASSWORD, &old.cookie).await.unwrap();
    assert_ne!(new.expose(), old.cookie.expose());
    assert!(!is_active(&test, &old.cookie).await);
    let actor: Arc<Actor> = test.actor(&new).await;
    assert_ne!(actor.auth_method(), old.actor.auth_method());
    assert_eq!(sessions::list(&test.portal, &actor).await.unwrap().len(), 1);
    // A pending request of the old session is rejected.
    let input = ConsumerForm {
        name: "Web shop".to_owned(),
    };
    assert_rejected!(
        consumers::create(&test.portal, &old.actor, input).await,
        Error::SignedOut
    );
}

#[rstest]
#[tokio::test]
async fn one_time_secrets_move_to_new_session(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let mut browser = test.set_up().await;
    let shop = test.create_consumer(&browser.actor, "Web shop").await;
    let site = test.create_consumer(&browser.actor, "Website").await;
    let expected = vec![
        ("Web shop".to_owned(), shop.secret.expose().to_owned()),
        ("Website".to_owned(), site.secret.expose().to_owned()),
    ];
    for _ in 0..3 {
        browser.cookie = sign_in_again(&test, ADA, PASSWORD, &browser.cookie).await.unwrap();
        browser.actor = test.actor(&browser.cookie).await;
        assert_eq!(pending_secrets(&test, &browser.actor).await, expected);
    }
    // Moving them does not extend their lifetime, and they can still be acknowledged.
    let [first, _] = one_time_secrets::list(&test.portal, &browser.actor)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    one_time_secrets::acknowledge(&test.portal, &browser.actor, first.id)
        .await
        .unwrap();
    assert_eq!(pending_secrets(&test, &browser.actor).await, expected[1..]);
    test.clock.advance(one_time_secrets::LIFETIME);
    let last = sign_in_again(&test, ADA, PASSWORD, &browser.cookie).await.unwrap();
    assert_eq!(pending_secrets(&test, &*test.actor(&last).await).await, []);
    assert_eq!(test.count_rows("one_time_secrets").await, 0);
}

#[rstest]
#[tokio::test]
async fn one_time_secrets_do_not_move_to_another_user(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_user("Eve", EVE, Rights::all()).await;
    test.create_consumer(&ada.actor, "Web shop").await;
    let eve = sign_in_again(&test, EVE, PASSWORD, &ada.cookie).await.unwrap();
    let actor = test.actor(&eve).await;
    assert_eq!(actor.user().unwrap().email, EVE);
    assert_eq!(pending_secrets(&test, &actor).await, []);
    assert_eq!(test.count_rows("one_time_secrets").await, 0);
    assert!(!is_active(&test, &ada.cookie).await);
    // The first user does not get them back by signing in again.
    let ada = sign_in_again(&test, ADA, PASSWORD, &eve).await.unwrap();
    assert_eq!(pending_secrets(&test, &*test.actor(&ada).await).await, []);
}

#[rstest]
#[tokio::test]
async fn failed_sign_in_keeps_current_session(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_user("Eve", EVE, Rights::default()).await;
    test.create_consumer(&ada.actor, "Web shop").await;
    for email in [ADA, EVE, "nobody@example.com"] {
        for _ in 0..7 {
            assert!(
                sign_in_again(&test, email, "wrong password", &ada.cookie)
                    .await
                    .is_err()
            );
        }
        assert_rejected!(
            sign_in_again(&test, email, PASSWORD, &ada.cookie).await,
            Error::TooManyAttempts { .. }
        );
    }
    assert!(is_active(&test, &ada.cookie).await);
    assert_eq!(pending_secrets(&test, &ada.actor).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn sign_in_again_keeps_sessions_of_other_browsers(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let (ada, elsewhere) = (test.set_up().await, test.sign_in(ADA).await);
    test.create_consumer(&elsewhere.actor, "Web shop").await;
    sign_in_again(&test, ADA, PASSWORD, &ada.cookie).await.unwrap();
    assert!(is_active(&test, &elsewhere.cookie).await);
    assert_eq!(pending_secrets(&test, &elsewhere.actor).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn invalid_session_cookie_ends_no_session(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let long = "x".repeat(60_000);
    for cookie in ["", "x", "\0", "' or 1=1 --", &long, &ada.cookie.expose()[1..]] {
        sign_in_again(&test, ADA, PASSWORD, &Secret::new(cookie.to_owned()))
            .await
            .unwrap();
    }
    assert!(is_active(&test, &ada.cookie).await);
    // An expired or ended session does not prevent signing in, and neither does the session of a deactivated user.
    test.clock.advance(sessions::IDLE_TIMEOUT);
    sign_in_again(&test, ADA, PASSWORD, &ada.cookie).await.unwrap();
    let id = test.create_user("Eve", EVE, Rights::default()).await;
    let eve = test.sign_in(EVE).await;
    let ada = test.sign_in(ADA).await;
    users::set_active(&test.portal, &ada.actor, id, false).await.unwrap();
    sign_in_again(&test, ADA, PASSWORD, &eve.cookie).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn replaced_session_ends_on_other_node(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    let is_active = async || sessions::find(&other, ada.cookie.expose()).await.unwrap().is_some();
    assert!(is_active().await);
    sign_in_again(&test, ADA, PASSWORD, &ada.cookie).await.unwrap();
    let took = eventually("the old session is still active", || async { !is_active().await }).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    watch.abort();
}

#[rstest]
#[tokio::test]
async fn secret_created_during_sign_in_is_shown_or_not_created(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let mut browser = test.set_up().await;
    let mut created = Vec::new();
    for round in 0..12 {
        let input = ConsumerForm {
            name: format!("Web shop {round:02}"),
        };
        let (signed_in, consumer) = tokio::join!(sign_in_again(&test, ADA, PASSWORD, &browser.cookie), async {
            // Hashing the password with Argon2 takes time, so the delay varies.
            tokio::time::sleep(Duration::from_millis(round * 8)).await;
            consumers::create(&test.portal, &browser.actor, input).await
        });
        match consumer {
            Ok(consumer) => created.push((consumer.value.name, consumer.secret.expose().to_owned())),
            Err(Error::SignedOut) => {}
            Err(other) => panic!("{other}"),
        }
        browser.cookie = signed_in.unwrap();
        browser.actor = test.actor(&browser.cookie).await;
        assert_eq!(pending_secrets(&test, &browser.actor).await, created);
        assert_eq!(test.count_rows("consumers").await, created.len());
    }
}

#[rstest]
#[tokio::test]
async fn moved_secret_is_reencrypted_by_key_rotation(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_consumer(&ada.actor, "Web shop").await;
    let new = sign_in_again(&test, ADA, PASSWORD, &ada.cookie).await.unwrap();
    key_rotation::rotate(&test.portal).await.unwrap();
    assert_eq!(pending_secrets(&test, &*test.actor(&new).await).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn replaced_session_is_recorded_in_audit_log(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_user("Eve", EVE, Rights::default()).await;
    test.advance(1);
    sign_in_again(&test, EVE, PASSWORD, &ada.cookie).await.unwrap();
    let records = test
        .query_column(
            "select r.action || '|' || u.email || '|' || r.detail from audit_records r join users u on u.id = r.user_id
             where r.at = (select max(at) from audit_records) order by r.action",
        )
        .await;
    assert_eq!(
        records,
        [
            r#"session.end|ada@example.com|{"replaced":true}"#,
            r#"session.sign-in|eve@example.com|{"address":"192.0.2.1"}"#,
        ]
    );
}
