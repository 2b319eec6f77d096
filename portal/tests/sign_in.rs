use crate::support::{ADA, House, PASSWORD, client};
use domain::accounts::rights::Rights;
use portal::Error;
use portal::accounts::users;
use portal::auth::sessions;
use portal::auth::sign_in::{FREE_PER_ACCOUNT, FREE_PER_ADDRESS, FREE_PER_PAIR, WINDOW, sign_in};

both!(
    the_right_password_opens_a_session,
    every_failure_gets_the_same_answer,
    a_pair_is_slowed_down_with_doubling_waits,
    who_mistypes_one_password_holds_up_nobody_else_at_the_address,
    guessing_at_many_accounts_from_one_address_is_slowed_down_to_one_a_minute,
    success_forgives_the_pair_but_not_what_failed_elsewhere,
    failures_are_forgotten_after_the_window,
    guessing_at_one_account_from_everywhere_is_slowed_down,
    an_account_that_does_not_exist_is_slowed_down_as_one_that_does,
    attempts_at_once_are_counted_at_once,
    attempts_at_once_from_many_addresses_are_counted_at_once,
    an_email_may_be_typed_in_any_case,
    a_password_changed_during_the_sign_in_opens_nothing,
);

/// What became of an attempt, in a word.
async fn attempt(house: &House, email: &str, password: &str, address: &str) -> String {
    match sign_in(&house.portal, email, password, &client(address)).await {
        Ok(_) => "in".to_owned(),
        Err(Error::Invalid(errors)) => errors.to_string(),
        Err(Error::TooMany { retry_after }) => format!("wait {retry_after}"),
        Err(other) => panic!("{other:?}"),
    }
}

const WRONG: &str = "form: The e-mail or the password is wrong.";

async fn the_right_password_opens_a_session(house: House) {
    house.set_up().await;
    house.advance(60);
    let cookie = sign_in(&house.portal, ADA, PASSWORD, &client("192.0.2.1"))
        .await
        .unwrap();
    let actor = sessions::find(&house.portal, cookie.expose()).await.unwrap().unwrap();
    let person = actor.person().unwrap();
    assert_eq!((person.name.as_str(), person.email.as_str()), ("Ada Lovelace", ADA));
    assert_eq!(person.last_sign_in_at, Some(house.portal.now()));
    assert!(sessions::find(&house.portal, "another cookie").await.unwrap().is_none());
}

