use domain::integration::settings::{ConnectionForm, Edit};
use domain::oauth1::OauthProblem;
use portal::auth::{one_time_secrets, sessions};
use portal::integration::settings;
use portal::integration::settings::SecretChange;
use portal::key_rotation::{remove_old_keys, rotate};
use portal::oauth1::tokens;
use portal::oauth2::signing_keys;
use portal::{Error, Keyring, Portal, Secret, new_master_key};
use rstest::rstest;
use std::path::PathBuf;
use testing::oauth1_client::problem;
use testing::{ADA, Engine, TestPortal, assert_rejected, open};

/// Opens the portal with a key file, on a database without encrypted data. Returns it with the path of the file.
async fn open_with_key_file(test: &TestPortal) -> (Portal, PathBuf) {
    test.execute("delete from master_key_checks; delete from signing_keys; delete from audit_keys")
        .await;
    let path = test.folder.join("master.key");
    (
        open(&test.location, &test.clock, Keyring::from_file(&path).unwrap())
            .await
            .unwrap(),
        path,
    )
}

/// Reads the master keys in the file, newest first.
fn read_keys(path: &PathBuf) -> Vec<String> {
    std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

#[rstest]
#[tokio::test]
async fn every_node_works_after_master_key_rotation(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let (portal, path) = open_with_key_file(&test).await;
    let test = TestPortal { portal, ..test };
    let other = open(&test.location, &test.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    let idle = open(&test.location, &test.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    let ada = test.set_up().await;
    let (app, consumer, revoked) = test.create_client(&ada.actor, "Web shop").await;
    tokens::revoke(&test.portal, &ada.actor, revoked.id).await.unwrap();
    let mut apps = Vec::new();
    // More tokens than are re-encrypted in one batch.
    for _ in 0..250 {
        let created = test.create_token(&ada.actor, &consumer, ADA, "Drupal").await;
        apps.push(app.clone().with_token(&created.value.token, created.secret.expose()));
    }
    let request_token = app.obtain_request_token(&test.portal, Some("oob")).await.unwrap();
    let form = Edit::Connection(ConnectionForm {
        url: "acme.bynder.com".to_owned(),
        dam: "bynder".to_owned(),
        client_id: "client".to_owned(),
    });
    let secret = SecretChange::Replace(Secret::new("s3cret".to_owned()));
    settings::save_with(&test.portal, &ada.actor, 0, &form, secret)
        .await
        .unwrap();
    let old = read_keys(&path);

    let first = rotate(&test.portal).await.unwrap();
    // The consumer, its 250 active tokens, the request token, 252 unacknowledged one-time secrets, the key that signs
    // access tokens, the API key, the client secret of the DAM, and the key and the head of the audit log.
    assert_eq!((first.keys, first.reencrypted), (2, 1 + 250 + 1 + 252 + 1 + 1 + 1 + 2));
    let both = read_keys(&path);
    assert_eq!((both.len(), &both[1]), (2, &old[0]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for app in [&apps[0], &apps[249]] {
        app.call(&other).await.unwrap();
        app.call(&test.portal).await.unwrap();
    }
    assert_eq!(problem(app.call(&other).await), OauthProblem::TokenRevoked);
    let actor = sessions::find(&other, ada.cookie.expose()).await.unwrap().unwrap();
    assert_eq!(one_time_secrets::list(&other, &actor).await.unwrap().len(), 252);

    // The other node encrypts with the new key now, so the old key can be removed.
    let created = TestPortal {
        portal: other.clone(),
        ..test.clone()
    }
    .create_client(&actor, "Website")
    .await
    .0;
    assert_eq!(remove_old_keys(&test.portal).await.unwrap(), 1);
    assert_eq!(read_keys(&path), both[..1]);
    for node in [&test.portal, &other] {
        created.call(node).await.unwrap();
        apps[7].call(node).await.unwrap();
    }
    assert_eq!(
        problem(app.exchange(&other, &request_token, Some("x")).await),
        OauthProblem::PermissionUnknown
    );
    // A node that has decrypted nothing since the rotation encrypts with the new key too.
    let last = TestPortal {
        portal: idle,
        ..test.clone()
    };
    let (last, _, _) = last.create_client(&actor, "Press").await;
    let restarted = open(&test.location, &test.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    last.call(&restarted).await.unwrap();
    created.call(&restarted).await.unwrap();
    assert_eq!(rotate(&restarted).await.unwrap().keys, 2);
    created.call(&other).await.unwrap();

    let old = Keyring::parse(&old[0]).unwrap();
    assert_rejected!(open(&test.location, &test.clock, old).await, Error::Unavailable { .. });
}

#[rstest]
#[tokio::test]
async fn requests_succeed_during_master_key_rotation(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let (portal, path) = open_with_key_file(&test).await;
    let test = TestPortal { portal, ..test };
    let ada = test.set_up().await;
    let (app, consumer, _) = test.create_client(&ada.actor, "Web shop").await;
    let other = open(&test.location, &test.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    let (stop, mut stopped) = tokio::sync::oneshot::channel();
    let work = tokio::spawn({
        let test = TestPortal {
            portal: other,
            ..test.clone()
        };
        let actor = ada.actor.clone();
        async move {
            let mut created = 0;
            while stopped.try_recv().is_err() {
                let token = test.create_token(&actor, &consumer, ADA, "Drupal").await;
                app.clone()
                    .with_token(&token.value.token, token.secret.expose())
                    .call(&test.portal)
                    .await
                    .unwrap();
                app.call(&test.portal).await.unwrap();
                created += 1;
            }
            created
        }
    });
    for _ in 0..5 {
        rotate(&test.portal).await.unwrap();
        remove_old_keys(&test.portal).await.unwrap();
    }
    stop.send(()).unwrap();
    let created: usize = work.await.unwrap();
    assert!(created > 0);
    // Nothing is still encrypted with a removed key.
    let restarted = open(&test.location, &test.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    let actor = sessions::find(&restarted, ada.cookie.expose()).await.unwrap().unwrap();
    assert_eq!(
        one_time_secrets::list(&restarted, &actor).await.unwrap().len(),
        created + 2
    );
    assert_eq!(
        rotate(&restarted).await.unwrap().reencrypted as usize,
        1 + (created + 1) + (created + 2) + 1 + 1 + 2
    );
}

#[rstest]
#[tokio::test]
async fn environment_keys_are_rotated_by_operator(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    let new = new_master_key();
    let both = format!("{}, {}", new.expose(), test.master_key.expose());
    let parse = |text: &str| Keyring::parse(text).unwrap();
    assert_rejected!(
        open(&test.location, &test.clock, parse(new.expose())).await,
        Error::Unavailable { .. }
    );

    let portal = open(&test.location, &test.clock, parse(&both)).await.unwrap();
    assert_rejected!(remove_old_keys(&portal).await, Error::Conflict(_));
    let rotation = rotate(&portal).await.unwrap();
    assert_eq!((rotation.keys, rotation.reencrypted), (2, 1 + 1 + 2 + 1 + 1 + 2));
    assert_eq!(rotate(&portal).await.unwrap().reencrypted, 0);
    app.call(&portal).await.unwrap();
    let portal = open(&test.location, &test.clock, parse(new.expose())).await.unwrap();
    app.call(&portal).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn rotation_reencrypts_signing_keys_of_both_algorithms(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    signing_keys::ensure_all(&test.portal).await.unwrap();
    let before = signing_keys::list(&test.portal).await.unwrap();
    assert_eq!(before.len(), 2);
    let new = new_master_key();
    let both = format!("{}, {}", new.expose(), test.master_key.expose());
    let portal = open(&test.location, &test.clock, Keyring::parse(&both).unwrap())
        .await
        .unwrap();
    // Both signing keys and the key of the audit log; without an account there is no API key.
    assert_eq!(rotate(&portal).await.unwrap().reencrypted, 3);
    let portal = open(&test.location, &test.clock, Keyring::parse(new.expose()).unwrap())
        .await
        .unwrap();
    assert_eq!(signing_keys::list(&portal).await.unwrap(), before);
}

#[rstest]
#[tokio::test]
async fn open_with_wrong_master_key_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let other = Keyring::parse(new_master_key().expose()).unwrap();
    let error = open(&test.location, &test.clock, other).await.unwrap_err().to_string();
    assert!(
        error.starts_with("this database was encrypted with a different master key"),
        "{error}"
    );
    test.another_node().await;
}

#[rstest]
#[tokio::test]
async fn concurrent_first_start_with_different_keys_opens_one(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.execute("delete from master_key_checks; delete from signing_keys; delete from audit_keys")
        .await;
    let keyring = || Keyring::parse(new_master_key().expose()).unwrap();
    let (one, other) = tokio::join!(
        open(&test.location, &test.clock, keyring()),
        open(&test.location, &test.clock, keyring()),
    );
    assert_eq!(
        [one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(),
        1,
        "{one:?} {other:?}"
    );
}
