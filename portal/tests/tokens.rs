use crate::support::app::{App, problem};
use crate::support::{ADA, House, complaint, new_token};
use domain::accounts::rights::Rights;
use domain::accounts::users::UserChoice;
use domain::auth::one_time_secrets::RevealKind;
use domain::oauth1::Problem;
use domain::oauth1::integration_types::{INTEGRATION_TYPES, OTHER};
use domain::oauth1::tokens::{AUTHORISED, EXCHANGED_LIFETIME, NewToken, TokenFilter, TokenQuery, TokenState};
use portal::Error;
use portal::accounts::users;
use portal::auth::one_time_secrets;
use portal::oauth1::request_tokens::{self, Decision};
use portal::oauth1::tokens::{create, get, list, revoke};
use std::time::Duration;

both!(
    a_new_token_says_what_it_is_and_signs,
    a_user_is_named_by_email_or_both_or_a_unique_name,
    an_unknown_or_inactive_user_is_refused,
    another_system_is_named,
    each_wrong_field_is_told,
    a_consumer_has_several_tokens,
    a_revoked_token_opens_nothing_and_keeps_its_row,
    revoking_at_once_is_revoking_once,
    a_token_goes_through_its_states,
);

async fn a_new_token_says_what_it_is_and_signs(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await;
    house.advance(60);
    let made = create(&house.portal, &ada.actor, new_token(&consumer.value, ADA, "Contentful"))
        .await
        .unwrap();
    assert_eq!(get(&house.portal, &ada.actor, made.value.id).await.unwrap(), made.value);
    let token = &made.value;
    assert_eq!((token.user.as_str(), token.user_email.as_str()), ("Ada Lovelace", ADA));
    assert_eq!(
        (token.consumer.as_str(), token.integration.as_str()),
        ("Web shop", "Contentful")
    );
    assert_eq!(
        (token.state, token.created_by.as_deref()),
        (TokenState::Active, Some("Ada Lovelace"))
    );
    assert_eq!(
        (token.created_at, token.expires_at, token.revoked_at),
        (house.portal.now(), None, None)
    );
    assert_eq!((token.last_used_at, &token.last_used_from), (None, &None));

    let shown = one_time_secrets::pending(&house.portal, &ada.actor)
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(
        (shown.kind, shown.key.as_str()),
        (RevealKind::Token, token.token.as_str())
    );
    assert_eq!(shown.name, "Contentful for Ada Lovelace through Web shop");
    house.advance(60);
    let app = App::new(&consumer).with_token(&shown.key, &shown.secret);
    let actor = app.call(&house.portal).await.unwrap();
    assert_eq!(actor.person().unwrap().email, ADA);
    let used = get(&house.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(used.last_used_at, Some(house.portal.now()));
    assert_eq!(used.last_used_from.as_deref(), Some("192.0.2.7"));
}

async fn a_user_is_named_by_email_or_both_or_a_unique_name(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await.value;
    house.person("Zoë O'Brien", "zoe@example.com", Rights::default()).await;
    for name in ["sam1@example.com", "sam2@example.com"] {
        house.person("Sam Smith", name, Rights::default()).await;
    }
    let user = async |text: &str| {
        let made = create(&house.portal, &ada.actor, new_token(&consumer, text, "Drupal")).await;
        made.map(|made| made.value.user_email)
    };
    for text in [
        "zoe@example.com",
        " ZOE@EXAMPLE.COM ",
        "Zoë O'Brien <zoe@example.com>",
        "zoë o'brien",
        "ZOË O'BRIEN",
    ] {
        assert_eq!(user(text).await.unwrap(), "zoe@example.com", "{text}");
    }
    // What the type-ahead fills in.
    let choice = UserChoice {
        id: ada.actor.person().unwrap().id,
        name: "Ada Lovelace".into(),
        email: ADA.into(),
    };
    assert_eq!(user(&choice.text()).await.unwrap(), ADA);
    assert_eq!(
        complaint(user("Sam Smith").await, "user"),
        "Several users have this name; enter the e-mail."
    );
    assert_eq!(user("Sam Smith <sam2@example.com>").await.unwrap(), "sam2@example.com");
}

async fn an_unknown_or_inactive_user_is_refused(house: House) {
    let ada = house.set_up().await;
    house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let consumer = house.consumer(&ada.actor, "Web shop").await.value;
    let eve = house.person("Eve", "eve@example.com", Rights::default()).await;
    users::set_active(&house.portal, &ada.actor, eve, false).await.unwrap();
    for number in 0..2 {
        let email = format!("sam{number}@example.com");
        let sam = house.person("Sam Smith", &email, Rights::default()).await;
        users::set_active(&house.portal, &ada.actor, sam, false).await.unwrap();
    }
    let unknown = "No active user has this name or e-mail.";
    let inactive = "Eve is inactive. Activate the user or choose another.";
    for (user, expected) in [
        ("nobody@example.com", unknown),
        ("Nobody", unknown),
        // Of another account, active or not.
        ("charles@example.com", unknown),
        ("Ada", unknown),
        ("nul\0", unknown),
        ("eve@example.com", inactive),
        (" EVE@example.com ", inactive),
        ("eve", inactive),
        ("Eve <eve@example.com>", inactive),
        (
            "Sam Smith",
            "All users named Sam Smith are inactive. Activate one or choose another.",
        ),
        (
            "sam1@example.com",
            "Sam Smith is inactive. Activate the user or choose another.",
        ),
    ] {
        let refused = create(&house.portal, &ada.actor, new_token(&consumer, user, "Drupal")).await;
        assert_eq!(complaint(refused, "user"), expected, "{user}");
    }
    // Whoever is active is meant, whoever else has the name.
    house.person("Eve", "eve2@example.com", Rights::default()).await;
    let created = create(&house.portal, &ada.actor, new_token(&consumer, "Eve", "Drupal")).await;
    let created = created.unwrap().value;
    assert_eq!(created.user_email, "eve2@example.com");
    revoke(&house.portal, &ada.actor, created.id).await.unwrap();
    // Of another account, nothing is said.
    let charles = portal::accounts::operator(&house.portal, Some("Difference Engines"))
        .await
        .unwrap();
    let theirs = house.consumer(&charles, "Theirs").await.value;
    let refused = create(&house.portal, &charles, new_token(&theirs, "eve@example.com", "Drupal")).await;
    assert_eq!(complaint(refused, "user"), unknown);
    assert_eq!(house.count("tokens").await, 1);
}

async fn another_system_is_named(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await.value;
    let unnamed = create(&house.portal, &ada.actor, new_token(&consumer, ADA, OTHER)).await;
    complaint(unnamed, "integration_name");
    let named = NewToken {
        integration_name: " House  CMS ".to_owned(),
        ..new_token(&consumer, ADA, OTHER)
    };
    assert_eq!(
        create(&house.portal, &ada.actor, named)
            .await
            .unwrap()
            .value
            .integration,
        "House CMS"
    );
    for kind in INTEGRATION_TYPES.iter().filter(|kind| **kind != OTHER) {
        let made = create(&house.portal, &ada.actor, new_token(&consumer, ADA, kind))
            .await
            .unwrap();
        assert_eq!(made.value.integration, *kind);
    }
}

async fn each_wrong_field_is_told(house: House) {
    let ada = house.set_up().await;
    let other = house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let theirs = house.consumer(&other.actor, "Web shop").await.value;
    let error = create(&house.portal, &ada.actor, NewToken::default())
        .await
        .unwrap_err();
    let Error::Invalid(errors) = error else {
        panic!("{error:?}")
    };
    for field in ["user", "consumer", "integration_type"] {
        assert!(errors.of(field).is_some(), "{field}");
    }
    let gone = create(&house.portal, &ada.actor, new_token(&theirs, ADA, "Drupal")).await;
    assert_eq!(complaint(gone, "consumer"), "This consumer is gone. Select another.");
    let made_up = create(&house.portal, &ada.actor, new_token(&theirs, ADA, "Notepad")).await;
    complaint(made_up, "integration_type");
}

async fn a_consumer_has_several_tokens(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await;
    let mut apps = Vec::new();
    for _ in 0..3 {
        let token = house.token(&ada.actor, &consumer.value, ADA, "Drupal").await;
        apps.push((
            App::new(&consumer).with_token(&token.value.token, token.secret.expose()),
            token.value,
        ));
    }
    revoke(&house.portal, &ada.actor, apps[1].1.id).await.unwrap();
    assert!(apps[0].0.call(&house.portal).await.is_ok());
    assert_eq!(problem(apps[1].0.call(&house.portal).await), Problem::TokenRevoked);
    assert!(apps[2].0.call(&house.portal).await.is_ok());
}

async fn a_revoked_token_opens_nothing_and_keeps_its_row(house: House) {
    let ada = house.set_up().await;
    let (app, _, token) = house.app(&ada.actor, "Web shop").await;
    app.call(&house.portal).await.unwrap();
    house.advance(60);
    revoke(&house.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(problem(app.call(&house.portal).await), Problem::TokenRevoked);
    let revoked = get(&house.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(
        (revoked.state, revoked.revoked_at),
        (TokenState::Revoked, Some(house.portal.now()))
    );
    assert_eq!(
        house
            .texts("select cast(length(sealed_secret) as text) from tokens")
            .await,
        ["0"]
    );
    // Again is as good as once.
    house.advance(60);
    revoke(&house.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(get(&house.portal, &ada.actor, token.id).await.unwrap(), revoked);
}

async fn revoking_at_once_is_revoking_once(house: House) {
    let ada = house.set_up().await;
    let (_, _, token) = house.app(&ada.actor, "Web shop").await;
    let nodes = [house.portal.clone(), house.another_node().await];
    let attempts: Vec<_> = (0..10)
        .map(|index| {
            let (portal, actor) = (nodes[index % 2].clone(), ada.actor.clone());
            tokio::spawn(async move { revoke(&portal, &actor, token.id).await })
        })
        .collect();
    for attempt in attempts {
        attempt.await.unwrap().unwrap();
    }
    assert_eq!(house.count("audit_records where action = 'token.revoke'").await, 1);
}

async fn a_token_goes_through_its_states(house: House) {
    let ada = house.set_up().await;
    let eve = house.person("Eve", "eve@example.com", Rights::default()).await;
    let consumer = house.consumer(&ada.actor, "Web shop").await;
    let app = App::new(&consumer);
    let browser = house.sign_in("eve@example.com").await;
    let asked = app.ask(&house.portal, Some("oob")).await.unwrap();
    let Decision::Verifier(verifier) = request_tokens::allow(&house.portal, &browser.actor, &asked.token, None)
        .await
        .unwrap()
    else {
        panic!("no verifier")
    };
    let app = app
        .clone()
        .with(&app.exchange(&house.portal, &asked, Some(&verifier)).await.unwrap());

    let shown = async || {
        let all = TokenQuery {
            filter: TokenFilter::All,
            ..TokenQuery::default()
        };
        list(&house.portal, &ada.actor, &all)
            .await
            .unwrap()
            .tokens
            .pop()
            .unwrap()
    };
    let token = shown().await;
    assert_eq!(
        (token.state, token.integration.as_str()),
        (TokenState::Active, AUTHORISED)
    );
    assert_eq!(token.expires_at, Some(house.portal.now().after(EXCHANGED_LIFETIME)));
    assert_eq!(token.created_by.as_deref(), Some("Eve"));
    app.call(&house.portal).await.unwrap();

    users::set_active(&house.portal, &ada.actor, eve, false).await.unwrap();
    assert_eq!(shown().await.state, TokenState::Suspended);
    assert_eq!(problem(app.call(&house.portal).await), Problem::UserRefused);
    users::set_active(&house.portal, &ada.actor, eve, true).await.unwrap();
    assert_eq!(shown().await.state, TokenState::Active);
    app.call(&house.portal).await.unwrap();

    house.clock.advance(EXCHANGED_LIFETIME - Duration::from_millis(1));
    app.call(&house.portal).await.unwrap();
    house.clock.advance(Duration::from_millis(1));
    let ada = house.sign_in(ADA).await;
    let token = get(&house.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(token.state, TokenState::Expired);
    assert_eq!(problem(app.call(&house.portal).await), Problem::TokenExpired);
    revoke(&house.portal, &ada.actor, token.id).await.unwrap();
    assert_eq!(
        get(&house.portal, &ada.actor, token.id).await.unwrap().state,
        TokenState::Revoked
    );
}
