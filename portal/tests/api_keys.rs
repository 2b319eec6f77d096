use crate::support::{House, open};
use domain::accounts::rights::{Right, Rights};
use domain::integration::api_keys::Overlap;
use domain::integration::implementations::Connector;
use portal::integration::{api_keys, connectors};
use portal::{Actor, Error, Portal, maintenance};
use std::time::Duration;

both!(
    a_key_comes_with_the_account,
    an_account_without_a_key_is_given_one_once,
    while_a_key_is_replaced_two_work,
    the_key_before_can_be_ended_at_once,
    two_who_rotate_at_once_make_one_key,
    each_operation_asks_for_its_right,
    it_is_known_who_last_used_a_key,
);

async fn works(portal: &Portal, key: &str) -> bool {
    connectors::authenticate(portal, key, None).await.unwrap().is_some()
}

async fn key(portal: &Portal, actor: &Actor) -> String {
    api_keys::show(portal, actor).await.unwrap().expose().to_owned()
}

async fn rotate(portal: &Portal, actor: &Actor, overlap: Overlap) -> portal::Result<()> {
    let current = api_keys::get(portal, actor).await.unwrap().current.id;
    api_keys::rotate(portal, actor, current, overlap).await
}

async fn a_key_comes_with_the_account(house: House) {
    let ada = house.set_up().await;
    let bob = house.account("Northwind", "Bob", "bob@example.com").await;
    let portal = &house.portal;
    let (adas, bobs) = (key(portal, &ada.actor).await, key(portal, &bob.actor).await);
    assert_eq!((adas.len(), adas == bobs), (43, false));
    assert!(works(portal, &adas).await && works(portal, &bobs).await);
    for wrong in ["", "x", &adas[1..], &adas.to_lowercase()] {
        assert!(!works(portal, wrong).await, "{wrong}");
    }
    let keys = api_keys::get(portal, &ada.actor).await.unwrap();
    assert_eq!(
        (keys.current.created_by, keys.current.ends_at, keys.previous),
        (None, None, None)
    );
    assert!(
        house
            .texts("select last_used_by from api_keys")
            .await
            .iter()
            .all(|text| !text.contains(&adas))
    );
}

async fn an_account_without_a_key_is_given_one_once(house: House) {
    let ada = house.set_up().await;
    house.execute("delete from api_keys").await;
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let (location, clock, keyring) = (house.location.clone(), house.clock.clone(), house.keyring());
            tokio::spawn(async move { open(&location, &clock, keyring).await.map(|_| ()) })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
    assert_eq!(house.count("api_keys").await, 1);
    assert!(works(&house.portal, &key(&house.portal, &ada.actor).await).await);
}

async fn while_a_key_is_replaced_two_work(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    let other = house.another_node().await;
    let before = key(portal, actor).await;
    assert!(works(&other, &before).await);
    rotate(portal, actor, Overlap::Hour).await.unwrap();
    let after = key(portal, actor).await;
    assert_ne!(before, after);
    let keys = api_keys::get(portal, actor).await.unwrap();
    assert_eq!(keys.current.created_by.as_deref(), Some("Ada Lovelace"));
    assert_eq!(
        keys.previous.unwrap().ends_at,
        Some(portal.now().after(Duration::from_secs(3600)))
    );
    assert!(works(portal, &before).await && works(portal, &after).await && works(&other, &after).await);
    assert_refused!(rotate(portal, actor, Overlap::None).await, Error::Conflict(_));
    house.advance(3599);
    assert!(works(portal, &before).await);
    house.advance(1);
    assert!(!works(portal, &before).await && works(portal, &after).await);
    assert_eq!(api_keys::get(portal, actor).await.unwrap().previous, None);
    maintenance::run(portal).await.unwrap();
    assert_eq!(house.count("api_keys").await, 1);
    // There is room for the next.
    rotate(portal, actor, Overlap::None).await.unwrap();
    assert!(!works(portal, &after).await);
}

async fn the_key_before_can_be_ended_at_once(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    let before = key(portal, actor).await;
    assert_refused!(api_keys::end_previous(portal, actor).await, Error::NotFound("key"));
    rotate(portal, actor, Overlap::Month).await.unwrap();
    let other = house.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    assert!(works(&other, &before).await);
    api_keys::end_previous(portal, actor).await.unwrap();
    assert!(!works(portal, &before).await);
    let took = crate::support::eventually("the other node knows", || async { !works(&other, &before).await }).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    watch.abort();
    let records = house
        .texts("select action || ': ' || detail from audit_records where action like 'api-key.%' order by action")
        .await;
    assert_eq!(
        records,
        [
            "api-key.end: the key before",
            "api-key.rotate: the key before works for thirty more days"
        ]
    );
}

async fn two_who_rotate_at_once_make_one_key(house: House) {
    let ada = house.set_up().await;
    let other = house.another_node().await;
    let current = api_keys::get(&house.portal, &ada.actor).await.unwrap().current.id;
    let (one, two) = tokio::join!(
        api_keys::rotate(&house.portal, &ada.actor, current, Overlap::Day),
        api_keys::rotate(&other, &ada.actor, current, Overlap::Day)
    );
    assert_eq!([&one, &two].iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_refused!(one.and(two), Error::Conflict(_));
    assert_eq!(house.count("api_keys").await, 2);
}

async fn each_operation_asks_for_its_right(house: House) {
    house.set_up().await;
    house
        .person(
            "Eve",
            "eve@example.com",
            Rights::all().without(Right::ManageIntegration),
        )
        .await;
    let eve = house.sign_in("eve@example.com").await;
    let (portal, actor) = (&house.portal, &*eve.actor);
    assert_refused!(
        api_keys::get(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(
        api_keys::show(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(
        api_keys::rotate(portal, actor, domain::ids::ApiKeyId(uuid::Uuid::nil()), Overlap::None).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(
        api_keys::end_previous(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
}

async fn it_is_known_who_last_used_a_key(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
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
