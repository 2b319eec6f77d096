use crate::support::{ADA, Browser, Engine, House, complaint, run};
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

both!(
    each_operation_asks_for_both_rights,
    another_accounts_apps_are_not_found,
    each_change_is_on_record,
    fields_are_complained_about_by_name,
    a_new_secret_is_shown_until_it_is_put_away,
    an_app_has_a_few_secrets_at_most,
    a_client_cannot_be_given_what_its_user_lacks,
    token_settings_are_kept_as_the_grant_allows,
    invalid_token_settings_change_nothing,
);

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

fn settings_of_a_gateway() -> TokenSettingsForm {
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
    // Last, as it takes what the others need.
    Delete,
];

async fn perform(portal: &Portal, owner: &Actor, actor: &Actor, operation: Operation, app: OauthAppId) -> Result<()> {
    match operation {
        Create => oauth_apps::create(portal, actor, form("Made by one who may"))
            .await
            .map(drop),
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
            let kept = secrets::list(portal, owner, app).await?;
            secrets::delete(portal, actor, app, kept.last().unwrap().id).await
        }
        Delete => oauth_apps::delete(portal, actor, app, "Connector").await,
    }
}

async fn each_operation_asks_for_both_rights(house: House) {
    let ada = house.set_up().await;
    let app = oauth_apps::create(&house.portal, &ada.actor, form("Connector"))
        .await
        .unwrap();
    house.person("Rita", "rita@example.com", Rights::default()).await;
    let rita = house.sign_in("rita@example.com").await;
    let profile = rita.actor.person().unwrap().profile_id;
    let with = async |rights: Rights| {
        profiles::set_rights(&house.portal, &ada.actor, profile, rights)
            .await
            .unwrap();
        house.actor(&rita.cookie).await
    };
    let needed = [Right::AdminSettings, Right::ManageOauthApps];
    for operation in ALL {
        for missing in needed {
            let actor = with(Rights::all().without(missing)).await;
            match perform(&house.portal, &ada.actor, &actor, operation, app.id).await {
                Err(Error::Forbidden(right)) => assert_eq!(right, missing, "{operation:?}"),
                other => panic!("{operation:?} without {missing:?}: {other:?}"),
            }
        }
    }
    let actor = with(needed.into_iter().collect()).await;
    for operation in ALL {
        perform(&house.portal, &ada.actor, &actor, operation, app.id)
            .await
            .unwrap_or_else(|error| panic!("{operation:?}: {error}"));
    }
}

async fn another_accounts_apps_are_not_found(house: House) {
    let ada = house.set_up().await;
    let charles = house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    let theirs = AppForm {
        user: "charles@example.com".to_owned(),
        ..form("Connector")
    };
    let theirs = oauth_apps::create(&house.portal, &charles.actor, theirs).await.unwrap();
    for operation in ALL.into_iter().filter(|operation| !matches!(operation, Create | List)) {
        match perform(&house.portal, &charles.actor, &ada.actor, operation, theirs.id).await {
            Err(Error::NotFound(_)) => {}
            other => panic!("{operation:?}: {other:?}"),
        }
    }
    assert!(oauth_apps::list(&house.portal, &ada.actor).await.unwrap().is_empty());
    // Nor can an app act for somebody elsewhere.
    let foreign = AppForm {
        user: "charles@example.com".to_owned(),
        ..form("Connector")
    };
    complaint(oauth_apps::create(&house.portal, &ada.actor, foreign).await, "user");
    // A secret is deleted at its own app only.
    let own = oauth_apps::create(&house.portal, &ada.actor, form("Connector"))
        .await
        .unwrap();
    let secret = secrets::list(&house.portal, &charles.actor, theirs.id).await.unwrap()[0].id;
    let deleted = secrets::delete(&house.portal, &ada.actor, own.id, secret).await;
    assert_refused!(deleted, Error::NotFound("secret"));
}

