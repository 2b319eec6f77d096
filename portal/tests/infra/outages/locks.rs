use super::{Clients, assert_all_succeed, assert_all_unavailable, assert_recovers, wait_until_not_ready};
use domain::oauth1::consumers::ConsumerForm;
use portal::Location;
use portal::oauth1::consumers;
use rstest::rstest;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::time::{Duration, Instant};
use testing::{Engine, TestPortal};

#[rstest]
#[tokio::test]
async fn reads_succeed_while_another_process_holds_write_lock(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let clients = Clients::new(&test).await;
    assert_all_succeed(clients.writes(&test.portal).await);
    // Every last use has to be recorded again, and every cache entry has expired.
    test.advance(120);
    let other = test.another_node().await;
    let lock = Lock::take(&test).await;
    for portal in [&test.portal, &other] {
        let started = Instant::now();
        assert_all_succeed(clients.reads(portal).await);
        assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    }
    if test.engine == Engine::Sqlite {
        let reason = wait_until_not_ready(&test.portal).await;
        assert!(reason.contains("lock"), "{reason}");
        let started = Instant::now();
        assert_all_unavailable(vec![("a consumer", {
            let name = "Waiting".to_owned();
            let created = consumers::create(&test.portal, &clients.browser.actor, ConsumerForm { name }).await;
            created.map(|_| ())
        })]);
        assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    }
    lock.release().await;
    assert_recovers(&clients, &test.portal).await;
}

/// A lock that another process holds.
enum Lock {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Lock {
    async fn take(test: &TestPortal) -> Self {
        match &test.location {
            Location::File(path) => {
                let url = format!("sqlite:{}", path.display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                connection.execute("begin immediate").await.unwrap();
                Self::Sqlite(connection)
            }
            Location::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let tables = "sessions, tokens, client_secrets, oauth_apps, oauth_used_scopes, api_keys, \
                              implementations, requested_fields";
                let sql = format!("begin; lock table {tables} in exclusive mode");
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&mut connection)
                    .await
                    .unwrap();
                Self::Postgres(connection)
            }
        }
    }

    async fn release(self) {
        match self {
            Self::Sqlite(mut connection) => {
                connection.execute("rollback").await.unwrap();
            }
            Self::Postgres(mut connection) => {
                connection.execute("rollback").await.unwrap();
            }
        }
    }
}
