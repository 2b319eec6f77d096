use crate::support::app::{App, problem};
use crate::support::{Browser, House};
use domain::accounts::rights::Rights;
use domain::oauth1::Problem;
use domain::oauth1::consumers::ConsumerSigning;
use domain::oauth1::tokens::EXCHANGED_LIFETIME;
use portal::accounts::users;
use portal::oauth1::consumers;
use portal::oauth1::request_tokens::{Decision, Issued, LIFETIME, allow, question, refuse};
use portal::{Error, maintenance};
use std::time::Duration;

both!(
    a_person_lets_a_program_act_for_them,
    a_program_without_address_gets_a_code,
    the_address_keeps_its_own_query,
    a_refusal_is_told_to_the_program,
    a_request_token_is_exchanged_once,
    the_verifier_is_needed_and_must_be_right,
    an_undecided_or_late_exchange_is_refused,
    a_decision_is_made_once_and_within_the_account,
    of_two_decisions_at_once_one_holds,
    a_callback_is_asked_for_and_must_be_an_address,
    the_older_flow_needs_the_switch,
    the_older_flow_sends_browsers_to_clean_addresses_only,
    another_consumer_cannot_exchange,
    old_ones_are_forgotten_after_a_day,
);

const CALLBACK: &str = "https://shop.example.com/back";

struct Stage {
    app: App,
    consumer: domain::oauth1::consumers::Consumer,
    ada: Browser,
    eve: Browser,
}

async fn stage(house: &House) -> Stage {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await;
    house.person("Eve", "eve@example.com", Rights::default()).await;
    let eve = house.sign_in("eve@example.com").await;
    Stage {
        app: App::new(&consumer),
        consumer: consumer.value,
        ada,
        eve,
    }
}

async fn redirect(house: &House, stage: &Stage, asked: &Issued) -> String {
    match allow(&house.portal, &stage.eve.actor, &asked.token, None)
        .await
        .unwrap()
    {
        Decision::Redirect(address) => address,
        other => panic!("{other:?}"),
    }
}

/// The verifier that a redirect to [`CALLBACK`] carries.
fn verifier<'a>(address: &'a str, asked: &Issued) -> &'a str {
    let start = format!("{CALLBACK}?oauth_token={}&oauth_verifier=", asked.token);
    address.strip_prefix(&start).unwrap_or_else(|| panic!("{address}"))
}

async fn use_older_flow(house: &House, stage: &Stage, on: bool) {
    let signing = ConsumerSigning {
        rsa_public_key: String::new(),
        legacy_flow: on,
    };
    consumers::set_signing(&house.portal, &stage.ada.actor, stage.consumer.id, signing)
        .await
        .unwrap();
}

async fn a_person_lets_a_program_act_for_them(house: House) {
    let stage = stage(&house).await;
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    let asks = question(&house.portal, &stage.eve.actor, &asked.token, None)
        .await
        .unwrap();
    assert_eq!(
        (asks.consumer.as_str(), asks.callback.as_deref()),
        ("Web shop", Some(CALLBACK))
    );
    // An address that the browser brings is not looked at.
    let brought = Some("https://evil.example.net/");
    let asks = question(&house.portal, &stage.eve.actor, &asked.token, brought)
        .await
        .unwrap();
    assert_eq!(asks.callback.as_deref(), Some(CALLBACK));

    let address = redirect(&house, &stage, &asked).await;
    let issued = stage
        .app
        .exchange(&house.portal, &asked, Some(verifier(&address, &asked)))
        .await
        .unwrap();
    let app = stage.app.clone().with(&issued);
    let actor = app.call(&house.portal).await.unwrap();
    assert_eq!(actor.person().unwrap().email, "eve@example.com");
    house.clock.advance(EXCHANGED_LIFETIME);
    assert_eq!(problem(app.call(&house.portal).await), Problem::TokenExpired);
}