async fn every_failure_gets_the_same_answer(house: House) {
    let ada = house.set_up().await;
    let eve = house.person("Eve", "eve@example.com", Rights::default()).await;
    users::set_active(&house.portal, &ada.actor, eve, false).await.unwrap();
    let endless = "x".repeat(100_000);
    for (email, password) in [
        (ADA, "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("eve@example.com", PASSWORD),
        ("", ""),
        (ADA, ""),
        (ADA, &endless),
        ("nul\0@example.com", "nul\0"),
    ] {
        assert_eq!(
            attempt(&house, email, password, &format!("192.0.2.{}", email.len())).await,
            WRONG,
            "{email}"
        );
    }
}

async fn a_pair_is_slowed_down_with_doubling_waits(house: House) {
    house.set_up().await;
    for _ in 0..5 {
        assert_eq!(attempt(&house, ADA, "wrong password", "192.0.2.1").await, WRONG);
    }
    for wait in [1, 2, 4, 8] {
        let answer = format!("wait {wait}");
        // Not even the right password is looked at, and asking again does not make it longer.
        assert_eq!(attempt(&house, ADA, PASSWORD, "192.0.2.1").await, answer);
        assert_eq!(attempt(&house, ADA, PASSWORD, "192.0.2.1").await, answer);
        house.advance(wait);
        assert_eq!(attempt(&house, ADA, "wrong password", "192.0.2.1").await, WRONG);
    }
    // Another person at the same address does not wait, nor does the same person elsewhere.
    house.person("Eve", "eve@example.com", Rights::default()).await;
    assert_eq!(attempt(&house, "eve@example.com", PASSWORD, "192.0.2.1").await, "in");
    assert_eq!(attempt(&house, ADA, PASSWORD, "192.0.2.2").await, "in");
    house.advance(16);
    assert_eq!(attempt(&house, ADA, PASSWORD, "192.0.2.1").await, "in");
}

async fn who_mistypes_one_password_holds_up_nobody_else_at_the_address(house: House) {
    house.set_up().await;
    // More often than the address may fail at different accounts.
    let mut failures = 0;
    while failures <= FREE_PER_ADDRESS {
        let answer = attempt(&house, "nobody@example.com", "wrong password", "192.0.2.1").await;
        match answer.strip_prefix("wait ") {
            Some(seconds) => house.advance(seconds.parse().unwrap()),
            None => failures += 1,
        }
    }
    let answer = attempt(&house, "nobody@example.com", "wrong password", "192.0.2.1").await;
    assert_eq!(answer, "wait 900");
    assert_eq!(attempt(&house, ADA, "worng password", "192.0.2.1").await, WRONG);
    assert_eq!(attempt(&house, ADA, PASSWORD, "192.0.2.1").await, "in");
}

async fn guessing_at_many_accounts_from_one_address_is_slowed_down_to_one_a_minute(house: House) {
    house.set_up().await;
    house.person("Eve", "eve@example.com", Rights::default()).await;
    let guess = async |index: i64| {
        let email = format!("guess{index}@example.com");
        attempt(&house, &email, "wrong password", "2001:db8:1:2::1").await
    };
    for index in 0..FREE_PER_ADDRESS {
        assert_eq!(guess(index).await, WRONG, "{index}");
    }
    for (index, wait) in (FREE_PER_ADDRESS..).zip([1, 2, 4, 8, 16, 32, 60, 60]) {
        assert_eq!(guess(index).await, format!("wait {wait}"));
        // The rest of the network is the same client; the next network is not.
        assert_eq!(
            attempt(&house, ADA, PASSWORD, "2001:db8:1:2:3::4").await,
            format!("wait {wait}")
        );
        assert_eq!(attempt(&house, ADA, PASSWORD, "2001:db8:1:3::1").await, "in");
        house.advance(wait);
        assert_eq!(guess(index).await, WRONG);
    }
    // Who knows their passwords waits once, and does not make the next wait longer.
    house.advance(60);
    assert_eq!(attempt(&house, ADA, PASSWORD, "2001:db8:1:2::1").await, "in");
    assert_eq!(
        attempt(&house, "eve@example.com", PASSWORD, "2001:db8:1:2::1").await,
        "in"
    );
}

async fn success_forgives_the_pair_but_not_what_failed_elsewhere(house: House) {
    house.set_up().await;
    for round in 0..2 {
        for _ in 0..FREE_PER_PAIR - 1 {
            assert_eq!(
                attempt(&house, ADA, "wrong password", "192.0.2.1").await,
                WRONG,
                "round {round}"
            );
        }
        assert_eq!(attempt(&house, ADA, PASSWORD, "192.0.2.1").await, "in", "round {round}");
    }
    // Eight failures at the account are left to stand.
    for index in 0..FREE_PER_ACCOUNT - 8 {
        let address = format!("198.51.100.{index}");
        assert_eq!(attempt(&house, ADA, "wrong password", &address).await, WRONG, "{index}");
    }
    assert_eq!(attempt(&house, ADA, "wrong password", "203.0.113.1").await, "wait 1");
}

async fn failures_are_forgotten_after_the_window(house: House) {
    house.set_up().await;
    for _ in 0..5 {
        assert_eq!(attempt(&house, ADA, "wrong password", "192.0.2.1").await, WRONG);
    }
    assert_eq!(attempt(&house, ADA, "wrong password", "192.0.2.1").await, "wait 1");
    house.clock.advance(WINDOW);
    for _ in 0..5 {
        assert_eq!(attempt(&house, ADA, "wrong password", "192.0.2.1").await, WRONG);
    }
}

async fn guessing_at_one_account_from_everywhere_is_slowed_down(house: House) {
    house.set_up().await;
    house.person("Eve", "eve@example.com", Rights::default()).await;
    for index in 0..FREE_PER_ACCOUNT {
        let address = format!("198.51.100.{index}");
        assert_eq!(attempt(&house, ADA, "wrong password", &address).await, WRONG);
    }
    for (index, wait) in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
        .into_iter()
        .enumerate()
    {
        let address = format!("203.0.113.{index}");
        for password in ["wrong password", PASSWORD] {
            let answer = attempt(&house, ADA, password, &address).await;
            assert_eq!(answer, format!("wait {wait}"));
        }
        house.advance(wait);
        assert_eq!(attempt(&house, ADA, "wrong password", &address).await, WRONG);
    }
    // Nobody else waits, and in the end whoever knows the password is in.
    assert_eq!(attempt(&house, "eve@example.com", PASSWORD, "203.0.113.1").await, "in");
    house.advance(900);
    assert_eq!(attempt(&house, ADA, PASSWORD, "192.0.2.1").await, "in");
}

async fn an_account_that_does_not_exist_is_slowed_down_as_one_that_does(house: House) {
    let ada = house.set_up().await;
    let eve = house.person("Eve", "eve@example.com", Rights::default()).await;
    users::set_active(&house.portal, &ada.actor, eve, false).await.unwrap();
    for index in 0..FREE_PER_ACCOUNT + 8 {
        let mut answers = Vec::new();
        for email in [ADA, "eve@example.com", "nobody@example.com"] {
            // Some of them from one address.
            let address = format!("198.51.100.{}", index % 8);
            answers.push(attempt(&house, email, "wrong password", &address).await);
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
}

async fn attempts_at_once_are_counted_at_once(house: House) {
    house.set_up().await;
    assert_eq!(heard_at_once(&house, |_| "192.0.2.1".to_owned()).await, (5, 35));
}

async fn attempts_at_once_from_many_addresses_are_counted_at_once(house: House) {
    house.set_up().await;
    assert_eq!(
        heard_at_once(&house, |index| format!("192.0.2.{index}")).await,
        (20, 20)
    );
}

/// How many of 40 wrong passwords for Ada's account, sent to two nodes at once, are looked at, and how many have to wait.
async fn heard_at_once(house: &House, address: impl Fn(usize) -> String) -> (usize, usize) {
    let nodes = [house.portal.clone(), house.another_node().await];
    let attempts: Vec<_> = (0..40)
        .map(|index| {
            let (portal, client) = (nodes[index % 2].clone(), client(&address(index)));
            tokio::spawn(async move { sign_in(&portal, ADA, "wrong password", &client).await })
        })
        .collect();
    let (mut heard, mut slowed) = (0, 0);
    for attempt in attempts {
        match attempt.await.unwrap() {
            Err(Error::Invalid(_)) => heard += 1,
            Err(Error::TooMany { .. }) => slowed += 1,
            other => panic!("{other:?}"),
        }
    }
    (heard, slowed)
}

async fn an_email_may_be_typed_in_any_case(house: House) {
    house.set_up().await;
    assert_eq!(attempt(&house, " ADA@Example.COM ", PASSWORD, "192.0.2.1").await, "in");
}

async fn a_password_changed_during_the_sign_in_opens_nothing(house: House) {
    let ada = house.set_up().await;
    let eve = house.person("Eve", "eve@example.com", Rights::default()).await;
    let passwords = ["another horse, another battery", PASSWORD];
    for round in 0..8 {
        let (old, new) = (passwords[(round + 1) % 2], passwords[round % 2]);
        let client = client("192.0.2.1");
        let (signed_in, changed) = tokio::join!(
            sign_in(&house.portal, "eve@example.com", old, &client),
            users::set_password(&house.portal, &ada.actor, eve, new),
        );
        changed.unwrap();
        if let Ok(cookie) = signed_in {
            let found = sessions::find(&house.portal, cookie.expose()).await.unwrap();
            assert!(found.is_none(), "the old password opened a session, round {round}");
        }
    }
    assert_eq!(attempt(&house, "eve@example.com", PASSWORD, "192.0.2.1").await, "in");
}
