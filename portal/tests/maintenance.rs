use crate::support::{ADA, House, PASSWORD, client};
use portal::auth::sessions::IDLE;
use portal::auth::sign_in;
use portal::infra::idempotency::MAX_KEYS_PER_ACCOUNT;
use portal::maintenance;
use std::time::Duration;

both!(
    what_is_over_is_deleted_and_the_rest_stays,
    two_nodes_may_keep_house_at_once,
    an_account_keeps_its_newest_idempotency_keys_up_to_the_limit
);

async fn what_is_over_is_deleted_and_the_rest_stays(house: House) {
    let old = house.set_up().await;
    house.consumer(&old.actor, "Web shop").await;
    sign_in::sign_in(&house.portal, ADA, "wrong password", &client("192.0.2.1"))
        .await
        .unwrap_err();
    house.clock.advance(IDLE - Duration::from_secs(60));
    sign_in::sign_in(&house.portal, ADA, "wrong password", &client("192.0.2.2"))
        .await
        .unwrap_err();
    let young = house.sign_in(ADA).await;
    house.consumer(&young.actor, "Website").await;
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!((house.count("sessions").await, house.count("reveals").await), (2, 1));
    let failures = house.count("sign_in_failures where failures > 0").await;
    assert_eq!(failures, 3, "the address, the e-mail and the pair of the last failure");
    house.advance(60);
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!((house.count("sessions").await, house.count("consumers").await), (1, 2));
    house.actor(&young.cookie).await;
    house.clock.advance(sign_in::WINDOW);
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!(
        (house.count("sign_in_failures").await, house.count("reveals").await),
        (0, 0)
    );
    sign_in::sign_in(&house.portal, ADA, PASSWORD, &client("192.0.2.1"))
        .await
        .unwrap();
}

async fn two_nodes_may_keep_house_at_once(house: House) {
    house.set_up().await;
    let other = house.another_node().await;
    house.clock.advance(IDLE);
    let (one, two) = tokio::join!(maintenance::run(&house.portal), maintenance::run(&other));
    one.and(two).unwrap();
    assert_eq!(house.count("sessions").await, 0);
}

async fn an_account_keeps_its_newest_idempotency_keys_up_to_the_limit(house: House) {
    house.set_up().await;
    let now = house.portal.now().0;
    let insert = |first: i64, count: i64| {
        format!(
            "with recursive number (n) as (select {first} union all select n + 1 from number where n < {})
             insert into idempotency_keys (account_id, key, digest, outcome, created_at)
             select accounts.id, 'key ' || n, accounts.id, '{{}}', {now} - 1000000 + n from accounts, number",
            first + count - 1
        )
    };
    house.execute(&insert(1, MAX_KEYS_PER_ACCOUNT)).await;
    maintenance::run(&house.portal).await.unwrap();
    let limit = usize::try_from(MAX_KEYS_PER_ACCOUNT).unwrap();
    assert_eq!(house.count("idempotency_keys").await, limit, "as many as are allowed");
    house.execute(&insert(MAX_KEYS_PER_ACCOUNT + 1, 5)).await;
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!(house.count("idempotency_keys").await, limit);
    let oldest = "select key from idempotency_keys order by created_at limit 1";
    assert_eq!(house.texts(oldest).await, ["key 6"]);
}
