use domain::accounts::rights::{Right, Rights};
use domain::ids::OauthAppId;
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::{AppForm, SecretForm, SigningAlgorithm, TokenSettings, TokenSettingsForm};
use portal::accounts::{profiles, users};
use portal::auth::one_time_secrets;
use portal::oauth2::consents;
use portal::oauth2::oauth_apps::{self, secrets};
use portal::oauth2::{self, Policy};
use portal::{Actor, Error, Portal, Result};
use rstest::rstest;
use testing::{ADA, Browser, Engine, TestPortal, assert_refused, validation_error};

pub fn form(name: &str) -> AppForm {
    AppForm {
        name: name.to_owned(),
        grant: "client_credentials".to_owned(),
        user: ADA.to_owned(),
        redirect_uris: String::new(),
        scopes: vec!["asset:read".to_owned(), "admin.user:read".to_owned()],
    }
}

fn web_app(name: &str) -> AppForm {
    AppForm {
        grant: "authorization_code".to_owned(),
        redirect_uris: "https://app.example.com/cb".to_owned(),
        scopes: vec!["asset:read".to_owned(), "offline".to_owned()],
        ..form(name)
    }
}

fn policy() -> Policy {
    Policy {
        issuer: "https://portal.example.com".to_owned(),
    }
}

fn gateway_settings() -> TokenSettingsForm {
    TokenSettingsForm {
        allow_introspection: true,
        ..SigningAlgorithm::Rs256.into()
    }
}

#[derive(Debug, Clone, Copy)]
enum Operation {
    Create,
    List,
    Get,
    Update,
    SetTokenSettings,
    RevokeRefreshTokens,
    AddSecret,
    ListSecrets,
    DeleteSecret,
    Delete,
}

use Operation::*;

const ALL: [Operation; 10] = [
    Create,
    List,
    Get,
    Update,
    SetTokenSettings,
    RevokeRefreshTokens,
    AddSecret,
    ListSecrets,
    DeleteSecret,
    // Last, because it deletes the app that the other operations need.
    Delete,
];

async fn perform(portal: &Portal, owner: &Actor, actor: &Actor, operation: Operation, app: OauthAppId) -> Result<()> {
    match operation {
        Create => oauth_apps::create(portal, actor, form("Created app")).await.map(drop),
        List => oauth_apps::list(portal, actor).await.map(drop),
        Get => oauth_apps::get(portal, actor, app).await.map(drop),
        Update => oauth_apps::update(portal, actor, app, form("Connector"), false).await,
        SetTokenSettings => {
            let form = TokenSettingsForm::from(SigningAlgorithm::Es256);
            oauth_apps::set_token_settings(portal, actor, app, form).await
        }
        RevokeRefreshTokens => oauth_apps::revoke_refresh_tokens(portal, actor, app).await.map(drop),
        AddSecret => secrets::add(portal, actor, app, SecretForm::default()).await.map(drop),
        ListSecrets => secrets::list(portal, actor, app).await.map(drop),
        DeleteSecret => {
            let stored = secrets::list(portal, owner, app).await?;
            secrets::delete(portal, actor, app, stored.last().unwrap().id).await
        }
        Delete => oauth_apps::delete(portal, actor, app, "Connector").await,
    }
}

#[rstest]
#[tokio::test]
async fn oauth_app_operations_require_both_rights(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let app = oauth_apps::create(&test.portal, &ada.actor, form("Connector"))
        .await
        .unwrap();
    test.create_user("Rita", "rita@example.com", Rights::default()).await;
    let rita = test.sign_in("rita@example.com").await;
    let profile = rita.actor.user().unwrap().profile_id;
    let with = async |rights: Rights| {
        profiles::set_rights(&test.portal, &ada.actor, profile, rights)
            .await
            .unwrap();
        test.actor(&rita.cookie).await
    };
    let needed = [Right::AdminSettings, Right::ManageOauthApps];
    for operation in ALL {
        for missing in needed {
            let actor = with(Rights::all().without(missing)).await;
            match perform(&test.portal, &ada.actor, &actor, operation, app.id).await {
                Err(Error::Forbidden(right)) => assert_eq!(right, missing, "{operation:?}"),
                other => panic!("{operation:?} without {missing:?}: {other:?}"),
            }
        }
    }
    let actor = with(needed.into_iter().collect()).await;
    for operation in ALL {
        perform(&test.portal, &ada.actor, &actor, operation, app.id)
            .await
            .unwrap_or_else(|error| panic!("{operation:?}: {error}"));
    }
}

