use domain::accounts::NewAccount;
use portal::accounts::setup;
use portal::auth::{sessions, sign_in};
use portal::{Error, Secret};
use rstest::rstest;
use testing::{ADA, Engine, PASSWORD, TestPortal, assert_rejected, browser_at, validation_error};

fn form() -> NewAccount {
    NewAccount {
        account_name: "Analytical Engines".to_owned(),
        name: "Ada Lovelace".to_owned(),
        email: ADA.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

async fn code(test: &TestPortal) -> Secret {
    setup::issue_code(&test.portal)
        .await
        .unwrap()
        .expect("the portal has no account yet")
}

#[rstest]
#[tokio::test]
async fn setup_code_works_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let portal = &test.portal;
    assert!(setup::is_pending(portal).await.unwrap());
    let code = code(&test).await;
    let signed_in = setup::complete(portal, code.expose(), form(), &browser_at("192.0.2.1"))
        .await
        .unwrap();

    let actor = sessions::find(portal, signed_in.session.expose())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(actor.account_name(), "Analytical Engines");
    assert_eq!(actor.user().unwrap().name, "Ada Lovelace");
    assert_eq!(actor.rights(), domain::accounts::rights::Rights::all());
    assert!(!setup::is_pending(portal).await.unwrap());
    assert!(setup::issue_code(portal).await.unwrap().is_none());
    sign_in::sign_in(portal, ADA, PASSWORD, &browser_at("192.0.2.1"))
        .await
        .unwrap();

    let other = NewAccount {
        email: "eve@example.com".to_owned(),
        ..form()
    };
    let again = setup::complete(portal, code.expose(), other, &browser_at("192.0.2.2")).await;
    assert_rejected!(again, Error::Conflict(_));
}

#[rstest]
#[tokio::test]
async fn wrong_setup_code_is_reported_with_other_errors(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let portal = &test.portal;
    let correct = code(&test).await;
    let wrong = setup::complete(portal, "AAAA-BBBB-CCCC-DDDD-EEEE", form(), &browser_at("192.0.2.1")).await;
    assert_eq!(validation_error(wrong, "code"), "This isn't the latest setup code.");

    let short = || NewAccount {
        password: "short".to_owned(),
        email: "ada".to_owned(),
        ..form()
    };
    let both = setup::complete(portal, "", short(), &browser_at("192.0.2.1"))
        .await
        .unwrap_err();
    let Error::Invalid(errors) = both else {
        panic!("{both:?}")
    };
    assert!(
        ["code", "email", "password"]
            .iter()
            .all(|field| errors.get(field).is_some()),
        "{errors}"
    );

    // An invalid form does not use up the code.
    validation_error(
        setup::complete(portal, correct.expose(), short(), &browser_at("192.0.2.1")).await,
        "password",
    );
    assert!(setup::is_pending(portal).await.unwrap());
    setup::complete(portal, correct.expose(), form(), &browser_at("192.0.2.1"))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn wrong_setup_codes_throttle_address(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let correct = code(&test).await;
    for _ in 0..20 {
        validation_error(
            setup::complete(&test.portal, "wrong", form(), &browser_at("192.0.2.1")).await,
            "code",
        );
    }
    let slowed = setup::complete(&test.portal, correct.expose(), form(), &browser_at("192.0.2.1")).await;
    assert_rejected!(slowed, Error::TooManyAttempts { retry_after: 1 });
    setup::complete(&test.portal, correct.expose(), form(), &browser_at("192.0.2.2"))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn setup_code_ignores_case_and_separators(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let typed = code(&test).await.expose().to_lowercase().replace('-', " ");
    setup::complete(&test.portal, &format!(" {typed} "), form(), &browser_at("192.0.2.1"))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn each_node_issues_its_own_setup_code(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let first = code(&test).await;
    let other = test.another_node().await;
    let second = setup::issue_code(&other).await.unwrap().unwrap();
    assert_ne!(first.expose(), second.expose());
    setup::complete(&other, first.expose(), form(), &browser_at("192.0.2.1"))
        .await
        .unwrap();
    let late = NewAccount {
        email: "eve@example.com".to_owned(),
        ..form()
    };
    let late = setup::complete(&test.portal, second.expose(), late, &browser_at("192.0.2.2")).await;
    assert_rejected!(late, Error::Conflict(_));
}

#[rstest]
#[tokio::test]
async fn concurrent_setup_creates_one_account(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let (one, other) = (test.portal.clone(), test.another_node().await);
    let code = code(&test).await;
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
            tokio::spawn(async move { setup::complete(&portal, code.expose(), form, &browser_at(email)).await })
        })
        .collect();
    let mut succeeded = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(_) => succeeded += 1,
            Err(error) => assert!(matches!(error, Error::Conflict(_)), "{error}"),
        }
    }
    assert_eq!(succeeded, 1);
    assert_eq!(test.count_rows("accounts").await, 1);
    assert_eq!(test.count_rows("users").await, 1);
}