async fn a_program_without_address_gets_a_code(house: House) {
    let stage = stage(&house).await;
    let asked = stage.app.ask(&house.portal, Some("oob")).await.unwrap();
    assert_eq!(
        question(&house.portal, &stage.eve.actor, &asked.token, None)
            .await
            .unwrap()
            .callback,
        None
    );
    let decision = allow(&house.portal, &stage.eve.actor, &asked.token, Some(CALLBACK))
        .await
        .unwrap();
    let Decision::Verifier(verifier) = decision else {
        panic!("{decision:?}")
    };
    stage
        .app
        .exchange(&house.portal, &asked, Some(&verifier))
        .await
        .unwrap();
}

async fn the_address_keeps_its_own_query(house: House) {
    let stage = stage(&house).await;
    let asked = stage
        .app
        .ask(&house.portal, Some("https://shop.example.com/back?a=1%202"))
        .await
        .unwrap();
    let address = redirect(&house, &stage, &asked).await;
    let start = format!(
        "https://shop.example.com/back?a=1%202&oauth_token={}&oauth_verifier=",
        asked.token
    );
    assert!(address.starts_with(&start), "{address}");
}

async fn a_refusal_is_told_to_the_program(house: House) {
    let stage = stage(&house).await;
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    let decision = refuse(&house.portal, &stage.eve.actor, &asked.token, None)
        .await
        .unwrap();
    let address = format!("{CALLBACK}?oauth_token={}&oauth_problem=permission_denied", asked.token);
    assert_eq!(decision, Decision::Redirect(address));
    assert_eq!(
        problem(stage.app.exchange(&house.portal, &asked, Some("x")).await),
        Problem::PermissionDenied
    );
    let asked = stage.app.ask(&house.portal, Some("oob")).await.unwrap();
    assert_eq!(
        refuse(&house.portal, &stage.eve.actor, &asked.token, None)
            .await
            .unwrap(),
        Decision::Done
    );
}

async fn a_request_token_is_exchanged_once(house: House) {
    let stage = stage(&house).await;
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    let address = redirect(&house, &stage, &asked).await;
    let attempts: Vec<_> = [house.portal.clone(), house.another_node().await]
        .into_iter()
        .map(|portal| {
            let (app, verifier) = (stage.app.clone(), verifier(&address, &asked).to_owned());
            let asked = Issued {
                token: asked.token.clone(),
                secret: asked.secret.clone(),
            };
            tokio::spawn(async move { app.exchange(&portal, &asked, Some(&verifier)).await })
        })
        .collect();
    let mut exchanged = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(_) => exchanged += 1,
            refused => assert_eq!(problem(refused), Problem::TokenUsed),
        }
    }
    assert_eq!((exchanged, house.count("tokens").await), (1, 1));
    let again = stage
        .app
        .exchange(&house.portal, &asked, Some(verifier(&address, &asked)))
        .await;
    assert_eq!(problem(again), Problem::TokenUsed);
}

async fn the_verifier_is_needed_and_must_be_right(house: House) {
    let stage = stage(&house).await;
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    let address = redirect(&house, &stage, &asked).await;
    assert_eq!(
        problem(stage.app.exchange(&house.portal, &asked, None).await),
        Problem::ParameterAbsent
    );
    for wrong in ["wrong", &asked.token] {
        let refused = stage.app.exchange(&house.portal, &asked, Some(wrong)).await;
        assert_eq!(problem(refused), Problem::VerifierInvalid);
    }
    let stolen = Issued {
        token: asked.token.clone(),
        secret: portal::Secret::new("wrong".to_owned()),
    };
    let refused = stage
        .app
        .exchange(&house.portal, &stolen, Some(verifier(&address, &asked)))
        .await;
    assert_eq!(problem(refused), Problem::SignatureInvalid);
    stage
        .app
        .exchange(&house.portal, &asked, Some(verifier(&address, &asked)))
        .await
        .unwrap();
}

