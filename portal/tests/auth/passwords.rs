use domain::accounts::NewAccount;
use domain::accounts::rights::Rights;
use domain::accounts::users::NewUser;
use portal::accounts;
use portal::accounts::password_strength::{self, PasswordSetter};
use portal::accounts::setup;
use portal::accounts::users;
use portal::auth::sign_in::sign_in;
use rstest::rstest;
use testing::{ACCOUNT, ADA, Engine, PASSWORD, TestPortal, browser_at, validation_error};

/// Passwords of at least 12 characters that are easy to guess, for anyone or for someone who knows the user.
const WEAK: [&str; 12] = [
    "aaaaaaaaaaaa",
    "            ",
    "passwordpassword",
    "qwertyuiopas",
    "1qaz2wsx3edc",
    "123456789012",
    "P@ssw0rd1234",
    "eve@example.com",
    "EVE@EXAMPLE.COM",
    "Eve Adelheid",
    "Analytical Engines",
    "analyticalengines1",
];

#[rstest]
#[tokio::test]
async fn weak_password_is_rejected_wherever_it_is_set(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let code = setup::issue_code(&test.portal).await.unwrap().unwrap();
    let account = |password: &str, email: &str| NewAccount {
        account_name: ACCOUNT.to_owned(),
        name: "Eve Adelheid".to_owned(),
        email: email.to_owned(),
        password: password.to_owned(),
    };
    for weak in WEAK {
        let form = account(weak, "eve@example.com");
        let address = browser_at("192.0.2.1");
        // Resets the throttle for setup codes.
        test.execute("delete from sign_in_failures").await;
        let rejected = setup::complete(&test.portal, code.expose(), form, &address).await;
        let message = validation_error(rejected, "password");
        assert!(message.starts_with("This password is too easy to guess."), "{message}");
        let rejected = accounts::create(&test.portal, account(weak, "eve@example.com")).await;
        assert_eq!(validation_error(rejected, "password"), message, "{weak}");
    }
    assert_eq!(test.count_rows("accounts").await, 0);

    let ada = test.set_up().await;
    let eve = |password: &str| NewUser {
        name: "Eve Adelheid".to_owned(),
        email: "eve@example.com".to_owned(),
        password: password.to_owned(),
        profile: "Administrator".to_owned(),
    };
    for weak in WEAK {
        validation_error(users::create(&test.portal, &ada.actor, eve(weak)).await, "password");
    }
    let id = users::create(&test.portal, &ada.actor, eve(PASSWORD)).await.unwrap();
    for weak in WEAK {
        let rejected = users::set_password(&test.portal, &ada.actor, id, weak).await;
        validation_error(rejected, "password");
    }
    sign_in(&test.portal, "eve@example.com", PASSWORD, &browser_at("192.0.2.1"))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn password_with_control_characters_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let id = ada.actor.require_user().unwrap().id;
    for control in ["\0", "\n", "\t", "\u{1b}", "\u{7f}", "\u{85}"] {
        let rejected = users::set_password(&test.portal, &ada.actor, id, &format!("{PASSWORD}{control}staple")).await;
        assert_eq!(
            validation_error(rejected, "password"),
            "Remove the control characters, such as tabs."
        );
    }
    for valid in [
        "  correct horse battery  ",
        "корректная лошадь батарея",
        "🐎 correct 🔋 battery 🧷",
        "correct\u{a0}horse\u{200d}battery",
    ] {
        let operator = test.operator().await;
        users::set_password(&test.portal, &operator, id, valid).await.unwrap();
        let signs_in = async |password: &str| {
            sign_in(&test.portal, ADA, password, &browser_at("192.0.2.1"))
                .await
                .is_ok()
        };
        assert!(signs_in(valid).await, "{valid}");
        for other in [valid.to_uppercase(), format!("{valid} "), format!(" {valid}")] {
            assert!(!signs_in(&other).await, "{other}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn password_matches_in_any_unicode_normal_form(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    for (index, (composed, decomposed)) in [
        ("Bildfl\u{e4}che im Regenwald", "Bildfla\u{308}che im Regenwald"),
        (
            "r\u{e9}sum\u{e9} du p\u{e8}lerin",
            "re\u{301}sume\u{301} du pe\u{300}lerin",
        ),
        ("\u{c5}ngstr\u{f6}m und Kegel", "\u{212b}ngstro\u{308}m und Kegel"),
        (
            "\u{ac01}\u{ac01}\u{b098} 42 tiger lamp",
            "\u{1100}\u{1161}\u{11a8}\u{1100}\u{1161}\u{11a8}\u{1102}\u{1161} 42 tiger lamp",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        for (stored, typed) in [(composed, decomposed), (decomposed, composed)] {
            let email = format!("eve{index}{}@example.com", stored.len());
            let id = test.create_user("Eve", &email, Rights::default()).await;
            users::set_password(&test.portal, &ada.actor, id, stored).await.unwrap();
            for password in [stored, typed] {
                sign_in(&test.portal, &email, password, &browser_at("192.0.2.1"))
                    .await
                    .unwrap();
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn password_length_limits_apply_to_normal_form(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let id = ada.actor.require_user().unwrap().id;
    let set = async |password: &str| users::set_password(&test.portal, &ada.actor, id, password).await;
    // Eleven characters in NFC, although more are typed.
    let short = "re\u{301}sume\u{301} bleu";
    assert_eq!(
        validation_error(set(short).await, "password"),
        "Use at least 12 characters."
    );
    let long = "correct horse battery ".repeat(47);
    assert_eq!(
        validation_error(set(&long).await, "password"),
        "Use at most 1024 bytes."
    );
    // This character takes three bytes, and its normal form takes six.
    let longer = "\u{fb1d}".repeat(300);
    assert_eq!(
        validation_error(set(&longer).await, "password"),
        "Use at most 1024 bytes."
    );
    // A password that is too long is rejected and not truncated.
    let longest: String = "correct horse battery ".chars().cycle().take(1024).collect();
    set(&longest).await.unwrap();
    for wrong in [format!("{longest}x"), longest[..1023].to_owned(), "x".repeat(60_000)] {
        assert!(
            sign_in(&test.portal, ADA, &wrong, &browser_at("192.0.2.1"))
                .await
                .is_err(),
            "{}",
            wrong.len()
        );
    }
    sign_in(&test.portal, ADA, &longest, &browser_at("192.0.2.1"))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn strength_is_estimated_for_who_may_set_a_password(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let setup = PasswordSetter::Setup {
        name: "Ada Lovelace",
        email: ADA,
        account_name: "Analytical Engines",
    };
    let estimate = async |setter, password: &str| {
        let estimated = password_strength::estimate(&test.portal, setter, password)
            .await
            .unwrap();
        estimated.map(|strength| (strength.label(), strength.is_accepted))
    };
    for (password, expected) in [
        ("password1234", ("Weak", false)),
        ("Analytical Engines 1", ("Weak", false)),
        // Hard to guess, but too short.
        ("v9#Kq!x2pWz", ("Weak", false)),
        (PASSWORD, ("Strong", true)),
    ] {
        assert_eq!(estimate(setup, password).await, Some(expected), "{password}");
    }
    let ada = test.set_up().await;
    assert_eq!(estimate(setup, PASSWORD).await, None, "the portal is set up");
    assert_eq!(estimate(PasswordSetter::ResetLink("unknown"), PASSWORD).await, None);
    let signed_in = PasswordSetter::SignedIn(&ada.actor);
    assert_eq!(estimate(signed_in, "Analytical Engines 1").await, Some(("Weak", false)));
    let very_long = "x".repeat(1_000_000);
    assert!(!estimate(signed_in, &very_long).await.unwrap().1);
}
