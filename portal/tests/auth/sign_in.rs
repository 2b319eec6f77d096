use domain::accounts::rights::Rights;
use portal::Error;
use portal::accounts::users;
use portal::auth::sessions;
use portal::auth::sign_in::{
    FAILURE_WINDOW, FREE_FAILURES_PER_ACCOUNT, FREE_FAILURES_PER_ADDRESS, FREE_FAILURES_PER_PAIR, sign_in,
};
use rstest::rstest;
use testing::{ADA, Engine, PASSWORD, TestPortal, browser_at};

/// Signs in, and returns the outcome as text: `in`, `wait` with the seconds, or the validation errors.
async fn attempt(test: &TestPortal, email: &str, password: &str, address: &str) -> String {
    match sign_in(&test.portal, email, password, &browser_at(address)).await {
        Ok(_) => "in".to_owned(),
        Err(Error::Invalid(errors)) => errors.to_string(),
        Err(Error::TooManyAttempts { retry_after }) => format!("wait {retry_after}"),
        Err(other) => panic!("{other:?}"),
    }
}

const WRONG_CREDENTIALS: &str = "form: Incorrect email or password.";

#[rstest]
#[tokio::test]
async fn correct_password_opens_session(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    test.advance(60);
    let cookie = sign_in(&test.portal, ADA, PASSWORD, &browser_at("192.0.2.1"))
        .await
        .unwrap();
    let actor = sessions::find(&test.portal, cookie.expose()).await.unwrap().unwrap();
    let user = actor.user().unwrap();
    assert_eq!((user.name.as_str(), user.email.as_str()), ("Ada Lovelace", ADA));
    assert_eq!(user.last_sign_in_at, Some(test.portal.now()));
    assert!(sessions::find(&test.portal, "another cookie").await.unwrap().is_none());
}

