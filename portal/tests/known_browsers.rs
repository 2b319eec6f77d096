use crate::support::{ADA, House, PASSWORD, client};
use domain::accounts::rights::Rights;
use portal::accounts::users;
use portal::auth::known_browsers::{LIFETIME, MAX_BROWSERS_PER_USER, MAX_FAILURES};
use portal::auth::sign_in::{
    Cookies, FREE_PER_ACCOUNT, FREE_PER_ADDRESS, FREE_PER_PAIR, SignedIn, sign_in_with_cookies,
};
use portal::{Error, Result, Secret, maintenance};
use std::time::Duration;

both!(
    an_attacker_from_everywhere_does_not_lock_out_a_known_browser,
    an_attacker_behind_the_same_address_does_not_lock_out_a_known_browser,
    a_stolen_cookie_gives_few_guesses,
    guesses_at_once_with_a_stolen_cookie_are_few_too,
    a_success_gives_a_known_browser_its_failures_back,
    a_cookie_counts_for_its_own_user_only,
    a_forged_cookie_is_no_cookie,
    a_copy_of_the_cookie_is_worthless_after_the_next_sign_in,
    two_users_of_one_browser_are_both_known,
    another_password_forgets_browsers_and_failures,
    a_deactivated_user_has_no_known_browsers,
    a_browser_is_forgotten_after_its_time,
    only_so_many_browsers_of_a_user_are_known,
    the_browser_that_set_the_portal_up_is_known,
);

const EVE: &str = "eve@example.com";

async fn from(house: &House, email: &str, password: &str, address: &str, browser: Option<&Secret>) -> Result<SignedIn> {
    let cookies = Cookies {
        session: None,
        known_browser: browser.cloned(),
    };
    sign_in_with_cookies(&house.portal, email, password, &client(address), &cookies).await
}

/// A browser that has signed in.
async fn known(house: &House, email: &str) -> Secret {
    from(house, email, PASSWORD, "192.0.2.1", None)
        .await
        .unwrap()
        .known_browser
}

async fn fail(house: &House, email: &str, address: &str, browser: Option<&Secret>) {
    assert_refused!(
        from(house, email, "wrong password", address, browser).await,
        Error::Invalid(_)
    );
}

/// Fails at the account until every unknown browser has to wait, whatever its address.
async fn attack(house: &House, email: &str) {
    for index in 0..FREE_PER_ACCOUNT {
        fail(house, email, &format!("198.51.100.{index}"), None).await;
    }
    assert_waits(from(house, email, PASSWORD, "203.0.113.1", None).await);
}

#[track_caller]
fn assert_waits(result: Result<SignedIn>) {
    assert!(matches!(result, Err(Error::TooMany { .. })), "{result:?}");
}

async fn an_attacker_from_everywhere_does_not_lock_out_a_known_browser(house: House) {
    house.set_up().await;
    let browser = known(&house, ADA).await;
    attack(&house, ADA).await;
    // With a slip of the fingers, and from an address that the person never had.
    fail(&house, ADA, "203.0.113.77", Some(&browser)).await;
    let signed_in = from(&house, ADA, PASSWORD, "203.0.113.77", Some(&browser))
        .await
        .unwrap();
    // The attacker still waits, and so does a browser of the person's that is not known.
    assert_waits(from(&house, ADA, "wrong password", "198.51.100.1", None).await);
    assert_waits(from(&house, ADA, PASSWORD, "203.0.113.77", None).await);
    from(&house, ADA, PASSWORD, "203.0.113.77", Some(&signed_in.known_browser))
        .await
        .unwrap();
}

async fn an_attacker_behind_the_same_address_does_not_lock_out_a_known_browser(house: House) {
    house.set_up().await;
    house.person("Eve", EVE, Rights::default()).await;
    let (ada, eve) = (known(&house, ADA).await, known(&house, EVE).await);
    for index in 0..FREE_PER_ADDRESS {
        fail(&house, &format!("guess{index}@example.com"), "192.0.2.1", None).await;
    }
    assert_waits(from(&house, EVE, PASSWORD, "192.0.2.1", None).await);
    from(&house, EVE, PASSWORD, "192.0.2.1", Some(&eve)).await.unwrap();
    // At one account too.
    house.advance(60);
    for _ in 0..FREE_PER_PAIR {
        fail(&house, ADA, "192.0.2.1", None).await;
        house.advance(2);
    }
    fail(&house, ADA, "192.0.2.1", None).await;
    assert_waits(from(&house, ADA, PASSWORD, "192.0.2.1", None).await);
    from(&house, ADA, PASSWORD, "192.0.2.1", Some(&ada)).await.unwrap();
}

