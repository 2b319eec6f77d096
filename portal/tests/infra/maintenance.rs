use portal::auth::sessions::IDLE_TIMEOUT;
use portal::auth::sign_in;
use portal::infra::idempotency::MAX_KEYS_PER_ACCOUNT;
use portal::maintenance;
use rstest::rstest;
use std::time::Duration;
use testing::{ADA, Engine, PASSWORD, TestPortal, browser_at};

#[rstest]
#[tokio::test]
async fn maintenance_deletes_only_expired_rows(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let old = test.set_up().await;
    test.create_consumer(&old.actor, "Web shop").await;
    sign_in::sign_in(&test.portal, ADA, "wrong password", &browser_at("192.0.2.1"))
        .await
        .unwrap_err();
    test.clock.advance(IDLE_TIMEOUT - Duration::from_secs(60));
    sign_in::sign_in(&test.portal, ADA, "wrong password", &browser_at("192.0.2.2"))
        .await
        .unwrap_err();
    let young = test.sign_in(ADA).await;
    test.create_consumer(&young.actor, "Website").await;
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(
        (
            test.count_rows("sessions").await,
            test.count_rows("one_time_secrets").await
        ),
        (2, 1)
    );
    let failures = test.count_rows("sign_in_failures where failures > 0").await;
    assert_eq!(failures, 3, "the address, the email and the pair of the last failure");
    test.advance(60);
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(
        (test.count_rows("sessions").await, test.count_rows("consumers").await),
        (1, 2)
    );
    test.actor(&young.cookie).await;
    test.clock.advance(sign_in::FAILURE_WINDOW);
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(
        (
            test.count_rows("sign_in_failures").await,
            test.count_rows("one_time_secrets").await
        ),
        (0, 0)
    );
    sign_in::sign_in(&test.portal, ADA, PASSWORD, &browser_at("192.0.2.1"))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn maintenance_can_run_on_two_nodes_at_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let other = test.another_node().await;
    test.clock.advance(IDLE_TIMEOUT);
    let (one, two) = tokio::join!(maintenance::run(&test.portal), maintenance::run(&other));
    one.and(two).unwrap();
    assert_eq!(test.count_rows("sessions").await, 0);
}

#[rstest]
#[tokio::test]
async fn idempotency_keys_over_account_limit_are_deleted_oldest_first(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let now = test.portal.now().0;
    let insert = |first: i64, count: i64| {
        format!(
            "with recursive number (n) as (select {first} union all select n + 1 from number where n < {})
             insert into idempotency_keys (account_id, key, digest, outcome, created_at)
             select accounts.id, 'key ' || n, sessions.digest, '{{}}', {now} - 1000000 + n from accounts, sessions, number",
            first + count - 1
        )
    };
    test.execute(&insert(1, MAX_KEYS_PER_ACCOUNT)).await;
    maintenance::run(&test.portal).await.unwrap();
    let limit = usize::try_from(MAX_KEYS_PER_ACCOUNT).unwrap();
    assert_eq!(
        test.count_rows("idempotency_keys").await,
        limit,
        "keys up to the limit are kept"
    );
    test.execute(&insert(MAX_KEYS_PER_ACCOUNT + 1, 5)).await;
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(test.count_rows("idempotency_keys").await, limit);
    let oldest = "select key from idempotency_keys order by created_at limit 1";
    assert_eq!(test.query_column(oldest).await, ["key 6"]);
}
