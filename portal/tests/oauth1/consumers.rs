use domain::auth::one_time_secrets::OneTimeSecretKind;
use domain::oauth1::OauthProblem;
use domain::oauth1::consumers::{ConsumerForm, ConsumerSigning};
use portal::Error;
use portal::auth::one_time_secrets;
use portal::oauth1::consumers::{create, delete, get, list, options, rename, set_signing};
use portal::oauth1::tokens;
use rstest::rstest;
use testing::oauth1_client::problem;
use testing::{Engine, TestPortal, assert_rejected, validation_error};

fn new_consumer(name: &str) -> ConsumerForm {
    ConsumerForm { name: name.to_owned() }
}

#[rstest]
#[tokio::test]
async fn new_consumer_is_listed_and_its_secret_is_shown_once(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let created = create(&test.portal, &ada.actor, new_consumer("Web shop"))
        .await
        .unwrap();
    assert_eq!(created.value.name, "Web shop");
    assert_eq!(created.value.created_by.as_deref(), Some("Ada Lovelace"));
    assert_eq!(created.value.created_at, test.portal.now());
    assert_eq!((created.value.key.len(), created.secret.expose().len()), (32, 43));
    assert_eq!(
        get(&test.portal, &ada.actor, created.value.id).await.unwrap(),
        created.value
    );
    assert_eq!(
        list(&test.portal, &ada.actor).await.unwrap(),
        std::slice::from_ref(&created.value)
    );

    let shown = one_time_secrets::list(&test.portal, &ada.actor).await.unwrap();
    let [shown] = shown.as_slice() else { panic!("{shown:?}") };
    assert_eq!(
        (shown.kind, shown.name.as_str()),
        (OneTimeSecretKind::Consumer, "Web shop")
    );
    assert_eq!(
        (shown.key.as_str(), shown.secret.as_str()),
        (created.value.key.as_str(), created.secret.expose())
    );

    // The list and the options of the token dialog are sorted by name.
    create(&test.portal, &ada.actor, new_consumer("app for the field"))
        .await
        .unwrap();
    let names: Vec<_> = list(&test.portal, &ada.actor)
        .await
        .unwrap()
        .into_iter()
        .map(|created| created.name)
        .collect();
    assert_eq!(names, ["app for the field", "Web shop"]);
    let names: Vec<_> = options(&test.portal, &ada.actor)
        .await
        .unwrap()
        .into_iter()
        .map(|created| created.name)
        .collect();
    assert_eq!(names, ["app for the field", "Web shop"]);
}

