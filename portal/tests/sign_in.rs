use crate::support::{ADA, House, PASSWORD, client};
use domain::rights::Rights;
use portal::sign_in::{WINDOW, sign_in};
use portal::{Error, people, sessions};

both!(
    the_right_password_opens_a_session,
    every_failure_gets_the_same_answer,
    a_pair_is_slowed_down_with_doubling_waits,
    an_address_is_slowed_down_whatever_the_email,
    success_forgives_the_pair_but_not_the_address,
    failures_are_forgotten_after_the_window,
    an_attack_from_everywhere_locks_nobody_out,
    attempts_at_once_are_counted_at_once,
    an_email_may_be_typed_in_any_case,
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
    people::set_active(&house.portal, &ada.actor, eve, false).await.unwrap();
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

async fn an_address_is_slowed_down_whatever_the_email(house: House) {
    house.set_up().await;
    for index in 0..20 {
        let email = format!("guess{index}@example.com");
        assert_eq!(
            attempt(&house, &email, "wrong password", "2001:db8:1:2::1").await,
            WRONG
        );
    }
    assert_eq!(attempt(&house, ADA, PASSWORD, "2001:db8:1:2::1").await, "wait 1");
    // The rest of the network is the same client; the next network is not.
    assert_eq!(attempt(&house, ADA, PASSWORD, "2001:db8:1:2:3::4").await, "wait 1");
    assert_eq!(attempt(&house, ADA, PASSWORD, "2001:db8:1:3::1").await, "in");
    house.advance(1);
    assert_eq!(attempt(&house, ADA, PASSWORD, "2001:db8:1:2::1").await, "in");
}

async fn success_forgives_the_pair_but_not_the_address(house: House) {
    house.set_up().await;
    for round in 0..2 {
        for _ in 0..4 {
            assert_eq!(
                attempt(&house, ADA, "wrong password", "192.0.2.1").await,
                WRONG,
                "round {round}"
            );
        }
        assert_eq!(attempt(&house, ADA, PASSWORD, "192.0.2.1").await, "in", "round {round}");
    }
    // Eight failures of the address are left to stand.
    for index in 0..12 {
        let email = format!("guess{index}@example.com");
        assert_eq!(
            attempt(&house, &email, "wrong password", "192.0.2.1").await,
            WRONG,
            "{index}"
        );
    }
    assert_eq!(
        attempt(&house, "guess@example.com", "wrong password", "192.0.2.1").await,
        "wait 1"
    );
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

async fn an_attack_from_everywhere_locks_nobody_out(house: House) {
    house.set_up().await;
    for index in 0..24 {
        assert_eq!(
            attempt(&house, ADA, "wrong password", &format!("198.51.100.{index}")).await,
            WRONG
        );
    }
    // From an address that has not failed, even with a slip of the fingers.
    assert_eq!(attempt(&house, ADA, "worng password", "192.0.2.1").await, WRONG);
    assert_eq!(attempt(&house, ADA, PASSWORD, "192.0.2.1").await, "in");
    // But each address has fewer tries than it would have had.
    assert_eq!(attempt(&house, ADA, "wrong password", "198.51.100.0").await, WRONG);
    assert_eq!(attempt(&house, ADA, "wrong password", "198.51.100.0").await, "wait 1");
}

async fn attempts_at_once_are_counted_at_once(house: House) {
    house.set_up().await;
    let nodes = [house.portal.clone(), house.another_node().await];
    let attempts: Vec<_> = (0..30)
        .map(|index| {
            let portal = nodes[index % 2].clone();
            tokio::spawn(async move { sign_in(&portal, ADA, "wrong password", &client("192.0.2.1")).await })
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
    assert_eq!((heard, slowed), (5, 25));
}

async fn an_email_may_be_typed_in_any_case(house: House) {
    house.set_up().await;
    assert_eq!(attempt(&house, " ADA@Example.COM ", PASSWORD, "192.0.2.1").await, "in");
}