#[rstest]
#[tokio::test]
async fn oauth_apps_of_another_account_are_not_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let charles = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let theirs = AppForm {
        user: "charles@example.com".to_owned(),
        ..form("Connector")
    };
    let theirs = oauth_apps::create(&test.portal, &charles.actor, theirs).await.unwrap();
    for operation in ALL.into_iter().filter(|operation| !matches!(operation, Create | List)) {
        match perform(&test.portal, &charles.actor, &ada.actor, operation, theirs.id).await {
            Err(Error::NotFound(_)) => {}
            other => panic!("{operation:?}: {other:?}"),
        }
    }
    assert!(oauth_apps::list(&test.portal, &ada.actor).await.unwrap().is_empty());
    // An app cannot act for a user of another account.
    let other_account = AppForm {
        user: "charles@example.com".to_owned(),
        ..form("Connector")
    };
    validation_error(
        oauth_apps::create(&test.portal, &ada.actor, other_account).await,
        "user",
    );
    // A secret can be deleted through its own app only.
    let own = oauth_apps::create(&test.portal, &ada.actor, form("Connector"))
        .await
        .unwrap();
    let secret = secrets::list(&test.portal, &charles.actor, theirs.id).await.unwrap()[0].id;
    let deleted = secrets::delete(&test.portal, &ada.actor, own.id, secret).await;
    assert_refused!(deleted, Error::NotFound("secret"));
}