#[rstest]
#[tokio::test]
async fn consumer_name_is_unique_regardless_of_case(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_consumer(&ada.actor, "Façade").await;
    for name in ["Façade", "FAÇADE", " façade "] {
        let taken = create(&test.portal, &ada.actor, new_consumer(name)).await;
        assert_eq!(validation_error(taken, "name"), "This name is already in use.");
    }
    let other = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    create(&test.portal, &other.actor, new_consumer("Façade"))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn consumer_name_is_normalized_and_validated(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let created = create(&test.portal, &ada.actor, new_consumer("  Web \t shop "))
        .await
        .unwrap();
    assert_eq!(created.value.name, "Web shop");
    for name in ["", "  ", &"x".repeat(101), "bell\u{7}", "nul\0"] {
        validation_error(create(&test.portal, &ada.actor, new_consumer(name)).await, "name");
        validation_error(
            rename(&test.portal, &ada.actor, created.value.id, new_consumer(name)).await,
            "name",
        );
    }
    let longest = "Ü".repeat(100);
    assert_eq!(
        create(&test.portal, &ada.actor, new_consumer(&longest))
            .await
            .unwrap()
            .value
            .name,
        longest
    );
}

#[rstest]
#[tokio::test]
async fn concurrent_create_consumer_with_same_name_creates_one(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let attempts: Vec<_> = (0..8)
        .map(|_| {
            let (portal, actor) = (test.portal.clone(), ada.actor.clone());
            tokio::spawn(async move { create(&portal, &actor, new_consumer("Web shop")).await })
        })
        .collect();
    let mut created = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(_) => created += 1,
            rejected => assert_eq!(validation_error(rejected, "name"), "This name is already in use."),
        }
    }
    assert_eq!(created, 1);
    assert_eq!(one_time_secrets::list(&test.portal, &ada.actor).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn consumer_can_be_renamed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, consumer, _) = test.create_client(&ada.actor, "Web shop").await;
    test.create_consumer(&ada.actor, "Website").await;
    let taken = rename(&test.portal, &ada.actor, consumer.id, new_consumer("WEBSITE")).await;
    assert_eq!(validation_error(taken, "name"), "This name is already in use.");
    // Once to the same name in a different case, once to another name; the key does not change.
    for name in ["WEB SHOP", "Shop"] {
        rename(&test.portal, &ada.actor, consumer.id, new_consumer(name))
            .await
            .unwrap();
        let renamed = get(&test.portal, &ada.actor, consumer.id).await.unwrap();
        assert_eq!((renamed.name.as_str(), &renamed.key), (name, &consumer.key));
    }
    app.call(&test.portal).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn delete_consumer_requires_its_name_and_deletes_its_tokens(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, consumer, token) = test.create_client(&ada.actor, "Web shop").await;
    let (remaining, ..) = test.create_client(&ada.actor, "Website").await;
    app.call(&test.portal).await.unwrap();
    for typed in ["", "web shop", "Web"] {
        let rejected = delete(&test.portal, &ada.actor, consumer.id, typed).await;
        assert_eq!(validation_error(rejected, "name"), "Type Web shop to confirm.");
    }
    app.call(&test.portal).await.unwrap();

    delete(&test.portal, &ada.actor, consumer.id, " Web shop ")
        .await
        .unwrap();
    assert_eq!(problem(app.call(&test.portal).await), OauthProblem::ConsumerKeyUnknown);
    assert_rejected!(
        tokens::get(&test.portal, &ada.actor, token.id).await,
        Error::NotFound("token")
    );
    assert_rejected!(
        get(&test.portal, &ada.actor, consumer.id).await,
        Error::NotFound("consumer")
    );
    assert_rejected!(
        delete(&test.portal, &ada.actor, consumer.id, "Web shop").await,
        Error::NotFound("consumer")
    );
    remaining.call(&test.portal).await.unwrap();
    test.create_consumer(&ada.actor, "Web shop").await;
}

#[rstest]
#[tokio::test]
async fn consumer_counts_active_tokens(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await;
    let tokens = [
        test.create_token(&ada.actor, &consumer.value, "ada@example.com", "Drupal")
            .await,
        test.create_token(&ada.actor, &consumer.value, "ada@example.com", "Drupal")
            .await,
    ];
    let count = async || get(&test.portal, &ada.actor, consumer.value.id).await.unwrap().tokens;
    assert_eq!(count().await, 2);
    tokens::revoke(&test.portal, &ada.actor, tokens[0].value.id)
        .await
        .unwrap();
    assert_eq!(count().await, 1);
}

#[rstest]
#[tokio::test]
async fn consumer_accepts_only_public_rsa_key(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await.value;
    let set = async |key: &str| {
        let signing = ConsumerSigning {
            rsa_public_key: key.to_owned(),
            legacy_flow: true,
        };
        set_signing(&test.portal, &ada.actor, consumer.id, signing).await
    };
    let pem = |body: &str| format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----");
    // A 1024-bit key is too weak.
    let weak = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC0YjCwIfYoprq/FQO6lb3asXrxLlJFuCvtinTF5p0GxvQGu5O3\
                gYytUvtC2JlYzypSRjVxwxrsuRcP3e641SdASwfrmzyvIgP08N4S0IFzEURkV1wp/IpH7kH41EtbmUmrXSwfNZsn\
                QRE5SYSOhh+LcK2wyQkdgcMv11l4KoBkcwIDAQAB";
    assert_eq!(
        validation_error(set(&pem(weak)).await, "rsa_public_key"),
        "Use an RSA key of 2048 to 8192 bits."
    );
    for (key, expected) in [
        ("AAAA".to_owned(), "Paste a public key"),
        (pem("not base64"), "Paste a public key"),
        (pem("-----\0\nAAAA"), "Paste a public key"),
        (pem("AAAA"), "Use an RSA key"),
        (pem("AAAA").replace("PUBLIC", "PRIVATE"), "This is a private key"),
    ] {
        let message = validation_error(set(&key).await, "rsa_public_key");
        assert!(message.starts_with(expected), "{key}: {message}");
    }
    let stored = get(&test.portal, &ada.actor, consumer.id).await.unwrap();
    assert_eq!((stored.rsa_public_key, stored.legacy_flow), (None, false));
    set("").await.unwrap();
    assert!(get(&test.portal, &ada.actor, consumer.id).await.unwrap().legacy_flow);
}
