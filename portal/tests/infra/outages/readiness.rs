use rstest::rstest;
use std::time::{Duration, Instant};
use testing::{Engine, TestPortal, eventually};

#[rstest]
#[tokio::test]
async fn concurrent_readiness_checks_share_one_database_check(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.portal.check_ready().await.unwrap();
    let last_check = async || match test.engine {
        Engine::Sqlite => test.query_column("select hex(filler) from readiness").await,
        // Each check is rolled back, and PostgreSQL counts rollbacks.
        Engine::Postgres => {
            let sql = "select cast(xact_rollback as text) from pg_stat_database where datname = current_database()";
            test.query_column(sql).await
        }
    };
    let before = last_check().await;
    let started = Instant::now();
    let mut checks = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let portal = test.portal.clone();
        checks.spawn(async move { portal.check_ready().await });
    }
    while let Some(outcome) = checks.join_next().await {
        outcome.unwrap().unwrap();
    }
    if started.elapsed() < Duration::from_millis(900) {
        assert_eq!(last_check().await, before);
    }
    if test.engine == Engine::Sqlite {
        eventually("no new check runs", async || {
            test.portal.check_ready().await.unwrap();
            last_check().await != before
        })
        .await;
        assert_eq!(test.count_rows("readiness").await, 1);
    } else {
        assert_eq!(test.count_rows("readiness").await, 0);
    }
}
