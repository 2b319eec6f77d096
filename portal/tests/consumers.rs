use crate::support::app::problem;
use crate::support::{House, complaint};
use domain::auth::one_time_secrets::RevealKind;
use domain::oauth1::Problem;
use domain::oauth1::consumers::{ConsumerSigning, NewConsumer};
use portal::Error;
use portal::auth::one_time_secrets;
use portal::oauth1::consumers::{choices, create, delete, get, list, rename, set_signing};
use portal::oauth1::tokens;

both!(
    a_new_consumer_is_listed_and_its_secret_is_shown_once,
    a_name_is_one_of_a_kind_whatever_its_case,
    a_name_is_tidied_and_checked,
    of_two_at_once_with_one_name_one_is_made,
    a_consumer_can_be_renamed,
    deleting_asks_for_the_name_and_takes_the_tokens_along,
    the_list_counts_tokens_that_work,
    only_a_public_rsa_key_is_taken,
);

fn named(name: &str) -> NewConsumer {
    NewConsumer { name: name.to_owned() }
}

async fn a_new_consumer_is_listed_and_its_secret_is_shown_once(house: House) {
    let ada = house.set_up().await;
    let made = create(&house.portal, &ada.actor, named("Web shop")).await.unwrap();
    assert_eq!(made.value.name, "Web shop");
    assert_eq!(made.value.created_by.as_deref(), Some("Ada Lovelace"));
    assert_eq!(made.value.created_at, house.portal.now());
    assert_eq!((made.value.key.len(), made.secret.expose().len()), (32, 43));
    assert_eq!(get(&house.portal, &ada.actor, made.value.id).await.unwrap(), made.value);
    assert_eq!(
        list(&house.portal, &ada.actor).await.unwrap(),
        std::slice::from_ref(&made.value)
    );

    let shown = one_time_secrets::pending(&house.portal, &ada.actor).await.unwrap();
    let [shown] = shown.as_slice() else { panic!("{shown:?}") };
    assert_eq!((shown.kind, shown.name.as_str()), (RevealKind::Consumer, "Web shop"));
    assert_eq!(
        (shown.key.as_str(), shown.secret.as_str()),
        (made.value.key.as_str(), made.secret.expose())
    );

    // The list is by name, and so are the choices of the token dialog.
    create(&house.portal, &ada.actor, named("app for the field"))
        .await
        .unwrap();
    let names: Vec<_> = list(&house.portal, &ada.actor)
        .await
        .unwrap()
        .into_iter()
        .map(|made| made.name)
        .collect();
    assert_eq!(names, ["app for the field", "Web shop"]);
    let names: Vec<_> = choices(&house.portal, &ada.actor)
        .await
        .unwrap()
        .into_iter()
        .map(|made| made.name)
        .collect();
    assert_eq!(names, ["app for the field", "Web shop"]);
}

async fn a_name_is_one_of_a_kind_whatever_its_case(house: House) {
    let ada = house.set_up().await;
    house.consumer(&ada.actor, "Façade").await;
    for name in ["Façade", "FAÇADE", " façade "] {
        let taken = create(&house.portal, &ada.actor, named(name)).await;
        assert_eq!(complaint(taken, "name"), "Another consumer has this name.");
    }
    let other = house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    create(&house.portal, &other.actor, named("Façade")).await.unwrap();
}

async fn a_name_is_tidied_and_checked(house: House) {
    let ada = house.set_up().await;
    let made = create(&house.portal, &ada.actor, named("  Web \t shop "))
        .await
        .unwrap();
    assert_eq!(made.value.name, "Web shop");
    for name in ["", "  ", &"x".repeat(101), "bell\u{7}", "nul\0"] {
        complaint(create(&house.portal, &ada.actor, named(name)).await, "name");
        complaint(
            rename(&house.portal, &ada.actor, made.value.id, named(name)).await,
            "name",
        );
    }
    let longest = "Ü".repeat(100);
    assert_eq!(
        create(&house.portal, &ada.actor, named(&longest))
            .await
            .unwrap()
            .value
            .name,
        longest
    );
}

async fn of_two_at_once_with_one_name_one_is_made(house: House) {
    let ada = house.set_up().await;
    let attempts: Vec<_> = (0..8)
        .map(|_| {
            let (portal, actor) = (house.portal.clone(), ada.actor.clone());
            tokio::spawn(async move { create(&portal, &actor, named("Web shop")).await })
        })
        .collect();
    let mut made = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(_) => made += 1,
            refused => assert_eq!(complaint(refused, "name"), "Another consumer has this name."),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(
        one_time_secrets::pending(&house.portal, &ada.actor)
            .await
            .unwrap()
            .len(),
        1
    );
}

