use super::{form, policy, web_app};
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::{AppForm, SecretForm, SigningAlgorithm, TokenSettingsForm};
use portal::Error;
use portal::auth::one_time_secrets;
use portal::oauth2::oauth_apps::{self, secrets};
use portal::oauth2::{self, consents};
use rstest::rstest;
use testing::{Browser, Engine, TestPortal, assert_rejected};

#[rstest]
#[tokio::test]
async fn new_client_secret_is_shown_until_acknowledged(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let created = oauth_apps::create(portal, actor, form("Connector")).await.unwrap();
    let shown = one_time_secrets::list(portal, actor).await.unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].kind.labels(), ("Client ID", "Client secret"));
    assert_eq!(shown[0].key, created.id.to_string());
    assert_eq!(shown[0].secret, created.secret.unwrap().expose());
    one_time_secrets::acknowledge(portal, actor, shown[0].id).await.unwrap();
    let added = secrets::add(portal, actor, created.id, SecretForm::default())
        .await
        .unwrap();
    assert_eq!(
        one_time_secrets::list(portal, actor).await.unwrap()[0].secret,
        added.expose()
    );

    let native = AppForm {
        grant: "public".to_owned(),
        ..web_app("Native app")
    };
    let native = oauth_apps::create(portal, actor, native).await.unwrap();
    assert!(native.secret.is_none());
    assert_eq!(one_time_secrets::list(portal, actor).await.unwrap().len(), 1);
    let rejected = secrets::add(portal, actor, native.id, SecretForm::default()).await;
    assert_rejected!(rejected, Error::Conflict(_));
}

#[rstest]
#[tokio::test]
async fn client_secrets_are_limited_per_app(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let app = oauth_apps::create(portal, actor, form("Connector")).await.unwrap().id;
    let other = test.another_node().await;
    let adding = (0..12).map(|index| {
        let (portal, actor) = (
            if index % 2 == 0 { portal.clone() } else { other.clone() },
            ada.actor.clone(),
        );
        tokio::spawn(async move { secrets::add(&portal, &actor, app, SecretForm::default()).await.is_ok() })
    });
    let mut added = 0;
    for task in adding.collect::<Vec<_>>() {
        added += usize::from(task.await.unwrap());
    }
    assert_eq!(added, domain::oauth2::oauth_apps::MAX_SECRETS - 1);
    assert_eq!(
        test.count_rows("client_secrets").await,
        domain::oauth2::oauth_apps::MAX_SECRETS
    );
    let rejected = secrets::add(portal, actor, app, SecretForm::default()).await;
    assert_rejected!(rejected, Error::Limit(_));
}

#[tokio::test]
async fn oauth2_secrets_are_not_stored_in_plaintext() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let Browser { actor, .. } = test.set_up().await;
    let portal = &test.portal;
    let rotating = TokenSettingsForm {
        rotate_refresh_tokens: true,
        ..SigningAlgorithm::Rs256.into()
    };
    let created = oauth_apps::create_with(portal, &actor, web_app("Web app"), rotating)
        .await
        .unwrap();
    let (id, secret) = (created.id.to_string(), created.secret.unwrap());
    let query = format!("client_id={id}&response_type=code");
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let address = consents::allow(portal, &policy(), &actor, &parameters).await.unwrap();
    let code = address.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let client = oauth2::authenticate_client(portal, &id, Some(&secret)).await.unwrap();
    let exchange = format!("grant_type=authorization_code&code={code}");
    let exchange = Parameters::parse(exchange.as_bytes()).unwrap();
    let first = oauth2::grant(portal, &policy(), &client, &exchange).await.unwrap();
    let old = first.refresh_token.unwrap();
    let refresh = format!("grant_type=refresh_token&refresh_token={}", old.expose());
    let refresh = Parameters::parse(refresh.as_bytes()).unwrap();
    let second = oauth2::grant(portal, &policy(), &client, &refresh).await.unwrap();
    let successor = second.refresh_token.unwrap();

    let names = std::fs::read_dir(&test.folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<u8> = names.flat_map(|path| std::fs::read(path).unwrap()).collect();
    let contains = |text: &[u8]| files.windows(text.len()).any(|window| window == text);
    assert!(contains(b"https://app.example.com/cb") && contains(created.id.0.as_bytes()));
    for secret in [secret.expose(), code, old.expose(), successor.expose()] {
        assert!(!contains(secret.as_bytes()), "{secret}");
    }
    for token in [&first.access_token, &second.access_token] {
        let signature = token.expose().rsplit('.').next().unwrap();
        assert!(!contains(signature.as_bytes()));
    }
    // No private key is stored unencrypted: these are the first bytes of PKCS #8 for P-256 and for 2048-bit RSA, in base64
    // and in DER.
    assert!(
        !contains(b"MIGHAgEAMBMGByqGSM49") && !contains(&[0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07])
    );
    assert!(
        !contains(b"IBADANBgkqhkiG9w0BAQEFAAS")
            && !contains(&[0x02, 0x01, 0x00, 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48])
    );
}