#[rstest]
#[tokio::test]
async fn sign_in_failures_return_same_message(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let eve = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    users::set_active(&test.portal, &ada.actor, eve, false).await.unwrap();
    let long = "x".repeat(100_000);
    for (email, password) in [
        (ADA, "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("eve@example.com", PASSWORD),
        ("", ""),
        (ADA, ""),
        (ADA, &long),
        ("nul\0@example.com", "nul\0"),
    ] {
        assert_eq!(
            attempt(&test, email, password, &format!("192.0.2.{}", email.len())).await,
            WRONG_CREDENTIALS,
            "{email}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn email_and_address_pair_waits_twice_as_long_after_each_failure(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    for _ in 0..5 {
        assert_eq!(
            attempt(&test, ADA, "wrong password", "192.0.2.1").await,
            WRONG_CREDENTIALS
        );
    }
    for wait in [1, 2, 4, 8] {
        let outcome = format!("wait {wait}");
        // Even the correct password is not checked, and another attempt does not extend the wait.
        assert_eq!(attempt(&test, ADA, PASSWORD, "192.0.2.1").await, outcome);
        assert_eq!(attempt(&test, ADA, PASSWORD, "192.0.2.1").await, outcome);
        test.advance(wait);
        assert_eq!(
            attempt(&test, ADA, "wrong password", "192.0.2.1").await,
            WRONG_CREDENTIALS
        );
    }
    // Neither another user at the same address nor the same user at another address is throttled.
    test.create_user("Eve", "eve@example.com", Rights::default()).await;
    assert_eq!(attempt(&test, "eve@example.com", PASSWORD, "192.0.2.1").await, "in");
    assert_eq!(attempt(&test, ADA, PASSWORD, "192.0.2.2").await, "in");
    test.advance(16);
    assert_eq!(attempt(&test, ADA, PASSWORD, "192.0.2.1").await, "in");
}

#[rstest]
#[tokio::test]
async fn mistyped_password_does_not_throttle_other_users_at_same_address(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    // More failures than one address is allowed at different accounts.
    let mut failures = 0;
    while failures <= FREE_FAILURES_PER_ADDRESS {
        let outcome = attempt(&test, "nobody@example.com", "wrong password", "192.0.2.1").await;
        match outcome.strip_prefix("wait ") {
            Some(seconds) => test.advance(seconds.parse().unwrap()),
            None => failures += 1,
        }
    }
    let outcome = attempt(&test, "nobody@example.com", "wrong password", "192.0.2.1").await;
    assert_eq!(outcome, "wait 900");
    assert_eq!(
        attempt(&test, ADA, "worng password", "192.0.2.1").await,
        WRONG_CREDENTIALS
    );
    assert_eq!(attempt(&test, ADA, PASSWORD, "192.0.2.1").await, "in");
}

#[rstest]
#[tokio::test]
async fn guessing_many_accounts_from_one_address_is_throttled_to_one_per_minute(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let guess = async |index: i64| {
        let email = format!("guess{index}@example.com");
        attempt(&test, &email, "wrong password", "2001:db8:1:2::1").await
    };
    for index in 0..FREE_FAILURES_PER_ADDRESS {
        assert_eq!(guess(index).await, WRONG_CREDENTIALS, "{index}");
    }
    for (index, wait) in (FREE_FAILURES_PER_ADDRESS..).zip([1, 2, 4, 8, 16, 32, 60, 60]) {
        assert_eq!(guess(index).await, format!("wait {wait}"));
        // Addresses in the same IPv6 /64 network count as one address; the next network does not.
        assert_eq!(
            attempt(&test, ADA, PASSWORD, "2001:db8:1:2:3::4").await,
            format!("wait {wait}")
        );
        assert_eq!(attempt(&test, ADA, PASSWORD, "2001:db8:1:3::1").await, "in");
        test.advance(wait);
        assert_eq!(guess(index).await, WRONG_CREDENTIALS);
    }
    // A user who knows the password waits once, and does not extend the next wait.
    test.advance(60);
    assert_eq!(attempt(&test, ADA, PASSWORD, "2001:db8:1:2::1").await, "in");
    assert_eq!(
        attempt(&test, "eve@example.com", PASSWORD, "2001:db8:1:2::1").await,
        "in"
    );
}

#[rstest]
#[tokio::test]
async fn successful_sign_in_clears_failures_of_pair_only(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    for round in 0..2 {
        for _ in 0..FREE_FAILURES_PER_PAIR - 1 {
            assert_eq!(
                attempt(&test, ADA, "wrong password", "192.0.2.1").await,
                WRONG_CREDENTIALS,
                "round {round}"
            );
        }
        assert_eq!(attempt(&test, ADA, PASSWORD, "192.0.2.1").await, "in", "round {round}");
    }
    // Eight failures still count for the account.
    for index in 0..FREE_FAILURES_PER_ACCOUNT - 8 {
        let address = format!("198.51.100.{index}");
        assert_eq!(
            attempt(&test, ADA, "wrong password", &address).await,
            WRONG_CREDENTIALS,
            "{index}"
        );
    }
    assert_eq!(attempt(&test, ADA, "wrong password", "203.0.113.1").await, "wait 1");
}

#[rstest]
#[tokio::test]
async fn sign_in_failures_expire_after_window(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    for _ in 0..5 {
        assert_eq!(
            attempt(&test, ADA, "wrong password", "192.0.2.1").await,
            WRONG_CREDENTIALS
        );
    }
    assert_eq!(attempt(&test, ADA, "wrong password", "192.0.2.1").await, "wait 1");
    test.clock.advance(FAILURE_WINDOW);
    for _ in 0..5 {
        assert_eq!(
            attempt(&test, ADA, "wrong password", "192.0.2.1").await,
            WRONG_CREDENTIALS
        );
    }
}

#[rstest]
#[tokio::test]
async fn guessing_one_account_from_many_addresses_is_throttled(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    test.create_user("Eve", "eve@example.com", Rights::default()).await;
    for index in 0..FREE_FAILURES_PER_ACCOUNT {
        let address = format!("198.51.100.{index}");
        assert_eq!(attempt(&test, ADA, "wrong password", &address).await, WRONG_CREDENTIALS);
    }
    for (index, wait) in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
        .into_iter()
        .enumerate()
    {
        let address = format!("203.0.113.{index}");
        for password in ["wrong password", PASSWORD] {
            let outcome = attempt(&test, ADA, password, &address).await;
            assert_eq!(outcome, format!("wait {wait}"));
        }
        test.advance(wait);
        assert_eq!(attempt(&test, ADA, "wrong password", &address).await, WRONG_CREDENTIALS);
    }
    // No other user is throttled, and the user can sign in after the wait.
    assert_eq!(attempt(&test, "eve@example.com", PASSWORD, "203.0.113.1").await, "in");
    test.advance(900);
    assert_eq!(attempt(&test, ADA, PASSWORD, "192.0.2.1").await, "in");
}

#[rstest]
#[tokio::test]
async fn unknown_account_is_throttled_like_existing_account(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let eve = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    users::set_active(&test.portal, &ada.actor, eve, false).await.unwrap();
    for index in 0..FREE_FAILURES_PER_ACCOUNT + 8 {
        let mut outcomes = Vec::new();
        for email in [ADA, "eve@example.com", "nobody@example.com"] {
            // Some attempts share an address.
            let address = format!("198.51.100.{}", index % 8);
            outcomes.push(attempt(&test, email, "wrong password", &address).await);
        }
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
    }
}

#[rstest]
#[tokio::test]
async fn concurrent_attempts_from_one_address_are_counted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    assert_eq!(
        count_concurrent_attempts(&test, |_| "192.0.2.1".to_owned()).await,
        (5, 35)
    );
}

#[rstest]
#[tokio::test]
async fn concurrent_attempts_from_many_addresses_are_counted(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    assert_eq!(
        count_concurrent_attempts(&test, |index| format!("192.0.2.{index}")).await,
        (20, 20)
    );
}

/// Sends 40 wrong passwords for Ada's account to two nodes concurrently, and counts how many are checked and how many
/// throttled.
async fn count_concurrent_attempts(test: &TestPortal, address: impl Fn(usize) -> String) -> (usize, usize) {
    let nodes = [test.portal.clone(), test.another_node().await];
    let attempts: Vec<_> = (0..40)
        .map(|index| {
            let (portal, client) = (nodes[index % 2].clone(), browser_at(&address(index)));
            tokio::spawn(async move { sign_in(&portal, ADA, "wrong password", &client).await })
        })
        .collect();
    let (mut checked, mut throttled) = (0, 0);
    for attempt in attempts {
        match attempt.await.unwrap() {
            Err(Error::Invalid(_)) => checked += 1,
            Err(Error::TooManyAttempts { .. }) => throttled += 1,
            other => panic!("{other:?}"),
        }
    }
    (checked, throttled)
}

#[rstest]
#[tokio::test]
async fn email_is_matched_regardless_of_case(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    assert_eq!(attempt(&test, " ADA@Example.COM ", PASSWORD, "192.0.2.1").await, "in");
}

#[rstest]
#[tokio::test]
async fn password_changed_during_sign_in_opens_no_session(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let eve = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let passwords = ["another horse, another battery", PASSWORD];
    for round in 0..8 {
        let (old, new) = (passwords[(round + 1) % 2], passwords[round % 2]);
        let client = browser_at("192.0.2.1");
        let (signed_in, changed) = tokio::join!(
            sign_in(&test.portal, "eve@example.com", old, &client),
            users::set_password(&test.portal, &ada.actor, eve, new),
        );
        changed.unwrap();
        if let Ok(cookie) = signed_in {
            let found = sessions::find(&test.portal, cookie.expose()).await.unwrap();
            assert!(found.is_none(), "the old password opened a session, round {round}");
        }
    }
    assert_eq!(attempt(&test, "eve@example.com", PASSWORD, "192.0.2.1").await, "in");
}
