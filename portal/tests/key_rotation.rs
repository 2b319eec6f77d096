use crate::support::app::problem;
use crate::support::{ADA, House, open};
use domain::integration::settings::{ConnectionForm, Edit};
use domain::oauth1::Problem;
use portal::auth::{one_time_secrets, sessions};
use portal::integration::settings;
use portal::integration::settings::SecretChange;
use portal::key_rotation::{drop_old, rotate};
use portal::oauth1::tokens;
use portal::oauth2::signing_keys;
use portal::{Error, Keyring, Portal, Secret, new_master_key};
use std::path::PathBuf;

both!(
    servers_go_on_while_the_key_is_changed,
    requests_go_on_while_the_key_is_changed,
    keys_from_the_environment_are_changed_by_the_operator,
    signing_keys_of_both_algorithms_are_sealed_again,
    another_key_is_refused_at_the_start,
    the_first_start_of_two_with_two_keys_lets_one_in,
);

/// A portal of the house that takes its keys from a file, on a database that is sealed under no key yet.
async fn with_file(house: &House) -> (Portal, PathBuf) {
    house
        .execute("delete from master_key_checks; delete from signing_keys")
        .await;
    let path = house.folder.join("master.key");
    (
        open(&house.location, &house.clock, Keyring::from_file(&path).unwrap())
            .await
            .unwrap(),
        path,
    )
}

