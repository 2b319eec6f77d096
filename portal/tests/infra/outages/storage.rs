use super::{Clients, assert_all_succeed, assert_all_unavailable, assert_recovers, open_at, wait_until_not_ready};
use portal::{Error, Location};
use rstest::rstest;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use testing::postgres_server::PostgresServer;
use testing::small_disk::SmallDisk;
use testing::{Engine, TestPortal, eventually};

/// Fills a disk and asserts that writes fail, then frees it and asserts that everything works again.
async fn fill_and_free(test: &TestPortal, disk: &SmallDisk) {
    let clients = Clients::new(test).await;
    for _ in 0..3 {
        disk.fill();
        // Writes succeed until the free space inside the database files is used up.
        eventually("writes still succeed", async || {
            let outcomes = clients.writes(&test.portal).await;
            outcomes.iter().any(|(_, outcome)| {
                let error = outcome.as_ref().err().map(ToString::to_string);
                let full = matches!(outcome, Err(Error::Unavailable { .. }));
                assert!(full || error.is_none(), "{error:?}");
                full
            })
        })
        .await;
        test.advance(120);
        assert_all_succeed(clients.reads(&test.portal).await);
        assert_eq!(wait_until_not_ready(&test.portal).await, "The disk is full.");
        disk.free();
        assert_recovers(&clients, &test.portal).await;
    }
}

#[tokio::test]
async fn full_disk_stops_writes_until_space_is_freed() {
    let test = TestPortal::start(Engine::Sqlite).await;
    // Where mounting is not permitted, `database::tests` covers this with a limit on the pages of the file.
    let Some(disk) = SmallDisk::mount(24, "0") else {
        println!("mounting is not permitted");
        return;
    };
    let test = open_at(&test, Location::File(disk.path().join("gatehouse.db"))).await;
    fill_and_free(&test, &disk).await;
    test.portal.close().await;
}

#[rstest]
#[tokio::test]
async fn full_tablespace_stops_writes_until_space_is_freed(#[values(Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    // This needs its own server: a server with a full tablespace cannot create or drop databases for other tests.
    let disk = PostgresServer::user().and_then(|user| SmallDisk::mount(40, &user));
    let (Some(disk), Some(server)) = (disk, PostgresServer::start()) else {
        println!("mounting is not permitted or PostgreSQL is not installed; a read-only server is tested instead");
        return assert_read_only_server_stops_writes(&test).await;
    };
    let own = TestPortal {
        location: server.location("postgres"),
        ..test.clone()
    };
    let tablespace = format!("create tablespace small location '{}'", disk.path().display());
    execute(&own, &tablespace).await.unwrap();
    execute(&own, "create database small template template0 tablespace small")
        .await
        .unwrap();
    let test = open_at(&test, server.location("small")).await;
    fill_and_free(&test, &disk).await;
    test.portal.close().await;
}

async fn execute(test: &TestPortal, sql: &str) -> Result<(), sqlx::Error> {
    let Location::Postgres(url) = &test.location else {
        panic!("PostgreSQL only")
    };
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(AssertSqlSafe(sql)).await?;
    connection.close().await
}

#[rstest]
#[tokio::test]
async fn read_only_server_stops_writes_until_writable(#[values(Engine::Postgres)] engine: Engine) {
    assert_read_only_server_stops_writes(&TestPortal::start(engine).await).await;
}

async fn assert_read_only_server_stops_writes(test: &TestPortal) {
    let clients = Clients::new(test).await;
    let (name,) = sqlx::query_as::<_, (String,)>("select current_database()::text")
        .fetch_one(
            &mut PgConnection::connect(match &test.location {
                Location::Postgres(url) => url,
                Location::File(_) => panic!("PostgreSQL only"),
            })
            .await
            .unwrap(),
        )
        .await
        .unwrap();
    for _ in 0..2 {
        let end_sessions = "select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and pid <> pg_backend_pid()";
        execute(
            test,
            &format!("alter database {name} set default_transaction_read_only = on"),
        )
        .await
        .unwrap();
        execute(test, end_sessions).await.unwrap();
        assert_eq!(wait_until_not_ready(&test.portal).await, "The database is read-only.");
        assert_all_unavailable(clients.writes(&test.portal).await);
        test.advance(120);
        assert_all_succeed(clients.reads(&test.portal).await);
        // Sessions opened in the meantime stay read-only until they are closed.
        let mut connection = PgConnection::connect(match &test.location {
            Location::Postgres(url) => url,
            Location::File(_) => panic!("PostgreSQL only"),
        })
        .await
        .unwrap();
        connection
            .execute("set default_transaction_read_only = off")
            .await
            .unwrap();
        let sql = format!("alter database {name} set default_transaction_read_only = off");
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        assert_recovers(&clients, &test.portal).await;
    }
}
