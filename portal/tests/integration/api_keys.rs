use domain::accounts::rights::Right;
use domain::integration::api_keys::Overlap;
use domain::integration::implementations::Connector;
use portal::integration::{api_keys, connectors};
use portal::{Actor, Error, Portal, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::{Engine, TestPortal, assert_rejected, open};

async fn is_valid_key(portal: &Portal, key: &str) -> bool {
    connectors::authenticate(portal, key, None).await.unwrap().is_some()
}

async fn key(portal: &Portal, actor: &Actor) -> String {
    api_keys::show(portal, actor).await.unwrap().expose().to_owned()
}

async fn rotate(portal: &Portal, actor: &Actor, overlap: Overlap) -> portal::Result<()> {
    let current = api_keys::get(portal, actor).await.unwrap().current.id;
    api_keys::rotate(portal, actor, current, overlap).await
}

#[rstest]
#[tokio::test]
async fn new_account_has_api_key(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let bob = test.create_account("Northwind", "Bob", "bob@example.com").await;
    let portal = &test.portal;
    let (ada_key, bob_key) = (key(portal, &ada.actor).await, key(portal, &bob.actor).await);
    assert_eq!((ada_key.len(), ada_key == bob_key), (43, false));
    assert!(is_valid_key(portal, &ada_key).await && is_valid_key(portal, &bob_key).await);
    for wrong in ["", "x", &ada_key[1..], &ada_key.to_lowercase()] {
        assert!(!is_valid_key(portal, wrong).await, "{wrong}");
    }
    let keys = api_keys::get(portal, &ada.actor).await.unwrap();
    assert_eq!(
        (keys.current.created_by, keys.current.ends_at, keys.previous),
        (None, None, None)
    );
    assert!(
        test.query_column("select coalesce(last_used_by, '') from api_keys")
            .await
            .iter()
            .all(|text| !text.contains(&ada_key))
    );
}

#[rstest]
#[tokio::test]
async fn account_without_api_key_gets_one_when_nodes_start(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.execute("delete from api_keys").await;
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let (location, clock, keyring) = (test.location.clone(), test.clock.clone(), test.keyring());
            tokio::spawn(async move { open(&location, &clock, keyring).await.map(|_| ()) })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
    assert_eq!(test.count_rows("api_keys").await, 1);
    assert!(is_valid_key(&test.portal, &key(&test.portal, &ada.actor).await).await);
}

#[rstest]
#[tokio::test]
async fn rotated_api_key_works_until_overlap_ends(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let other = test.another_node().await;
    let before = key(portal, actor).await;
    assert!(is_valid_key(&other, &before).await);
    rotate(portal, actor, Overlap::Hour).await.unwrap();
    let after = key(portal, actor).await;
    assert_ne!(before, after);
    let keys = api_keys::get(portal, actor).await.unwrap();
    assert_eq!(keys.current.created_by.as_deref(), Some("Ada Lovelace"));
    assert_eq!(
        keys.previous.unwrap().ends_at,
        Some(portal.now().after(Duration::from_secs(3600)))
    );
    assert!(
        is_valid_key(portal, &before).await && is_valid_key(portal, &after).await && is_valid_key(&other, &after).await
    );
    assert_rejected!(rotate(portal, actor, Overlap::None).await, Error::Conflict(_));
    test.advance(3599);
    assert!(is_valid_key(portal, &before).await);
    test.advance(1);
    assert!(!is_valid_key(portal, &before).await && is_valid_key(portal, &after).await);
    assert_eq!(api_keys::get(portal, actor).await.unwrap().previous, None);
    maintenance::run(portal).await.unwrap();
    assert_eq!(test.count_rows("api_keys").await, 1);
    // After the previous key has expired, the key can be rotated again.
    rotate(portal, actor, Overlap::None).await.unwrap();
    assert!(!is_valid_key(portal, &after).await);
}

#[rstest]
#[tokio::test]
async fn revoked_previous_api_key_is_rejected_on_every_node(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let before = key(portal, actor).await;
    assert_rejected!(api_keys::revoke_previous(portal, actor).await, Error::NotFound("key"));
    rotate(portal, actor, Overlap::Month).await.unwrap();
    let other = test.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    assert!(is_valid_key(&other, &before).await);
    api_keys::revoke_previous(portal, actor).await.unwrap();
    assert!(!is_valid_key(portal, &before).await);
    let took = testing::eventually("the other node accepts a revoked key", || async {
        !is_valid_key(&other, &before).await
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    watch.abort();
    let records = test
        .query_column(
            "select action || ': ' || detail from audit_records where action like 'api-key.%' order by action",
        )
        .await;
    assert_eq!(records, ["api-key.end: {}", r#"api-key.rotate: {"overlap":"month"}"#]);
}

#[rstest]
#[tokio::test]
async fn concurrent_api_key_rotation_creates_one_key(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.another_node().await;
    let current = api_keys::get(&test.portal, &ada.actor).await.unwrap().current.id;
    let (one, two) = tokio::join!(
        api_keys::rotate(&test.portal, &ada.actor, current, Overlap::Day),
        api_keys::rotate(&other, &ada.actor, current, Overlap::Day)
    );
    assert_eq!([&one, &two].iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_rejected!(one.and(two), Error::Conflict(_));
    assert_eq!(test.count_rows("api_keys").await, 2);
}

#[rstest]
#[tokio::test]
async fn api_key_operations_require_manage_integration(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let eve = test.sign_in_without(Right::ManageIntegration).await;
    let (portal, actor) = (&test.portal, &*eve.actor);
    assert_rejected!(
        api_keys::get(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_rejected!(
        api_keys::show(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_rejected!(
        api_keys::rotate(portal, actor, domain::ids::ApiKeyId(uuid::Uuid::nil()), Overlap::None).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_rejected!(
        api_keys::revoke_previous(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
}

#[rstest]
#[tokio::test]
async fn api_key_records_last_use(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let key = key(portal, actor).await;
    let connector = Connector::parse("sitecoreai/2.0; instance=\"Production\"").unwrap();
    connectors::authenticate(portal, &key, Some(connector))
        .await
        .unwrap()
        .unwrap();
    let current = api_keys::get(portal, actor).await.unwrap().current;
    assert_eq!(current.last_used_at, Some(portal.now()));
    assert_eq!(current.last_used_by, "SitecoreAI Production");
}