fn keys(path: &PathBuf) -> Vec<String> {
    std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

async fn servers_go_on_while_the_key_is_changed(house: House) {
    let (portal, path) = with_file(&house).await;
    let house = House { portal, ..house };
    let other = open(&house.location, &house.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    let idle = open(&house.location, &house.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    let ada = house.set_up().await;
    let (app, consumer, revoked) = house.app(&ada.actor, "Web shop").await;
    tokens::revoke(&house.portal, &ada.actor, revoked.id).await.unwrap();
    let mut apps = Vec::new();
    // More than one batch.
    for _ in 0..250 {
        let made = house.token(&ada.actor, &consumer, ADA, "Drupal").await;
        apps.push(app.clone().with_token(&made.value.token, made.secret.expose()));
    }
    let asked = app.ask(&house.portal, Some("oob")).await.unwrap();
    let form = Edit::Connection(ConnectionForm {
        url: "acme.bynder.com".to_owned(),
        dam: "bynder".to_owned(),
        client_id: "client".to_owned(),
    });
    let secret = SecretChange::Replace(Secret::new("s3cret".to_owned()));
    settings::save_with(&house.portal, &ada.actor, 0, &form, secret)
        .await
        .unwrap();
    let old = keys(&path);

    let first = rotate(&house.portal).await.unwrap();
    // The consumer, its tokens but for the revoked one, the request token, what Ada has not put away, the key that signs
    // access tokens, the API key, and the DAM's client secret.
    assert_eq!((first.keys, first.resealed), (2, 1 + 250 + 1 + 252 + 1 + 1 + 1));
    let both = keys(&path);
    assert_eq!((both.len(), &both[1]), (2, &old[0]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for app in [&apps[0], &apps[249]] {
        app.call(&other).await.unwrap();
        app.call(&house.portal).await.unwrap();
    }
    assert_eq!(problem(app.call(&other).await), Problem::TokenRevoked);
    let actor = sessions::find(&other, ada.cookie.expose()).await.unwrap().unwrap();
    assert_eq!(one_time_secrets::pending(&other, &actor).await.unwrap().len(), 252);

    // What the other node makes now is sealed under the new key, so the old one can go.
    let made = House {
        portal: other.clone(),
        ..house.clone()
    }
    .app(&actor, "Website")
    .await
    .0;
    assert_eq!(drop_old(&house.portal).await.unwrap(), 1);
    assert_eq!(keys(&path), both[..1]);
    for node in [&house.portal, &other] {
        made.call(node).await.unwrap();
        apps[7].call(node).await.unwrap();
    }
    assert_eq!(
        problem(app.exchange(&other, &asked, Some("x")).await),
        Problem::PermissionUnknown
    );
    // A node that has opened nothing since seals under the new key all the same.
    let last = House {
        portal: idle,
        ..house.clone()
    };
    let (last, _, _) = last.app(&actor, "Press").await;
    let restarted = open(&house.location, &house.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    last.call(&restarted).await.unwrap();
    made.call(&restarted).await.unwrap();
    assert_eq!(rotate(&restarted).await.unwrap().keys, 2);
    made.call(&other).await.unwrap();

    let old = Keyring::parse(&old[0]).unwrap();
    assert_refused!(
        open(&house.location, &house.clock, old).await,
        Error::Unavailable { .. }
    );
}

async fn requests_go_on_while_the_key_is_changed(house: House) {
    let (portal, path) = with_file(&house).await;
    let house = House { portal, ..house };
    let ada = house.set_up().await;
    let (app, consumer, _) = house.app(&ada.actor, "Web shop").await;
    let other = open(&house.location, &house.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    let (stop, mut stopped) = tokio::sync::oneshot::channel();
    let work = tokio::spawn({
        let house = House {
            portal: other,
            ..house.clone()
        };
        let actor = ada.actor.clone();
        async move {
            let mut made = 0;
            while stopped.try_recv().is_err() {
                let token = house.token(&actor, &consumer, ADA, "Drupal").await;
                app.clone()
                    .with_token(&token.value.token, token.secret.expose())
                    .call(&house.portal)
                    .await
                    .unwrap();
                app.call(&house.portal).await.unwrap();
                made += 1;
            }
            made
        }
    });
    for _ in 0..5 {
        rotate(&house.portal).await.unwrap();
        drop_old(&house.portal).await.unwrap();
    }
    stop.send(()).unwrap();
    let made: usize = work.await.unwrap();
    assert!(made > 0);
    // Nothing was left behind under a key that is gone.
    let restarted = open(&house.location, &house.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    let actor = sessions::find(&restarted, ada.cookie.expose()).await.unwrap().unwrap();
    assert_eq!(
        one_time_secrets::pending(&restarted, &actor).await.unwrap().len(),
        made + 2
    );
    assert_eq!(
        rotate(&restarted).await.unwrap().resealed as usize,
        1 + (made + 1) + (made + 2) + 1 + 1
    );
}

async fn keys_from_the_environment_are_changed_by_the_operator(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    let new = new_master_key();
    let both = format!("{}, {}", new.expose(), house.master_key.expose());
    let parse = |text: &str| Keyring::parse(text).unwrap();
    assert_refused!(
        open(&house.location, &house.clock, parse(new.expose())).await,
        Error::Unavailable { .. }
    );

    let portal = open(&house.location, &house.clock, parse(&both)).await.unwrap();
    assert_refused!(drop_old(&portal).await, Error::Conflict(_));
    let rotation = rotate(&portal).await.unwrap();
    assert_eq!((rotation.keys, rotation.resealed), (2, 1 + 1 + 2 + 1 + 1));
    assert_eq!(rotate(&portal).await.unwrap().resealed, 0);
    app.call(&portal).await.unwrap();
    let portal = open(&house.location, &house.clock, parse(new.expose())).await.unwrap();
    app.call(&portal).await.unwrap();
}

async fn signing_keys_of_both_algorithms_are_sealed_again(house: House) {
    signing_keys::ensure_all(&house.portal).await.unwrap();
    let before = signing_keys::list(&house.portal).await.unwrap();
    assert_eq!(before.len(), 2);
    let new = new_master_key();
    let both = format!("{}, {}", new.expose(), house.master_key.expose());
    let portal = open(&house.location, &house.clock, Keyring::parse(&both).unwrap())
        .await
        .unwrap();
    // Both signing keys, and the API key where there is an account: there is none here.
    assert_eq!(rotate(&portal).await.unwrap().resealed, 2);
    let portal = open(&house.location, &house.clock, Keyring::parse(new.expose()).unwrap())
        .await
        .unwrap();
    assert_eq!(signing_keys::list(&portal).await.unwrap(), before);
}

async fn another_key_is_refused_at_the_start(house: House) {
    let other = Keyring::parse(new_master_key().expose()).unwrap();
    let error = open(&house.location, &house.clock, other)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("this database was sealed under another master key"),
        "{error}"
    );
    house.another_node().await;
}

async fn the_first_start_of_two_with_two_keys_lets_one_in(house: House) {
    house
        .execute("delete from master_key_checks; delete from signing_keys")
        .await;
    let keyring = || Keyring::parse(new_master_key().expose()).unwrap();
    let (one, other) = tokio::join!(
        open(&house.location, &house.clock, keyring()),
        open(&house.location, &house.clock, keyring()),
    );
    assert_eq!(
        [one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(),
        1,
        "{one:?} {other:?}"
    );
}