async fn an_undecided_or_late_exchange_is_refused(house: House) {
    let stage = stage(&house).await;
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    assert_eq!(
        problem(stage.app.exchange(&house.portal, &asked, Some("x")).await),
        Problem::PermissionUnknown
    );
    let address = redirect(&house, &stage, &asked).await;
    house.clock.advance(LIFETIME);
    let late = stage
        .app
        .exchange(&house.portal, &asked, Some(verifier(&address, &asked)))
        .await;
    assert_eq!(problem(late), Problem::TokenExpired);

    // Someone who has lost their access since gives none.
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    let address = redirect(&house, &stage, &asked).await;
    let eve = stage.eve.actor.person().unwrap().id;
    users::set_active(&house.portal, &stage.ada.actor, eve, false)
        .await
        .unwrap();
    let refused = stage
        .app
        .exchange(&house.portal, &asked, Some(verifier(&address, &asked)))
        .await;
    assert_eq!(problem(refused), Problem::UserRefused);
}

async fn a_decision_is_made_once_and_within_the_account(house: House) {
    let stage = stage(&house).await;
    let stranger = house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let operator = house.operator().await;
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    let token = asked.token.as_str();
    let (portal, stranger, eve) = (&house.portal, &stranger.actor, &stage.eve.actor);
    assert_refused!(
        question(portal, stranger, token, None).await,
        Error::NotFound("request")
    );
    assert_refused!(allow(portal, stranger, token, None).await, Error::NotFound("request"));
    assert_refused!(refuse(portal, stranger, token, None).await, Error::NotFound("request"));
    assert_refused!(allow(portal, &operator, token, None).await, Error::SignedOut);
    for nonsense in ["", "nonsense", "\0", &"f".repeat(32)] {
        assert_refused!(question(portal, eve, nonsense, None).await, Error::NotFound("request"));
        assert_refused!(allow(portal, eve, nonsense, None).await, Error::NotFound("request"));
    }
    redirect(&house, &stage, &asked).await;
    assert_refused!(question(portal, eve, token, None).await, Error::NotFound("request"));
    assert_refused!(allow(portal, eve, token, None).await, Error::NotFound("request"));
    assert_refused!(refuse(portal, eve, token, None).await, Error::NotFound("request"));

    let late = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    house.clock.advance(LIFETIME);
    assert_refused!(
        question(portal, eve, &late.token, None).await,
        Error::NotFound("request")
    );
    assert_refused!(allow(portal, eve, &late.token, None).await, Error::NotFound("request"));
}

async fn of_two_decisions_at_once_one_holds(house: House) {
    let stage = stage(&house).await;
    for _ in 0..5 {
        let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
        let (ada, eve) = (&stage.ada.actor, &stage.eve.actor);
        let (one, other, third) = tokio::join!(
            allow(&house.portal, ada, &asked.token, None),
            allow(&house.portal, eve, &asked.token, None),
            refuse(&house.portal, ada, &asked.token, None),
        );
        let decisions = [one, other, third];
        assert_eq!(
            decisions.iter().filter(|decision| decision.is_ok()).count(),
            1,
            "{decisions:?}"
        );
    }
}

async fn a_callback_is_asked_for_and_must_be_an_address(house: House) {
    let stage = stage(&house).await;
    assert_eq!(
        problem(stage.app.ask(&house.portal, None).await),
        Problem::ParameterAbsent
    );
    for callback in [
        "javascript:alert(1)",
        "data:text/html,x",
        "/relative",
        "shop.example.com",
        "https://shop.example.com/#fragment",
        "https://shop.example.com/é",
        "https://shop.example.com/a b",
    ] {
        assert_eq!(
            problem(stage.app.ask(&house.portal, Some(callback)).await),
            Problem::ParameterRejected,
            "{callback}"
        );
    }
    for callback in ["http://127.0.0.1:8080/", "com.example.shop:/back"] {
        stage.app.ask(&house.portal, Some(callback)).await.unwrap();
    }
    let thief = App {
        consumer_secret: "wrong".to_owned(),
        ..stage.app.clone()
    };
    assert_eq!(
        problem(thief.ask(&house.portal, Some("oob")).await),
        Problem::SignatureInvalid
    );
}