async fn each_change_is_on_record(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    house.advance(1);
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let news = async || {
        let sql = "select r.action || '|' || r.detail from audit_records r order by r.at, r.action";
        let all = house.texts(sql).await;
        let news = all[seen.swap(all.len(), std::sync::atomic::Ordering::Relaxed)..].to_vec();
        house.advance(1);
        news
    };
    news().await;
    let app = oauth_apps::create(portal, actor, web_app("Web app")).await.unwrap().id;
    assert_eq!(
        news().await,
        ["oauth-app.create|Web app: authorization_code, offline asset:read"]
    );
    let other = oauth_apps::create_with(portal, actor, web_app("Other"), settings_of_a_gateway())
        .await
        .unwrap()
        .id;
    assert_eq!(
        news().await,
        ["oauth-app.create|Other: authorization_code, offline asset:read, signing algorithm RS256, introspection on"]
    );
    oauth_apps::delete(portal, actor, other, "Other").await.unwrap();
    news().await;
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
        news().await,
        ["oauth-app.update|Web app → Website +collection:read -offline"]
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
        news().await,
        ["oauth-app.set-token-settings|Website: refresh token rotation on, signing algorithm RS256, introspection on"],
        "what is set already is no change"
    );
    oauth_apps::set_token_settings(portal, actor, app, SigningAlgorithm::Rs256.into())
        .await
        .unwrap();
    assert_eq!(
        news().await,
        ["oauth-app.set-token-settings|Website: refresh token rotation off, introspection off"]
    );
    let form = SecretForm {
        note: "CI".to_owned(),
        days: String::new(),
    };
    secrets::add(portal, actor, app, form).await.unwrap();
    assert_eq!(news().await, ["oauth-app.add-secret|Website: CI"]);
    let kept = secrets::list(portal, actor, app).await.unwrap();
    secrets::delete(portal, actor, app, kept[1].id).await.unwrap();
    assert_eq!(news().await, ["oauth-app.delete-secret|Website: CI"]);
    let query = format!("client_id={app}&response_type=code&scope=asset:read");
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    consents::allow(portal, &policy(), actor, &parameters).await.unwrap();
    assert_eq!(news().await, ["connected-app.allow|Website: asset:read"]);
    consents::allow(portal, &policy(), actor, &parameters).await.unwrap();
    assert!(news().await.is_empty(), "what is allowed already is no change");
    portal::oauth2::connected_apps::disconnect(portal, actor, app)
        .await
        .unwrap();
    assert_eq!(news().await, ["connected-app.disconnect|Website"]);
    oauth_apps::revoke_refresh_tokens(portal, actor, app).await.unwrap();
    assert_eq!(news().await, ["oauth-app.revoke-refresh-tokens|Website: 0"]);
    oauth_apps::delete(portal, actor, app, "Website").await.unwrap();
    assert_eq!(news().await, ["oauth-app.delete|Website"]);
}

async fn fields_are_complained_about_by_name(house: House) {
    let ada = house.set_up().await;
    let create = async |form: AppForm| oauth_apps::create(&house.portal, &ada.actor, form).await;
    create(form("Connector")).await.unwrap();
    assert_eq!(
        complaint(create(form(" CONNECTOR ")).await, "name"),
        "Another app has this name."
    );
    let nobody = AppForm {
        user: "nobody@example.com".to_owned(),
        ..form("Other")
    };
    assert_eq!(
        complaint(create(nobody).await, "user"),
        "No active user has this name or e-mail."
    );
    let eve = house.person("Eve", "eve@example.com", Rights::default()).await;
    users::set_active(&house.portal, &ada.actor, eve, false).await.unwrap();
    let inactive = AppForm {
        user: "Eve <eve@example.com>".to_owned(),
        ..form("Other")
    };
    assert_eq!(
        complaint(create(inactive).await, "user"),
        "Eve is inactive. Activate the user or choose another."
    );
    let wrong = AppForm {
        redirect_uris: "http://app.example.com/".to_owned(),
        ..web_app("Other")
    };
    assert!(complaint(create(wrong).await, "redirect_uris").contains("Use https."));
    let other = create(form("Other")).await.unwrap().id;
    let renamed = oauth_apps::update(&house.portal, &ada.actor, other, form("Connector"), false).await;
    complaint(renamed, "name");
    let deleted = oauth_apps::delete(&house.portal, &ada.actor, other, "other").await;
    assert_eq!(complaint(deleted, "name"), "Type Other to delete it.");
    assert_eq!(house.count("oauth_apps").await, 2);
}

async fn token_settings_are_kept_as_the_grant_allows(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    for (grant, rotates_at_first, may_change) in [
        ("client_credentials", false, false),
        ("authorization_code", false, true),
        ("public", true, false),
    ] {
        let app = AppForm {
            grant: grant.to_owned(),
            ..web_app(grant)
        };
        let id = oauth_apps::create(portal, actor, app).await.unwrap().id;
        let kept = async || oauth_apps::get(portal, actor, id).await.unwrap().token_settings;
        let at_first = TokenSettings {
            rotate_refresh_tokens: rotates_at_first,
            ..TokenSettings::default()
        };
        assert_eq!(kept().await, at_first, "{grant}");
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
                    rotates_at_first
                },
                signing_algorithm: SigningAlgorithm::Rs256,
                allow_introspection: grant != "public",
            };
            assert_eq!(kept().await, expected, "{grant}");
        }
    }
}

async fn invalid_token_settings_change_nothing(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
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
        ("allow_introspection", settings_of_a_gateway()),
    ] {
        complaint(
            oauth_apps::set_token_settings(portal, actor, native, form.clone()).await,
            field,
        );
        complaint(
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
    assert_eq!(house.count("oauth_apps").await, 1);
}

async fn a_new_secret_is_shown_until_it_is_put_away(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    let made = oauth_apps::create(portal, actor, form("Connector")).await.unwrap();
    let shown = one_time_secrets::pending(portal, actor).await.unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].kind.labels(), ("Client ID", "Client secret"));
    assert_eq!(shown[0].key, made.id.to_string());
    assert_eq!(shown[0].secret, made.secret.unwrap().expose());
    one_time_secrets::dismiss(portal, actor, shown[0].id).await.unwrap();
    let added = secrets::add(portal, actor, made.id, SecretForm::default())
        .await
        .unwrap();
    assert_eq!(
        one_time_secrets::pending(portal, actor).await.unwrap()[0].secret,
        added.expose()
    );

    let native = AppForm {
        grant: "public".to_owned(),
        ..web_app("Native app")
    };
    let native = oauth_apps::create(portal, actor, native).await.unwrap();
    assert!(native.secret.is_none());
    assert_eq!(one_time_secrets::pending(portal, actor).await.unwrap().len(), 1);
    let refused = secrets::add(portal, actor, native.id, SecretForm::default()).await;
    assert_refused!(refused, Error::Conflict(_));
}