async fn a_stolen_cookie_gives_few_guesses(house: House) {
    house.set_up().await;
    let stolen = known(&house, ADA).await;
    attack(&house, ADA).await;
    for index in 0..MAX_FAILURES {
        fail(&house, ADA, &format!("203.0.113.{index}"), Some(&stolen)).await;
    }
    for _ in 0..3 {
        assert_waits(from(&house, ADA, PASSWORD, "203.0.113.99", Some(&stolen)).await);
        // Neither does waiting give it more.
        house.advance(24 * 3600);
        for index in 0..FREE_PER_ACCOUNT {
            fail(&house, ADA, &format!("203.0.113.{index}"), Some(&stolen)).await;
        }
    }
}

async fn guesses_at_once_with_a_stolen_cookie_are_few_too(house: House) {
    house.set_up().await;
    let stolen = known(&house, ADA).await;
    attack(&house, ADA).await;
    let nodes = [house.portal.clone(), house.another_node().await];
    let guesses: Vec<_> = (0..30)
        .map(|index| {
            let portal = nodes[index % 2].clone();
            let cookies = Cookies {
                session: None,
                known_browser: Some(stolen.clone()),
            };
            tokio::spawn(async move {
                sign_in_with_cookies(&portal, ADA, "wrong password", &client("192.0.2.1"), &cookies).await
            })
        })
        .collect();
    let mut heard = 0;
    for guess in guesses {
        match guess.await.unwrap() {
            Err(Error::Invalid(_)) => heard += 1,
            Err(Error::TooMany { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(heard, MAX_FAILURES);
}

async fn a_success_gives_a_known_browser_its_failures_back(house: House) {
    house.set_up().await;
    let mut browser = known(&house, ADA).await;
    attack(&house, ADA).await;
    for _ in 0..3 {
        for _ in 0..MAX_FAILURES - 1 {
            fail(&house, ADA, "192.0.2.1", Some(&browser)).await;
        }
        let signed_in = from(&house, ADA, PASSWORD, "192.0.2.1", Some(&browser)).await;
        browser = signed_in.unwrap().known_browser;
    }
}

async fn a_cookie_counts_for_its_own_user_only(house: House) {
    house.set_up().await;
    house.person("Eve", EVE, Rights::default()).await;
    let eve = known(&house, EVE).await;
    attack(&house, ADA).await;
    assert_waits(from(&house, ADA, PASSWORD, "192.0.2.9", Some(&eve)).await);
    // What is tried at another account is none of its own failures.
    for _ in 0..2 * MAX_FAILURES {
        assert_waits(from(&house, ADA, "wrong password", "192.0.2.9", Some(&eve)).await);
    }
    attack(&house, EVE).await;
    from(&house, EVE, PASSWORD, "192.0.2.9", Some(&eve)).await.unwrap();
}

async fn a_forged_cookie_is_no_cookie(house: House) {
    house.set_up().await;
    let browser = known(&house, ADA).await;
    attack(&house, ADA).await;
    let endless = "x".repeat(60_000);
    let changed = format!("{}x", &browser.expose()[..42]);
    for forged in [
        "",
        "x",
        "\0",
        "' or 1=1 --",
        "%",
        &endless,
        &changed,
        &browser.expose()[1..],
    ] {
        let forged = Secret::new(forged.to_owned());
        assert_waits(from(&house, ADA, PASSWORD, "192.0.2.9", Some(&forged)).await);
    }
    let digests = house.texts(match house.engine {
        crate::support::Engine::Sqlite => "select lower(hex(digest)) from known_browsers",
        crate::support::Engine::Postgres => "select encode(digest, 'hex') from known_browsers",
    });
    for digest in digests.await {
        assert_waits(from(&house, ADA, PASSWORD, "192.0.2.9", Some(&Secret::new(digest))).await);
    }
    from(&house, ADA, PASSWORD, "192.0.2.9", Some(&browser)).await.unwrap();
}

async fn a_copy_of_the_cookie_is_worthless_after_the_next_sign_in(house: House) {
    house.set_up().await;
    let copy = known(&house, ADA).await;
    let signed_in = from(&house, ADA, PASSWORD, "192.0.2.1", Some(&copy)).await.unwrap();
    assert_ne!(signed_in.known_browser.expose(), copy.expose());
    assert_ne!(signed_in.known_browser.expose(), signed_in.session.expose());
    attack(&house, ADA).await;
    assert_waits(from(&house, ADA, PASSWORD, "192.0.2.9", Some(&copy)).await);
    from(&house, ADA, PASSWORD, "192.0.2.9", Some(&signed_in.known_browser))
        .await
        .unwrap();
}

async fn two_users_of_one_browser_are_both_known(house: House) {
    house.set_up().await;
    house.person("Eve", EVE, Rights::default()).await;
    let first = known(&house, ADA).await;
    let browser = from(&house, EVE, PASSWORD, "192.0.2.1", Some(&first)).await.unwrap();
    let mut browser = browser.known_browser;
    attack(&house, ADA).await;
    attack(&house, EVE).await;
    for email in [ADA, EVE, ADA] {
        assert_waits(from(&house, email, PASSWORD, "192.0.2.1", Some(&first)).await);
        let signed_in = from(&house, email, PASSWORD, "192.0.2.1", Some(&browser)).await;
        browser = signed_in.unwrap().known_browser;
    }
}

async fn another_password_forgets_browsers_and_failures(house: House) {
    let ada = house.set_up().await;
    let eve = house.person("Eve", EVE, Rights::default()).await;
    let browser = known(&house, EVE).await;
    attack(&house, EVE).await;
    let new = "another horse, another battery";
    users::set_password(&house.portal, &ada.actor, eve, new).await.unwrap();
    assert_eq!(house.count("known_browsers").await, 1, "Ada's own");
    // Whoever got the new password is in at once, from where the old one failed too often.
    from(&house, EVE, new, "198.51.100.1", None).await.unwrap();
    attack(&house, EVE).await;
    assert_waits(from(&house, EVE, new, "192.0.2.1", Some(&browser)).await);
}

async fn a_deactivated_user_has_no_known_browsers(house: House) {
    let ada = house.set_up().await;
    let eve = house.person("Eve", EVE, Rights::default()).await;
    let browser = known(&house, EVE).await;
    users::set_active(&house.portal, &ada.actor, eve, false).await.unwrap();
    users::set_active(&house.portal, &ada.actor, eve, true).await.unwrap();
    attack(&house, EVE).await;
    assert_waits(from(&house, EVE, PASSWORD, "192.0.2.1", Some(&browser)).await);
}

async fn a_browser_is_forgotten_after_its_time(house: House) {
    house.set_up().await;
    let browser = known(&house, ADA).await;
    house.clock.advance(LIFETIME - Duration::from_secs(2));
    maintenance::run(&house.portal).await.unwrap();
    attack(&house, ADA).await;
    let renewed = from(&house, ADA, PASSWORD, "192.0.2.1", Some(&browser)).await.unwrap();
    house.clock.advance(LIFETIME);
    attack(&house, ADA).await;
    assert_waits(from(&house, ADA, PASSWORD, "192.0.2.1", Some(&renewed.known_browser)).await);
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!(house.count("known_browsers").await, 0);
}

async fn only_so_many_browsers_of_a_user_are_known(house: House) {
    house.set_up().await;
    let mut browsers = Vec::new();
    for _ in 0..MAX_BROWSERS_PER_USER + 1 {
        house.advance(1);
        browsers.push(known(&house, ADA).await);
    }
    assert_eq!(house.count("known_browsers").await as i64, MAX_BROWSERS_PER_USER);
    attack(&house, ADA).await;
    assert_waits(from(&house, ADA, PASSWORD, "192.0.2.1", Some(&browsers[0])).await);
    for browser in [&browsers[1], browsers.last().unwrap()] {
        from(&house, ADA, PASSWORD, "192.0.2.1", Some(browser)).await.unwrap();
    }
}

async fn the_browser_that_set_the_portal_up_is_known(house: House) {
    let code = portal::auth::setup::issue_code(&house.portal).await.unwrap().unwrap();
    let form = domain::accounts::NewAccount {
        account_name: "Analytical Engines".to_owned(),
        name: "Ada Lovelace".to_owned(),
        email: ADA.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let made = portal::auth::setup::complete(&house.portal, code.expose(), form, &client("192.0.2.1"))
        .await
        .unwrap();
    attack(&house, ADA).await;
    from(&house, ADA, PASSWORD, "192.0.2.1", Some(&made.known_browser))
        .await
        .unwrap();
}
