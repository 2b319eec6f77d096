use super::{EVE, assert_throttled, remember_browser, sign_in_from, throttle_account};
use domain::accounts::rights::Rights;
use portal::Secret;
use portal::auth::known_browsers::MAX_FAILURES;
use rstest::rstest;
use testing::{ADA, Engine, PASSWORD, TestPortal};

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
