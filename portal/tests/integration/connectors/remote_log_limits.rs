use super::{accept, enable_remote_logging, identify, log_record};
use domain::integration::remote_logs::{
    LogFilter, MAX_ACCOUNT_BYTES, MAX_BATCH_RECORDS, MAX_MESSAGE_CHARS, MAX_TOTAL_BYTES, SubmittedLog,
};
use portal::integration::connectors::ConnectorIdentity;
use portal::integration::remote_logs;
use portal::{Actor, maintenance};
use rstest::rstest;
use testing::{Browser, Engine, TestPortal};

/// Creates two accounts with remote logging, and returns the administrator and a connector of each.
async fn accounts_with_connectors(test: &TestPortal) -> [(Browser, ConnectorIdentity); 2] {
    let ada = test.set_up().await;
    let grace = test
        .create_account("Northwind", "Grace Hopper", "grace@example.com")
        .await;
    let connect = async |administrator: Browser| {
        enable_remote_logging(&test.portal, &administrator.actor).await;
        let connector = identify(&test.portal, &administrator.actor, "xpxm/10").await;
        (administrator, connector)
    };
    [connect(ada).await, connect(grace).await]
}

fn large_record(index: usize) -> SubmittedLog {
    // Each character takes four bytes and is stored twice: once in the folded text for searches.
    log_record(
        "info",
        &format!("{index} {}", "\u{1f5bc}".repeat(MAX_MESSAGE_CHARS - 10)),
    )
}

#[rstest]
#[tokio::test]
async fn remote_logs_are_limited_in_size_per_account(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let [(ada, flood), (other, quiet)] = accounts_with_connectors(&test).await;
    let portal = &test.portal;
    accept(portal, &quiet, vec![log_record("info", "of the other account")])
        .await
        .unwrap();
    let usage = async || -> (usize, i64) {
        let sql = "select cast(sum(bytes) as text) from remote_log_usage";
        let counted: i64 = test.query_column(sql).await[0].parse().unwrap();
        let sql = "select cast(sum(octet_length(message) + octet_length(message_key) + octet_length(implementation) + 200) as text)
                   from remote_logs";
        let stored: i64 = test.query_column(sql).await[0].parse().unwrap();
        assert_eq!(counted, stored);
        (test.count_rows("remote_logs").await, stored)
    };
    let mut max_records = 0;
    for batch in 0..6 {
        let records = (0..MAX_BATCH_RECORDS / 2)
            .map(|index| large_record(batch * MAX_BATCH_RECORDS + index))
            .collect();
        accept(portal, &flood, records).await.unwrap();
        let (records, bytes) = usage().await;
        assert!(bytes <= MAX_ACCOUNT_BYTES, "{bytes}");
        max_records = max_records.max(records);
    }
    assert!(max_records < 3 * MAX_BATCH_RECORDS, "{max_records}");
    // The newest records are kept, the oldest are deleted, and the other account loses nothing.
    let newest = remote_logs::list(portal, &ada.actor, &LogFilter::default())
        .await
        .unwrap();
    let first = format!("{} ", 5 * MAX_BATCH_RECORDS + MAX_BATCH_RECORDS / 2 - 1);
    assert!(newest.records[0].message.starts_with(&first));
    let oldest = LogFilter {
        search: "0 \u{1f5bc}".to_owned(),
        ..LogFilter::default()
    };
    let found = remote_logs::list(portal, &ada.actor, &oldest).await.unwrap();
    assert!(found.records.iter().all(|record| !record.message.starts_with("0 ")));
    let others = remote_logs::list(portal, &other.actor, &LogFilter::default())
        .await
        .unwrap();
    assert_eq!(others.records.len(), 1);

    test.advance(15 * 24 * 3600);
    maintenance::run(portal).await.unwrap();
    assert_eq!(test.count_rows("remote_logs").await, 0);
    let left = test
        .query_column("select cast(sum(records + bytes) as text) from remote_log_usage")
        .await;
    assert_eq!(left, ["0"]);
}

#[rstest]
#[tokio::test]
async fn remote_logs_over_total_limit_are_deleted_from_largest_account(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let [(ada, small), (_, big)] = accounts_with_connectors(&test).await;
    let portal = &test.portal;
    for _ in 0..3 {
        accept(portal, &small, vec![log_record("info", "small")]).await.unwrap();
        accept(portal, &big, vec![log_record("info", "big")]).await.unwrap();
    }
    // Pretend that the records of the other account are much larger.
    let account = test.query_column("select name from accounts order by name").await;
    assert_eq!(account, ["Analytical Engines", "Northwind"]);
    test.execute(&format!(
        "update remote_log_usage set bytes = {MAX_TOTAL_BYTES}
             where account_id = (select id from accounts where name = 'Northwind')"
    ))
    .await;
    accept(portal, &small, vec![log_record("info", "small")]).await.unwrap();
    let records_of = async |actor: &Actor| {
        remote_logs::list(portal, actor, &LogFilter::default())
            .await
            .unwrap()
            .records
    };
    assert_eq!(records_of(&ada.actor).await.len(), 4);
    let usage = test
        .query_column("select cast(sum(bytes) as text) from remote_log_usage")
        .await;
    assert!(usage[0].parse::<i64>().unwrap() < 10_000, "{usage:?}");
}