#[rstest]
#[tokio::test]
async fn oauth_app_changes_write_audit_records(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    test.advance(1);
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let new_records = async || {
        let sql = "select r.action || '|' || r.detail from audit_records r order by r.at, r.action";
        let all = test.query_column(sql).await;
        let new_records = all[seen.swap(all.len(), std::sync::atomic::Ordering::Relaxed)..].to_vec();
        test.advance(1);
        new_records
    };
    let stored = |rotates: bool, algorithm: &str, allows: bool| {
        format!(
            r#"{{"rotate_refresh_tokens":{rotates},"signing_algorithm":"{algorithm}","allow_introspection":{allows}}}"#
        )
    };
    new_records().await;
    let app = oauth_apps::create(portal, actor, web_app("Web app")).await.unwrap().id;
    assert_eq!(
        new_records().await,
        [format!(
            r#"oauth-app.create|{{"name":"Web app","grant":"authorization_code","scopes":"offline asset:read","settings":{}}}"#,
            stored(false, "ES256", false)
        )]
    );
    let other = oauth_apps::create_with(portal, actor, web_app("Other"), gateway_settings())
        .await
        .unwrap()
        .id;
    assert_eq!(
        new_records().await,
        [format!(
            r#"oauth-app.create|{{"name":"Other","grant":"authorization_code","scopes":"offline asset:read","settings":{}}}"#,
            stored(false, "RS256", true)
        )]
    );
    oauth_apps::delete(portal, actor, other, "Other").await.unwrap();
    new_records().await;
    let changed = AppForm {
        scopes: vec!["asset:read".to_owned(), "collection:read".to_owned()],
        ..web_app("Website")
    };
    assert_refused!(
        oauth_apps::update(portal, actor, app, changed.clone(), false).await,
        Error::Conflict(_)
    );
    oauth_apps::update(portal, actor, app, changed, true).await.unwrap();
    assert_eq!(
        new_records().await,
        [
            r#"oauth-app.update|{"name":"Website","previous_name":"Web app","added_scopes":"collection:read","removed_scopes":"offline"}"#
        ]
    );
    let settings = TokenSettingsForm {
        rotate_refresh_tokens: true,
        signing_algorithm: "RS256".to_owned(),
        allow_introspection: true,
    };
    for _ in 0..2 {
        oauth_apps::set_token_settings(portal, actor, app, settings.clone())
            .await
            .unwrap();
    }
    assert_eq!(
        new_records().await,
        [format!(
            r#"oauth-app.set-token-settings|{{"name":"Website","before":{},"after":{}}}"#,
            stored(false, "ES256", false),
            stored(true, "RS256", true)
        )],
        "unchanged settings write no audit record"
    );
    oauth_apps::set_token_settings(portal, actor, app, SigningAlgorithm::Rs256.into())
        .await
        .unwrap();
    assert_eq!(
        new_records().await,
        [format!(
            r#"oauth-app.set-token-settings|{{"name":"Website","before":{},"after":{}}}"#,
            stored(true, "RS256", true),
            stored(false, "RS256", false)
        )]
    );
    let form = SecretForm {
        note: "CI".to_owned(),
        days: String::new(),
    };
    secrets::add(portal, actor, app, form).await.unwrap();
    assert_eq!(
        new_records().await,
        [r#"oauth-app.add-secret|{"name":"Website","note":"CI"}"#]
    );
    let secrets = secrets::list(portal, actor, app).await.unwrap();
    secrets::delete(portal, actor, app, secrets[1].id).await.unwrap();
    assert_eq!(
        new_records().await,
        [r#"oauth-app.delete-secret|{"name":"Website","note":"CI"}"#]
    );
    let query = format!("client_id={app}&response_type=code&scope=asset:read");
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    consents::allow(portal, &policy(), actor, &parameters).await.unwrap();
    assert_eq!(
        new_records().await,
        [r#"connected-app.allow|{"name":"Website","scopes":"asset:read"}"#]
    );
    consents::allow(portal, &policy(), actor, &parameters).await.unwrap();
    assert!(
        new_records().await.is_empty(),
        "a repeated consent writes no audit record"
    );
    portal::oauth2::connected_apps::disconnect(portal, actor, app)
        .await
        .unwrap();
    assert_eq!(new_records().await, [r#"connected-app.disconnect|{"name":"Website"}"#]);
    oauth_apps::revoke_refresh_tokens(portal, actor, app).await.unwrap();
    assert_eq!(
        new_records().await,
        [r#"oauth-app.revoke-refresh-tokens|{"name":"Website","grants":0}"#]
    );
    oauth_apps::delete(portal, actor, app, "Website").await.unwrap();
    assert_eq!(new_records().await, [r#"oauth-app.delete|{"name":"Website"}"#]);
}

#[rstest]
#[tokio::test]
async fn invalid_oauth_app_fields_are_reported_by_name(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let create = async |form: AppForm| oauth_apps::create(&test.portal, &ada.actor, form).await;
    create(form("Connector")).await.unwrap();
    assert_eq!(
        validation_error(create(form(" CONNECTOR ")).await, "name"),
        "This name is already in use."
    );
    let nobody = AppForm {
        user: "nobody@example.com".to_owned(),
        ..form("Other")
    };
    assert_eq!(
        validation_error(create(nobody).await, "user"),
        "No active user has this name or email."
    );
    let eve = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    users::set_active(&test.portal, &ada.actor, eve, false).await.unwrap();
    let inactive = AppForm {
        user: "Eve <eve@example.com>".to_owned(),
        ..form("Other")
    };
    assert_eq!(
        validation_error(create(inactive).await, "user"),
        "Eve is inactive. Activate the user or choose another."
    );
    let wrong = AppForm {
        redirect_uris: "http://app.example.com/".to_owned(),
        ..web_app("Other")
    };
    assert!(validation_error(create(wrong).await, "redirect_uris").contains("Use https."));
    let other = create(form("Other")).await.unwrap().id;
    let renamed = oauth_apps::update(&test.portal, &ada.actor, other, form("Connector"), false).await;
    validation_error(renamed, "name");
    let deleted = oauth_apps::delete(&test.portal, &ada.actor, other, "other").await;
    assert_eq!(validation_error(deleted, "name"), "Type Other to confirm.");
    assert_eq!(test.count_rows("oauth_apps").await, 2);
}

#[rstest]
#[tokio::test]
async fn token_settings_are_saved_as_grant_type_allows(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    for (grant, default_rotation, may_change) in [
        ("client_credentials", false, false),
        ("authorization_code", false, true),
        ("public", true, false),
    ] {
        let app = AppForm {
            grant: grant.to_owned(),
            ..web_app(grant)
        };
        let id = oauth_apps::create(portal, actor, app).await.unwrap().id;
        let stored = async || oauth_apps::get(portal, actor, id).await.unwrap().token_settings;
        let defaults = TokenSettings {
            rotate_refresh_tokens: default_rotation,
            ..TokenSettings::default()
        };
        assert_eq!(stored().await, defaults, "{grant}");
        for rotate_refresh_tokens in [true, false] {
            let form = TokenSettingsForm {
                rotate_refresh_tokens,
                signing_algorithm: "RS256".to_owned(),
                allow_introspection: grant != "public",
            };
            oauth_apps::set_token_settings(portal, actor, id, form).await.unwrap();
            let expected = TokenSettings {
                rotate_refresh_tokens: if may_change {
                    rotate_refresh_tokens
                } else {
                    default_rotation
                },
                signing_algorithm: SigningAlgorithm::Rs256,
                allow_introspection: grant != "public",
            };
            assert_eq!(stored().await, expected, "{grant}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn invalid_token_settings_change_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let native = AppForm {
        grant: "public".to_owned(),
        ..web_app("Native app")
    };
    let native = oauth_apps::create(portal, actor, native).await.unwrap().id;
    let before = oauth_apps::get(portal, actor, native).await.unwrap();
    for (field, form) in [
        ("signing_algorithm", TokenSettingsForm::default()),
        (
            "signing_algorithm",
            TokenSettingsForm {
                signing_algorithm: "none".to_owned(),
                ..TokenSettingsForm::default()
            },
        ),
        ("allow_introspection", gateway_settings()),
    ] {
        validation_error(
            oauth_apps::set_token_settings(portal, actor, native, form.clone()).await,
            field,
        );
        validation_error(
            oauth_apps::create_with(
                portal,
                actor,
                AppForm {
                    grant: "public".to_owned(),
                    ..web_app("Other")
                },
                form,
            )
            .await,
            field,
        );
    }
    assert_eq!(oauth_apps::get(portal, actor, native).await.unwrap(), before);
    assert_eq!(test.count_rows("oauth_apps").await, 1);
}

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
    let refused = secrets::add(portal, actor, native.id, SecretForm::default()).await;
    assert_refused!(refused, Error::Conflict(_));
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
}

#[rstest]
#[tokio::test]
async fn client_gets_only_scopes_its_user_may_use(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let rights = Rights::default().with(Right::ManageIntegration);
    let grace = test.create_user("Grace", "grace@example.com", rights).await;
    let app = AppForm {
        user: "grace@example.com".to_owned(),
        ..form("Connector")
    };
    let created = oauth_apps::create(&test.portal, &ada.actor, app).await.unwrap();
    let shown = oauth_apps::get(&test.portal, &ada.actor, created.id).await.unwrap();
    let user = shown.user.unwrap();
    assert_eq!((user.id, user.active, user.rights), (grace, true, rights));
    let (id, secret) = (created.id.to_string(), created.secret.unwrap());
    let client = oauth2::authenticate_client(&test.portal, &id, Some(&secret))
        .await
        .unwrap();
    let parameters = Parameters::parse(b"grant_type=client_credentials").unwrap();
    let granted = oauth2::grant(&test.portal, &policy(), &client, &parameters)
        .await
        .unwrap();
    assert_eq!(granted.scopes.to_string(), "asset:read");
    users::set_active(&test.portal, &ada.actor, grace, false).await.unwrap();
    assert!(
        oauth2::grant(&test.portal, &policy(), &client, &parameters)
            .await
            .is_err()
    );
    // The app can still be updated, and keeps its user.
    let renamed = AppForm {
        user: "Grace <GRACE@example.com>".to_owned(),
        ..form("Renamed")
    };
    oauth_apps::update(&test.portal, &ada.actor, created.id, renamed, false)
        .await
        .unwrap();
    let shown = oauth_apps::get(&test.portal, &ada.actor, created.id).await.unwrap();
    assert_eq!((shown.name.as_str(), shown.user.unwrap().active), ("Renamed", false));
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
    let client = oauth2::authenticate_client(portal, &id, Some(&secret))
        .await
        .unwrap();
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
