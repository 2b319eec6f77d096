use super::{EVE, assert_throttled, fail_sign_in, remember_browser, sign_in_from, throttle_account};
use domain::accounts::rights::Rights;
use portal::Error;
use portal::auth::known_browsers::MAX_FAILURES;
use portal::auth::sign_in::{
    BrowserCookies, FREE_FAILURES_PER_ACCOUNT, FREE_FAILURES_PER_ADDRESS, FREE_FAILURES_PER_PAIR, sign_in_with_cookies,
};
use rstest::rstest;
use testing::{ADA, Engine, PASSWORD, TestPortal, browser_at};

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
                sign_in_with_cookies(&portal, ADA, "wrong password", &browser_at("192.0.2.1"), &cookies).await
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
