use crate::support::{ADA, House, PASSWORD, client, complaint};
use domain::accounts::NewAccount;
use portal::auth::{sessions, setup, sign_in};
use portal::{Error, Secret};

both!(
    the_code_opens_the_portal_once,
    a_wrong_code_is_told_with_the_other_mistakes,
    wrong_codes_slow_an_address_down,
    a_code_may_be_typed_in_any_way,
    each_node_has_a_code,
    of_two_at_once_one_wins,
);

fn form() -> NewAccount {
    NewAccount {
        account_name: "Analytical Engines".to_owned(),
        name: "Ada Lovelace".to_owned(),
        email: ADA.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

async fn code(house: &House) -> Secret {
    setup::issue_code(&house.portal)
        .await
        .unwrap()
        .expect("the portal waits for its first account")
}

async fn the_code_opens_the_portal_once(house: House) {
    let portal = &house.portal;
    assert!(setup::is_open(portal).await.unwrap());
    let code = code(&house).await;
    let signed_in = setup::complete(portal, code.expose(), form(), &client("192.0.2.1"))
        .await
        .unwrap();

    let actor = sessions::find(portal, signed_in.session.expose())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(actor.account_name(), "Analytical Engines");
    assert_eq!(actor.person().unwrap().name, "Ada Lovelace");
    assert_eq!(actor.rights(), domain::accounts::rights::Rights::all());
    assert!(!setup::is_open(portal).await.unwrap());
    assert!(setup::issue_code(portal).await.unwrap().is_none());
    sign_in::sign_in(portal, ADA, PASSWORD, &client("192.0.2.1"))
        .await
        .unwrap();

    let other = NewAccount {
        email: "eve@example.com".to_owned(),
        ..form()
    };
    let again = setup::complete(portal, code.expose(), other, &client("192.0.2.2")).await;
    assert_refused!(again, Error::Conflict(_));
}

async fn a_wrong_code_is_told_with_the_other_mistakes(house: House) {
    let portal = &house.portal;
    let right = code(&house).await;
    let wrong = setup::complete(portal, "AAAA-BBBB-CCCC-DDDD-EEEE", form(), &client("192.0.2.1")).await;
    assert_eq!(
        complaint(wrong, "code"),
        "This is not the code that the console printed last."
    );

    let short = || NewAccount {
        password: "short".to_owned(),
        email: "ada".to_owned(),
        ..form()
    };
    let both = setup::complete(portal, "", short(), &client("192.0.2.1"))
        .await
        .unwrap_err();
    let Error::Invalid(errors) = both else {
        panic!("{both:?}")
    };
    assert!(
        ["code", "email", "password"]
            .iter()
            .all(|field| errors.of(field).is_some()),
        "{errors}"
    );

    // A mistake in the form does not spend the code.
    complaint(
        setup::complete(portal, right.expose(), short(), &client("192.0.2.1")).await,
        "password",
    );
    assert!(setup::is_open(portal).await.unwrap());
    setup::complete(portal, right.expose(), form(), &client("192.0.2.1"))
        .await
        .unwrap();
}

async fn wrong_codes_slow_an_address_down(house: House) {
    let right = code(&house).await;
    for _ in 0..20 {
        complaint(
            setup::complete(&house.portal, "wrong", form(), &client("192.0.2.1")).await,
            "code",
        );
    }
    let slowed = setup::complete(&house.portal, right.expose(), form(), &client("192.0.2.1")).await;
    assert_refused!(slowed, Error::TooMany { retry_after: 1 });
    setup::complete(&house.portal, right.expose(), form(), &client("192.0.2.2"))
        .await
        .unwrap();
}

async fn a_code_may_be_typed_in_any_way(house: House) {
    let typed = code(&house).await.expose().to_lowercase().replace('-', " ");
    setup::complete(&house.portal, &format!(" {typed} "), form(), &client("192.0.2.1"))
        .await
        .unwrap();
}

async fn each_node_has_a_code(house: House) {
    let first = code(&house).await;
    let other = house.another_node().await;
    let second = setup::issue_code(&other).await.unwrap().unwrap();
    assert_ne!(first.expose(), second.expose());
    setup::complete(&other, first.expose(), form(), &client("192.0.2.1"))
        .await
        .unwrap();
    let late = NewAccount {
        email: "eve@example.com".to_owned(),
        ..form()
    };
    let late = setup::complete(&house.portal, second.expose(), late, &client("192.0.2.2")).await;
    assert_refused!(late, Error::Conflict(_));
}

async fn of_two_at_once_one_wins(house: House) {
    let (one, other) = (house.portal.clone(), house.another_node().await);
    let code = code(&house).await;
    let attempts: Vec<_> = [(one, "ada@example.com"), (other, "eve@example.com")]
        .into_iter()
        .map(|(portal, email)| {
            let (code, form) = (
                code.clone(),
                NewAccount {
                    email: email.to_owned(),
                    ..form()
                },
            );
            tokio::spawn(async move { setup::complete(&portal, code.expose(), form, &client(email)).await })
        })
        .collect();
    let mut won = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert!(matches!(error, Error::Conflict(_)), "{error}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(house.count("accounts").await, 1);
    assert_eq!(house.count("users").await, 1);
}
