mod cookies;
mod throttling;

use domain::accounts::rights::Rights;
use portal::accounts::users;
use portal::auth::known_browsers::{LIFETIME, MAX_BROWSERS_PER_USER};
use portal::auth::sign_in::{BrowserCookies, FREE_FAILURES_PER_ACCOUNT, SessionCookies, sign_in_with_cookies};
use portal::{Error, Result, Secret, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::{ADA, Engine, PASSWORD, TestPortal, assert_rejected, browser_at};

const EVE: &str = "eve@example.com";

/// Signs in from an address, with the cookie of a known browser if there is one.
async fn sign_in_from(
    test: &TestPortal,
    email: &str,
    password: &str,
    address: &str,
    browser: Option<&Secret>,
) -> Result<SessionCookies> {
    let cookies = BrowserCookies {
        session: None,
        known_browser: browser.cloned(),
    };
    sign_in_with_cookies(&test.portal, email, password, &browser_at(address), &cookies).await
}

/// Signs in, and returns the known-browser cookie.
async fn remember_browser(test: &TestPortal, email: &str) -> Secret {
    sign_in_from(test, email, PASSWORD, "192.0.2.1", None)
        .await
        .unwrap()
        .known_browser
}

/// Asserts that a sign-in with a wrong password is rejected.
async fn fail_sign_in(test: &TestPortal, email: &str, address: &str, browser: Option<&Secret>) {
    assert_rejected!(
        sign_in_from(test, email, "wrong password", address, browser).await,
        Error::Invalid(_)
    );
}

/// Fails to sign in until unknown browsers at every address are throttled.
async fn throttle_account(test: &TestPortal, email: &str) {
    for index in 0..FREE_FAILURES_PER_ACCOUNT {
        fail_sign_in(test, email, &format!("198.51.100.{index}"), None).await;
    }
    assert_throttled(sign_in_from(test, email, PASSWORD, "203.0.113.1", None).await);
}

#[track_caller]
fn assert_throttled(result: Result<SessionCookies>) {
    assert!(matches!(result, Err(Error::TooManyAttempts { .. })), "{result:?}");
}

#[rstest]
#[tokio::test]
async fn set_password_deletes_known_browsers_and_failures(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let eve = test.create_user("Eve", EVE, Rights::default()).await;
    let browser = remember_browser(&test, EVE).await;
    throttle_account(&test, EVE).await;
    let new = "another horse, another battery";
    users::set_password(&test.portal, &ada.actor, eve, new).await.unwrap();
    assert_eq!(test.count_rows("known_browsers").await, 1, "only Ada's browser is left");
    // The new password works immediately, even from an address that was throttled for the old one.
    sign_in_from(&test, EVE, new, "198.51.100.1", None).await.unwrap();
    throttle_account(&test, EVE).await;
    assert_throttled(sign_in_from(&test, EVE, new, "192.0.2.1", Some(&browser)).await);
}

#[rstest]
#[tokio::test]
async fn deactivated_user_loses_known_browsers(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let eve = test.create_user("Eve", EVE, Rights::default()).await;
    let browser = remember_browser(&test, EVE).await;
    users::set_active(&test.portal, &ada.actor, eve, false).await.unwrap();
    users::set_active(&test.portal, &ada.actor, eve, true).await.unwrap();
    throttle_account(&test, EVE).await;
    assert_throttled(sign_in_from(&test, EVE, PASSWORD, "192.0.2.1", Some(&browser)).await);
}

#[rstest]
#[tokio::test]
async fn known_browser_expires_after_its_lifetime(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let browser = remember_browser(&test, ADA).await;
    test.clock.advance(LIFETIME - Duration::from_secs(2));
    maintenance::run(&test.portal).await.unwrap();
    throttle_account(&test, ADA).await;
    let renewed = sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", Some(&browser))
        .await
        .unwrap();
    test.clock.advance(LIFETIME);
    throttle_account(&test, ADA).await;
    assert_throttled(sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", Some(&renewed.known_browser)).await);
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(test.count_rows("known_browsers").await, 0);
}

#[rstest]
#[tokio::test]
async fn known_browsers_are_limited_per_user(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let mut browsers = Vec::new();
    for _ in 0..MAX_BROWSERS_PER_USER + 1 {
        test.advance(1);
        browsers.push(remember_browser(&test, ADA).await);
    }
    assert_eq!(test.count_rows("known_browsers").await as i64, MAX_BROWSERS_PER_USER);
    throttle_account(&test, ADA).await;
    assert_throttled(sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", Some(&browsers[0])).await);
    for browser in [&browsers[1], browsers.last().unwrap()] {
        sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", Some(browser))
            .await
            .unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn browser_used_for_setup_is_known(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let code = portal::accounts::setup::issue_code(&test.portal)
        .await
        .unwrap()
        .unwrap();
    let form = domain::accounts::NewAccount {
        account_name: "Analytical Engines".to_owned(),
        name: "Ada Lovelace".to_owned(),
        email: ADA.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let created = portal::accounts::setup::complete(&test.portal, code.expose(), form, &browser_at("192.0.2.1"))
        .await
        .unwrap();
    throttle_account(&test, ADA).await;
    sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", Some(&created.known_browser))
        .await
        .unwrap();
}