async fn a_consumer_can_be_renamed(house: House) {
    let ada = house.set_up().await;
    let (app, consumer, _) = house.app(&ada.actor, "Web shop").await;
    house.consumer(&ada.actor, "Website").await;
    let taken = rename(&house.portal, &ada.actor, consumer.id, named("WEBSITE")).await;
    assert_eq!(complaint(taken, "name"), "Another consumer has this name.");
    // To the same name in other letters, then to another; the key stays.
    for name in ["WEB SHOP", "Shop"] {
        rename(&house.portal, &ada.actor, consumer.id, named(name))
            .await
            .unwrap();
        let renamed = get(&house.portal, &ada.actor, consumer.id).await.unwrap();
        assert_eq!((renamed.name.as_str(), &renamed.key), (name, &consumer.key));
    }
    app.call(&house.portal).await.unwrap();
}

async fn deleting_asks_for_the_name_and_takes_the_tokens_along(house: House) {
    let ada = house.set_up().await;
    let (app, consumer, token) = house.app(&ada.actor, "Web shop").await;
    let (kept, ..) = house.app(&ada.actor, "Website").await;
    app.call(&house.portal).await.unwrap();
    for typed in ["", "web shop", "Web"] {
        let refused = delete(&house.portal, &ada.actor, consumer.id, typed).await;
        assert_eq!(complaint(refused, "name"), "Type Web shop to delete it.");
    }
    app.call(&house.portal).await.unwrap();

    delete(&house.portal, &ada.actor, consumer.id, " Web shop ")
        .await
        .unwrap();
    assert_eq!(problem(app.call(&house.portal).await), Problem::ConsumerKeyUnknown);
    assert_refused!(
        tokens::get(&house.portal, &ada.actor, token.id).await,
        Error::NotFound("token")
    );
    assert_refused!(
        get(&house.portal, &ada.actor, consumer.id).await,
        Error::NotFound("consumer")
    );
    assert_refused!(
        delete(&house.portal, &ada.actor, consumer.id, "Web shop").await,
        Error::NotFound("consumer")
    );
    kept.call(&house.portal).await.unwrap();
    house.consumer(&ada.actor, "Web shop").await;
}

async fn the_list_counts_tokens_that_work(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await;
    let tokens = [
        house
            .token(&ada.actor, &consumer.value, "ada@example.com", "Drupal")
            .await,
        house
            .token(&ada.actor, &consumer.value, "ada@example.com", "Drupal")
            .await,
    ];
    let count = async || get(&house.portal, &ada.actor, consumer.value.id).await.unwrap().tokens;
    assert_eq!(count().await, 2);
    tokens::revoke(&house.portal, &ada.actor, tokens[0].value.id)
        .await
        .unwrap();
    assert_eq!(count().await, 1);
}

async fn only_a_public_rsa_key_is_taken(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await.value;
    let set = async |key: &str| {
        let signing = ConsumerSigning {
            rsa_public_key: key.to_owned(),
            legacy_flow: true,
        };
        set_signing(&house.portal, &ada.actor, consumer.id, signing).await
    };
    let pem = |body: &str| format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----");
    // Of 1024 bits, which can be broken.
    let weak = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC0YjCwIfYoprq/FQO6lb3asXrxLlJFuCvtinTF5p0GxvQGu5O3\
                gYytUvtC2JlYzypSRjVxwxrsuRcP3e641SdASwfrmzyvIgP08N4S0IFzEURkV1wp/IpH7kH41EtbmUmrXSwfNZsn\
                QRE5SYSOhh+LcK2wyQkdgcMv11l4KoBkcwIDAQAB";
    assert_eq!(
        complaint(set(&pem(weak)).await, "rsa_public_key"),
        "Use an RSA key of 2048 to 8192 bits."
    );
    for (key, said) in [
        ("AAAA".to_owned(), "Paste a public key"),
        (pem("not base64"), "Paste a public key"),
        (pem("-----\0\nAAAA"), "Paste a public key"),
        (pem("AAAA"), "Use an RSA key"),
        (pem("AAAA").replace("PUBLIC", "PRIVATE"), "This is a private key"),
    ] {
        let message = complaint(set(&key).await, "rsa_public_key");
        assert!(message.starts_with(said), "{key}: {message}");
    }
    let kept = get(&house.portal, &ada.actor, consumer.id).await.unwrap();
    assert_eq!((kept.rsa_public_key, kept.legacy_flow), (None, false));
    set("").await.unwrap();
    assert!(get(&house.portal, &ada.actor, consumer.id).await.unwrap().legacy_flow);
}