async fn the_older_flow_needs_the_switch(house: House) {
    let stage = stage(&house).await;
    use_older_flow(&house, &stage, true).await;
    let asked = stage.app.ask(&house.portal, None).await.unwrap();
    let brought = Some("https://old.example.com/");
    let asks = question(&house.portal, &stage.eve.actor, &asked.token, brought)
        .await
        .unwrap();
    assert_eq!(asks.callback.as_deref(), brought);
    let decision = allow(&house.portal, &stage.eve.actor, &asked.token, brought)
        .await
        .unwrap();
    assert_eq!(
        decision,
        Decision::Redirect(format!("https://old.example.com/?oauth_token={}", asked.token))
    );
    stage.app.exchange(&house.portal, &asked, None).await.unwrap();

    // Without an address the person goes back by themselves.
    let asked = stage.app.ask(&house.portal, None).await.unwrap();
    let decision = allow(&house.portal, &stage.eve.actor, &asked.token, None)
        .await
        .unwrap();
    assert_eq!(decision, Decision::Done);
    // The switch is turned off before the exchange.
    use_older_flow(&house, &stage, false).await;
    assert_eq!(
        problem(stage.app.exchange(&house.portal, &asked, None).await),
        Problem::ParameterAbsent
    );
    assert_eq!(
        problem(stage.app.ask(&house.portal, None).await),
        Problem::ParameterAbsent
    );
    // A consumer that may use it can use the current one, and then has to.
    use_older_flow(&house, &stage, true).await;
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    redirect(&house, &stage, &asked).await;
    assert_eq!(
        problem(stage.app.exchange(&house.portal, &asked, None).await),
        Problem::ParameterAbsent
    );
}

async fn the_older_flow_sends_browsers_to_clean_addresses_only(house: House) {
    let stage = stage(&house).await;
    use_older_flow(&house, &stage, true).await;
    for brought in [
        "javascript:alert(1)",
        "https://x.example/\r\nSet-Cookie: a=b",
        "https://x.example/é",
        "\0",
        "//x.example",
        "oob",
    ] {
        let asked = stage.app.ask(&house.portal, None).await.unwrap();
        let decision = allow(&house.portal, &stage.eve.actor, &asked.token, Some(brought))
            .await
            .unwrap();
        assert_eq!(decision, Decision::Done, "{brought}");
    }
}

async fn another_consumer_cannot_exchange(house: House) {
    let stage = stage(&house).await;
    let other = App::new(&house.consumer(&stage.ada.actor, "Website").await);
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    let address = redirect(&house, &stage, &asked).await;
    let refused = other
        .exchange(&house.portal, &asked, Some(verifier(&address, &asked)))
        .await;
    assert_eq!(problem(refused), Problem::TokenRejected);
    // Nor is a permanent token a request token.
    let token = house
        .token(&stage.ada.actor, &stage.consumer, "eve@example.com", "Drupal")
        .await;
    let permanent = Issued {
        token: token.value.token,
        secret: token.secret,
    };
    assert_eq!(
        problem(stage.app.exchange(&house.portal, &permanent, Some("x")).await),
        Problem::TokenRejected
    );
}

async fn old_ones_are_forgotten_after_a_day(house: House) {
    let stage = stage(&house).await;
    let asked = stage.app.ask(&house.portal, Some(CALLBACK)).await.unwrap();
    let address = redirect(&house, &stage, &asked).await;
    house.clock.advance(LIFETIME + Duration::from_secs(23 * 3600));
    maintenance::run(&house.portal).await.unwrap();
    let late = stage
        .app
        .exchange(&house.portal, &asked, Some(verifier(&address, &asked)))
        .await;
    assert_eq!(problem(late), Problem::TokenExpired);
    house.clock.advance(Duration::from_secs(2 * 3600));
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!(house.count("request_tokens").await, 0);
}
