use portal::Error;
use rstest::rstest;
use testing::{Engine, TestPortal, assert_rejected, open};

#[rstest]
#[tokio::test]
async fn reopening_database_runs_no_migration(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let before = test
        .query_column("select cast(version as text) from _sqlx_migrations")
        .await;
    for _ in 0..2 {
        let portal = test.another_node().await;
        assert!(
            portal::auth::sessions::find(&portal, ada.cookie.expose())
                .await
                .unwrap()
                .is_some()
        );
    }
    assert_eq!(
        test.query_column("select cast(version as text) from _sqlx_migrations")
            .await,
        before
    );
}

#[rstest]
#[tokio::test]
async fn concurrent_starts_run_migrations_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let empty = match test.location.clone() {
        portal::Location::File(path) => portal::Location::File(path.with_file_name("empty.db")),
        portal::Location::Postgres(url) => {
            test.execute("drop schema public cascade; create schema public").await;
            portal::Location::Postgres(url)
        }
    };
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let (location, clock, keyring) = (empty.clone(), test.clock.clone(), test.keyring());
            tokio::spawn(async move { open(&location, &clock, keyring).await.map(|_| ()) })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
    let test = TestPortal {
        portal: open(&empty, &test.clock, test.keyring()).await.unwrap(),
        location: empty,
        ..test
    };
    test.set_up().await;
    assert_eq!(test.count_rows("master_key_checks").await, 1);
}

#[rstest]
#[tokio::test]
async fn database_of_newer_version_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.execute(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             select 9000, 'from the future', success, checksum, execution_time from _sqlx_migrations where version = 1",
    )
    .await;
    let rejected = open(&test.location, &test.clock, test.keyring()).await;
    assert_rejected!(
        rejected,
        Error::Unavailable {
            message: "the database migration failed",
            ..
        }
    );
}

#[rstest]
#[tokio::test]
async fn database_of_development_version_is_rejected_and_left_untouched(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(false, true)] has_later_migration: bool,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    test.execute(
        "update _sqlx_migrations set checksum = (select checksum from _sqlx_migrations where version = 2)
         where version = 1;
         delete from _sqlx_migrations where version > 3",
    )
    .await;
    if has_later_migration {
        test.execute(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             select 10, 'of the development version', success, checksum, execution_time
             from _sqlx_migrations where version = 1",
        )
        .await;
    }
    let versions = "select cast(version as text) from _sqlx_migrations order by version";
    let before = test.query_column(versions).await;
    let rejected = open(&test.location, &test.clock, test.keyring()).await;
    let message = rejected.map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        message,
        "this database was created by a development version of Gatehouse and can't be upgraded: \
         start again with a new data folder or an empty PostgreSQL database"
    );
    assert_eq!(test.query_column(versions).await, before);
    assert_eq!(test.count_rows("accounts").await, 1);
}
