use portal::Error;
use portal::accounts::users::change_own_password;
use portal::auth::sessions;
use portal::auth::sign_in::{FREE_FAILURES_PER_PAIR, sign_in};
use portal::mail::outbox;
use rstest::rstest;
use testing::{ADA, Engine, PASSWORD, TestPortal, assert_rejected, browser_at, validation_error};

const NEW_PASSWORD: &str = "tunnel of seven lanterns";

#[rstest]
#[tokio::test]
async fn user_changes_own_password_and_other_sessions_end(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.sign_in(ADA).await;
    let client = browser_at("192.0.2.1");
    change_own_password(&test.portal, &ada.actor, PASSWORD, NEW_PASSWORD, &client)
        .await
        .unwrap();
    test.actor(&ada.cookie).await;
    assert!(
        sessions::find(&test.portal, other.cookie.expose())
            .await
            .unwrap()
            .is_none()
    );
    sign_in(&test.portal, ADA, NEW_PASSWORD, &client).await.unwrap();
    assert_rejected!(sign_in(&test.portal, ADA, PASSWORD, &client).await, Error::Invalid(_));
    let notice = outbox::list(&test.portal).await.unwrap().remove(0);
    assert_eq!(
        (notice.kind.as_str(), notice.recipient.as_str()),
        ("password-changed", ADA)
    );
    let (_, text) = outbox::get(&test.portal, notice.id).await.unwrap();
    let text = text.unwrap();
    assert!(text.text.expose().contains("192.0.2.1") && text.text.expose().contains("Firefox on Linux"));
    assert_eq!(
        test.count_rows("audit_records where action = 'password.change'").await,
        1
    );
}

#[rstest]
#[tokio::test]
async fn rejected_change_changes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let client = browser_at("192.0.2.1");
    let change = async |current: &str, password: &str| {
        change_own_password(&test.portal, &ada.actor, current, password, &client).await
    };
    validation_error(change("wrong password", NEW_PASSWORD).await, "current_password");
    validation_error(change(PASSWORD, "password1234").await, "password");
    for _ in 0..2 * FREE_FAILURES_PER_PAIR {
        validation_error(change(PASSWORD, "short").await, "password");
    }
    validation_error(change(PASSWORD, PASSWORD).await, "password");
    assert_eq!(outbox::list(&test.portal).await.unwrap().len(), 0);
    sign_in(&test.portal, ADA, PASSWORD, &client).await.unwrap();
}

/// A stolen session must not be of use to guess the password.
#[rstest]
#[tokio::test]
async fn guesses_of_the_current_password_are_slowed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let client = browser_at("192.0.2.1");
    for _ in 0..FREE_FAILURES_PER_PAIR {
        let guess = change_own_password(&test.portal, &ada.actor, "a guess of a password", NEW_PASSWORD, &client).await;
        validation_error(guess, "current_password");
    }
    let outcome = change_own_password(&test.portal, &ada.actor, PASSWORD, NEW_PASSWORD, &client).await;
    assert_rejected!(outcome, Error::TooManyAttempts { .. });
}

#[rstest]
#[tokio::test]
async fn two_changes_at_once_do_not_both_succeed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.sign_in(ADA).await;
    let client = browser_at("192.0.2.1");
    let (one, two) = tokio::join!(
        change_own_password(&test.portal, &ada.actor, PASSWORD, NEW_PASSWORD, &client),
        change_own_password(&test.portal, &other.actor, PASSWORD, "another seven lanterns", &client)
    );
    assert_eq!(
        usize::from(one.is_ok()) + usize::from(two.is_ok()),
        1,
        "{one:?} {two:?}"
    );
}
