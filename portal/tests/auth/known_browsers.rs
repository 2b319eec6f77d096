use domain::accounts::rights::Rights;
use portal::accounts::users;
use portal::auth::known_browsers::{LIFETIME, MAX_BROWSERS_PER_USER, MAX_FAILURES};
use portal::auth::sign_in::{
    BrowserCookies, FREE_FAILURES_PER_ACCOUNT, FREE_FAILURES_PER_ADDRESS, FREE_FAILURES_PER_PAIR, SessionCookies,
    sign_in_with_cookies,
};
use portal::{Error, Result, Secret, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::{ADA, Engine, PASSWORD, TestPortal, assert_refused, client};

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
    sign_in_with_cookies(&test.portal, email, password, &client(address), &cookies).await
}

/// Signs in, and returns the known-browser cookie.
async fn remember_browser(test: &TestPortal, email: &str) -> Secret {
    sign_in_from(test, email, PASSWORD, "192.0.2.1", None)
        .await
        .unwrap()
        .known_browser
}

/// Asserts that a sign-in with a wrong password is refused.
async fn fail_sign_in(test: &TestPortal, email: &str, address: &str, browser: Option<&Secret>) {
    assert_refused!(
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
async fn known_browser_can_sign_in_while_account_is_attacked_from_many_addresses(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let browser = remember_browser(&test, ADA).await;
    throttle_account(&test, ADA).await;
    // With one mistyped password, and from a new address.
    fail_sign_in(&test, ADA, "203.0.113.77", Some(&browser)).await;
    let signed_in = sign_in_from(&test, ADA, PASSWORD, "203.0.113.77", Some(&browser))
        .await
        .unwrap();
    // The attacker is still throttled, and so is an unknown browser of the same user.
    assert_throttled(sign_in_from(&test, ADA, "wrong password", "198.51.100.1", None).await);
    assert_throttled(sign_in_from(&test, ADA, PASSWORD, "203.0.113.77", None).await);
    sign_in_from(&test, ADA, PASSWORD, "203.0.113.77", Some(&signed_in.known_browser))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn known_browser_can_sign_in_while_its_address_is_throttled(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    test.create_user("Eve", EVE, Rights::default()).await;
    let (ada, eve) = (remember_browser(&test, ADA).await, remember_browser(&test, EVE).await);
    for index in 0..FREE_FAILURES_PER_ADDRESS {
        fail_sign_in(&test, &format!("guess{index}@example.com"), "192.0.2.1", None).await;
    }
    assert_throttled(sign_in_from(&test, EVE, PASSWORD, "192.0.2.1", None).await);
    sign_in_from(&test, EVE, PASSWORD, "192.0.2.1", Some(&eve))
        .await
        .unwrap();
    // The same holds for failures at a single account.
    test.advance(60);
    for _ in 0..FREE_FAILURES_PER_PAIR {
        fail_sign_in(&test, ADA, "192.0.2.1", None).await;
        test.advance(2);
    }
    fail_sign_in(&test, ADA, "192.0.2.1", None).await;
    assert_throttled(sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", None).await);
    sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", Some(&ada))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn stolen_known_browser_cookie_allows_limited_guesses(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let stolen = remember_browser(&test, ADA).await;
    throttle_account(&test, ADA).await;
    for index in 0..MAX_FAILURES {
        fail_sign_in(&test, ADA, &format!("203.0.113.{index}"), Some(&stolen)).await;
    }
    for _ in 0..3 {
        assert_throttled(sign_in_from(&test, ADA, PASSWORD, "203.0.113.99", Some(&stolen)).await);
        // Waiting does not allow more guesses.
        test.advance(24 * 3600);
        for index in 0..FREE_FAILURES_PER_ACCOUNT {
            fail_sign_in(&test, ADA, &format!("203.0.113.{index}"), Some(&stolen)).await;
        }
    }
}

#[rstest]
#[tokio::test]
async fn concurrent_guesses_with_stolen_known_browser_cookie_are_limited(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let stolen = remember_browser(&test, ADA).await;
    throttle_account(&test, ADA).await;
    let nodes = [test.portal.clone(), test.another_node().await];
    let guesses: Vec<_> = (0..30)
        .map(|index| {
            let portal = nodes[index % 2].clone();
            let cookies = BrowserCookies {
                session: None,
                known_browser: Some(stolen.clone()),
            };
            tokio::spawn(async move {
                sign_in_with_cookies(&portal, ADA, "wrong password", &client("192.0.2.1"), &cookies).await
            })
        })
        .collect();
    let mut checked = 0;
    for guess in guesses {
        match guess.await.unwrap() {
            Err(Error::Invalid(_)) => checked += 1,
            Err(Error::TooManyAttempts { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(checked, MAX_FAILURES);
}

#[rstest]
#[tokio::test]
async fn successful_sign_in_resets_failures_of_known_browser(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let mut browser = remember_browser(&test, ADA).await;
    throttle_account(&test, ADA).await;
    for _ in 0..3 {
        for _ in 0..MAX_FAILURES - 1 {
            fail_sign_in(&test, ADA, "192.0.2.1", Some(&browser)).await;
        }
        let signed_in = sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", Some(&browser)).await;
        browser = signed_in.unwrap().known_browser;
    }
}

#[rstest]
#[tokio::test]
async fn known_browser_cookie_is_valid_for_its_user_only(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    test.create_user("Eve", EVE, Rights::default()).await;
    let eve = remember_browser(&test, EVE).await;
    throttle_account(&test, ADA).await;
    assert_throttled(sign_in_from(&test, ADA, PASSWORD, "192.0.2.9", Some(&eve)).await);
    // Attempts at another account do not count as the cookie's own failures.
    for _ in 0..2 * MAX_FAILURES {
        assert_throttled(sign_in_from(&test, ADA, "wrong password", "192.0.2.9", Some(&eve)).await);
    }
    throttle_account(&test, EVE).await;
    sign_in_from(&test, EVE, PASSWORD, "192.0.2.9", Some(&eve))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn forged_known_browser_cookie_is_ignored(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let browser = remember_browser(&test, ADA).await;
    throttle_account(&test, ADA).await;
    let long = "x".repeat(60_000);
    let changed = format!("{}x", &browser.expose()[..42]);
    for forged in [
        "",
        "x",
        "\0",
        "' or 1=1 --",
        "%",
        &long,
        &changed,
        &browser.expose()[1..],
    ] {
        let forged = Secret::new(forged.to_owned());
        assert_throttled(sign_in_from(&test, ADA, PASSWORD, "192.0.2.9", Some(&forged)).await);
    }
    let digests = test.query_column(match test.engine {
        Engine::Sqlite => "select lower(hex(digest)) from known_browsers",
        Engine::Postgres => "select encode(digest, 'hex') from known_browsers",
    });
    for digest in digests.await {
        assert_throttled(sign_in_from(&test, ADA, PASSWORD, "192.0.2.9", Some(&Secret::new(digest))).await);
    }
    sign_in_from(&test, ADA, PASSWORD, "192.0.2.9", Some(&browser))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn copied_known_browser_cookie_is_invalid_after_next_sign_in(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let copy = remember_browser(&test, ADA).await;
    let signed_in = sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", Some(&copy))
        .await
        .unwrap();
    assert_ne!(signed_in.known_browser.expose(), copy.expose());
    assert_ne!(signed_in.known_browser.expose(), signed_in.session.expose());
    throttle_account(&test, ADA).await;
    assert_throttled(sign_in_from(&test, ADA, PASSWORD, "192.0.2.9", Some(&copy)).await);
    sign_in_from(&test, ADA, PASSWORD, "192.0.2.9", Some(&signed_in.known_browser))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn known_browser_can_belong_to_two_users(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    test.create_user("Eve", EVE, Rights::default()).await;
    let first = remember_browser(&test, ADA).await;
    let browser = sign_in_from(&test, EVE, PASSWORD, "192.0.2.1", Some(&first))
        .await
        .unwrap();
    let mut browser = browser.known_browser;
    throttle_account(&test, ADA).await;
    throttle_account(&test, EVE).await;
    for email in [ADA, EVE, ADA] {
        assert_throttled(sign_in_from(&test, email, PASSWORD, "192.0.2.1", Some(&first)).await);
        let signed_in = sign_in_from(&test, email, PASSWORD, "192.0.2.1", Some(&browser)).await;
        browser = signed_in.unwrap().known_browser;
    }
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
    let created = portal::accounts::setup::complete(&test.portal, code.expose(), form, &client("192.0.2.1"))
        .await
        .unwrap();
    throttle_account(&test, ADA).await;
    sign_in_from(&test, ADA, PASSWORD, "192.0.2.1", Some(&created.known_browser))
        .await
        .unwrap();
}