async fn an_app_has_a_few_secrets_at_most(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    let app = oauth_apps::create(portal, actor, form("Connector")).await.unwrap().id;
    let other = house.another_node().await;
    let adding = (0..12).map(|index| {
        let (portal, actor) = (
            if index % 2 == 0 { portal.clone() } else { other.clone() },
            ada.actor.clone(),
        );
        tokio::spawn(async move { secrets::add(&portal, &actor, app, SecretForm::default()).await.is_ok() })
    });
    let mut added = 0;
    for one in adding.collect::<Vec<_>>() {
        added += usize::from(one.await.unwrap());
    }
    assert_eq!(added, domain::oauth2::oauth_apps::MAX_SECRETS - 1);
    assert_eq!(
        house.count("client_secrets").await,
        domain::oauth2::oauth_apps::MAX_SECRETS
    );
}

async fn a_client_cannot_be_given_what_its_user_lacks(house: House) {
    let ada = house.set_up().await;
    let rights = Rights::default().with(Right::ManageIntegration);
    let grace = house.person("Grace", "grace@example.com", rights).await;
    let app = AppForm {
        user: "grace@example.com".to_owned(),
        ..form("Connector")
    };
    let made = oauth_apps::create(&house.portal, &ada.actor, app).await.unwrap();
    let shown = oauth_apps::get(&house.portal, &ada.actor, made.id).await.unwrap();
    let user = shown.user.unwrap();
    assert_eq!((user.id, user.active, user.rights), (grace, true, rights));
    let (id, secret) = (made.id.to_string(), made.secret.unwrap());
    let client = oauth2::authenticate_client(&house.portal, &id, Some(secret.expose()))
        .await
        .unwrap();
    let parameters = Parameters::parse(b"grant_type=client_credentials").unwrap();
    let granted = oauth2::grant(&house.portal, &policy(), &client, &parameters)
        .await
        .unwrap();
    assert_eq!(granted.scopes.to_string(), "asset:read");
    users::set_active(&house.portal, &ada.actor, grace, false)
        .await
        .unwrap();
    assert!(
        oauth2::grant(&house.portal, &policy(), &client, &parameters)
            .await
            .is_err()
    );
    // The app can be changed all the same, and goes on acting for whom it did.
    let renamed = AppForm {
        user: "Grace <GRACE@example.com>".to_owned(),
        ..form("Renamed")
    };
    oauth_apps::update(&house.portal, &ada.actor, made.id, renamed, false)
        .await
        .unwrap();
    let shown = oauth_apps::get(&house.portal, &ada.actor, made.id).await.unwrap();
    assert_eq!((shown.name.as_str(), shown.user.unwrap().active), ("Renamed", false));
}

#[tokio::test]
async fn nothing_secret_is_in_the_database_files() {
    run(Engine::Sqlite, search_the_files).await;
}

async fn search_the_files(house: House) {
    let Browser { actor, .. } = house.set_up().await;
    let portal = &house.portal;
    let rotating = TokenSettingsForm {
        rotate_refresh_tokens: true,
        ..SigningAlgorithm::Rs256.into()
    };
    let made = oauth_apps::create_with(portal, &actor, web_app("Web app"), rotating)
        .await
        .unwrap();
    let (id, secret) = (made.id.to_string(), made.secret.unwrap());
    let query = format!("client_id={id}&response_type=code");
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let address = consents::allow(portal, &policy(), &actor, &parameters).await.unwrap();
    let code = address.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let client = oauth2::authenticate_client(portal, &id, Some(secret.expose()))
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

    let names = std::fs::read_dir(&house.folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<u8> = names.flat_map(|path| std::fs::read(path).unwrap()).collect();
    let holds = |text: &[u8]| files.windows(text.len()).any(|window| window == text);
    assert!(holds(b"https://app.example.com/cb") && holds(made.id.0.as_bytes()));
    for secret in [secret.expose(), code, old.expose(), successor.expose()] {
        assert!(!holds(secret.as_bytes()), "{secret}");
    }
    for token in [&first.access_token, &second.access_token] {
        let signature = token.expose().rsplit('.').next().unwrap();
        assert!(!holds(signature.as_bytes()));
    }
    // No private key in the clear: PKCS #8 of P-256 and of RSA with 2048 bits begin so, in DER and in base64.
    assert!(!holds(b"MIGHAgEAMBMGByqGSM49") && !holds(&[0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07]));
    assert!(
        !holds(b"IBADANBgkqhkiG9w0BAQEFAAS") && !holds(&[0x02, 0x01, 0x00, 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48])
    );
}
