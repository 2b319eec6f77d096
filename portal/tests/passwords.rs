use crate::support::{ACCOUNT, ADA, House, PASSWORD, client, complaint};
use domain::accounts::NewAccount;
use domain::accounts::rights::Rights;
use domain::accounts::users::NewUser;
use portal::accounts;
use portal::accounts::users;
use portal::auth::setup;
use portal::auth::sign_in::sign_in;

both!(
    a_password_that_is_easy_to_guess_is_refused_wherever_one_is_set,
    what_no_form_can_send_is_refused,
    a_password_is_one_in_whatever_form_it_is_typed,
    the_bounds_hold_for_the_normal_form,
);

/// Twelve characters and more, but easy to guess: for anyone, or for who knows the person.
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

async fn a_password_that_is_easy_to_guess_is_refused_wherever_one_is_set(house: House) {
    let code = setup::issue_code(&house.portal).await.unwrap().unwrap();
    let account = |password: &str, email: &str| NewAccount {
        account_name: ACCOUNT.to_owned(),
        name: "Eve Adelheid".to_owned(),
        email: email.to_owned(),
        password: password.to_owned(),
    };
    for weak in WEAK {
        let form = account(weak, "eve@example.com");
        let address = client("192.0.2.1");
        // The code's counter gives back what the right code took.
        house.execute("delete from sign_in_failures").await;
        let refused = setup::complete(&house.portal, code.expose(), form, &address).await;
        let message = complaint(refused, "password");
        assert!(message.starts_with("This password is too easy to guess."), "{message}");
        let refused = accounts::create(&house.portal, account(weak, "eve@example.com")).await;
        assert_eq!(complaint(refused, "password"), message, "{weak}");
    }
    assert_eq!(house.count("accounts").await, 0);

    let ada = house.set_up().await;
    let eve = |password: &str| NewUser {
        name: "Eve Adelheid".to_owned(),
        email: "eve@example.com".to_owned(),
        password: password.to_owned(),
        profile: "Administrator".to_owned(),
    };
    for weak in WEAK {
        complaint(users::create(&house.portal, &ada.actor, eve(weak)).await, "password");
    }
    let id = users::create(&house.portal, &ada.actor, eve(PASSWORD)).await.unwrap();
    for weak in WEAK {
        let refused = users::set_password(&house.portal, &ada.actor, id, weak).await;
        complaint(refused, "password");
    }
    sign_in(&house.portal, "eve@example.com", PASSWORD, &client("192.0.2.1"))
        .await
        .unwrap();
}

async fn what_no_form_can_send_is_refused(house: House) {
    let ada = house.set_up().await;
    let id = ada.actor.require_person().unwrap().id;
    for odd in ["\0", "\n", "\t", "\u{1b}", "\u{7f}", "\u{85}"] {
        let refused = users::set_password(&house.portal, &ada.actor, id, &format!("{PASSWORD}{odd}staple")).await;
        assert_eq!(
            complaint(refused, "password"),
            "Remove the control characters, such as tabs."
        );
    }
    for fine in [
        "  correct horse battery  ",
        "корректная лошадь батарея",
        "🐎 correct 🔋 battery 🧷",
        "correct\u{a0}horse\u{200d}battery",
    ] {
        let operator = house.operator().await;
        users::set_password(&house.portal, &operator, id, fine).await.unwrap();
        let open = async |password: &str| {
            sign_in(&house.portal, ADA, password, &client("192.0.2.1"))
                .await
                .is_ok()
        };
        assert!(open(fine).await, "{fine}");
        for other in [fine.to_uppercase(), format!("{fine} "), format!(" {fine}")] {
            assert!(!open(&other).await, "{other}");
        }
    }
}

async fn a_password_is_one_in_whatever_form_it_is_typed(house: House) {
    let ada = house.set_up().await;
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
        for (kept, typed) in [(composed, decomposed), (decomposed, composed)] {
            let email = format!("eve{index}{}@example.com", kept.len());
            let id = house.person("Eve", &email, Rights::default()).await;
            users::set_password(&house.portal, &ada.actor, id, kept).await.unwrap();
            for password in [kept, typed] {
                sign_in(&house.portal, &email, password, &client("192.0.2.1"))
                    .await
                    .unwrap();
            }
        }
    }
}

async fn the_bounds_hold_for_the_normal_form(house: House) {
    let ada = house.set_up().await;
    let id = ada.actor.require_person().unwrap().id;
    let set = async |password: &str| users::set_password(&house.portal, &ada.actor, id, password).await;
    // Eleven letters, whatever they are typed as.
    let short = "re\u{301}sume\u{301} bleu";
    assert_eq!(complaint(set(short).await, "password"), "Use at least 12 characters.");
    let long = "correct horse battery ".repeat(47);
    assert_eq!(complaint(set(&long).await, "password"), "Use at most 1024 bytes.");
    // This letter takes three bytes, and its normal form six.
    let longer = "\u{fb1d}".repeat(300);
    assert_eq!(complaint(set(&longer).await, "password"), "Use at most 1024 bytes.");
    // What is too long opens nothing, and is not cut.
    let longest: String = "correct horse battery ".chars().cycle().take(1024).collect();
    set(&longest).await.unwrap();
    for wrong in [format!("{longest}x"), longest[..1023].to_owned(), "x".repeat(60_000)] {
        assert!(
            sign_in(&house.portal, ADA, &wrong, &client("192.0.2.1")).await.is_err(),
            "{}",
            wrong.len()
        );
    }
    sign_in(&house.portal, ADA, &longest, &client("192.0.2.1"))
        .await
        .unwrap();
}
