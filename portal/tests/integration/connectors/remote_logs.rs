use super::{PRODUCTION, accept, enable_remote_logging, identify, log_record};
use domain::integration::remote_logs::{Level, LogFilter, SubmittedLog};
use domain::integration::settings::Edit;
use portal::integration::remote_logs::RemoteLogError;
use portal::integration::{remote_logs, settings};
use portal::maintenance;
use rstest::rstest;
use testing::{Engine, TestPortal, assert_rejected};

#[rstest]
#[tokio::test]
async fn remote_logs_are_accepted_only_while_remote_logging_is_on(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let caller = identify(portal, actor, PRODUCTION).await;
    let batch = || vec![log_record("info", "hello")];
    assert_rejected!(accept(portal, &caller, batch()).await, RemoteLogError::Disabled);
    enable_remote_logging(portal, actor).await;
    assert_eq!(accept(portal, &caller, batch()).await.unwrap(), 1);
    settings::save(portal, actor, 1, &Edit::RemoteLogging(false))
        .await
        .unwrap();
    assert_rejected!(accept(portal, &caller, batch()).await, RemoteLogError::Disabled);
    assert_eq!(test.count_rows("remote_logs").await, 1);
}

#[rstest]
#[tokio::test]
async fn remote_logs_can_be_searched_and_filtered(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let bob = test.create_account("Northwind", "Bob", "bob@example.com").await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    enable_remote_logging(portal, actor).await;
    let production = identify(portal, actor, PRODUCTION).await;
    let staging = identify(portal, actor, "xpxm/1; instance=\"Staging\"").await;
    let from_production = vec![
        log_record("error", "Überlauf: 100% of_it"),
        log_record("debug", "started"),
    ];
    accept(portal, &production, from_production).await.unwrap();
    accept(portal, &staging, vec![log_record("warn", "slow")])
        .await
        .unwrap();
    let found = async |filter: LogFilter| {
        let logs = remote_logs::list(portal, actor, &filter).await.unwrap();
        logs.records
            .into_iter()
            .map(|record| record.message)
            .collect::<Vec<_>>()
    };
    let all = LogFilter::default();
    assert_eq!(found(all.clone()).await, ["slow", "started", "Überlauf: 100% of_it"]);
    for search in ["überlauf", "100%", "OF_IT"] {
        let search = LogFilter {
            search: search.to_owned(),
            ..all.clone()
        };
        assert_eq!(found(search).await, ["Überlauf: 100% of_it"]);
    }
    for search in ["%%", "of it", "\0"] {
        let search = LogFilter {
            search: search.to_owned(),
            ..all.clone()
        };
        assert!(found(search).await.is_empty());
    }
    let warnings = LogFilter {
        level: Some(Level::Warning),
        ..all.clone()
    };
    assert_eq!(found(warnings).await, ["slow", "Überlauf: 100% of_it"]);
    let from_staging = LogFilter {
        implementation: "XP/XM Staging".to_owned(),
        ..all.clone()
    };
    assert_eq!(found(from_staging).await, ["slow"]);
    let listed = remote_logs::list(portal, actor, &all).await.unwrap();
    assert_eq!(listed.implementations, ["SitecoreAI Production", "XP/XM Staging"]);
    let next = LogFilter {
        before: Some(listed.records[1].id),
        ..all.clone()
    };
    assert_eq!(found(next).await, ["Überlauf: 100% of_it"]);
    assert!(
        remote_logs::list(portal, &bob.actor, &all)
            .await
            .unwrap()
            .records
            .is_empty()
    );
}

#[rstest]
#[tokio::test]
async fn invalid_log_record_is_rejected_and_others_are_stored(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    enable_remote_logging(portal, actor).await;
    let caller = identify(portal, actor, PRODUCTION).await;
    let batch = vec![
        Ok(log_record("info", "fine")),
        Ok(log_record("loud", "not fine")),
        Err("No record.".to_owned()),
        Ok(log_record("error", "fine too")),
    ];
    let accepted = remote_logs::accept(portal, &caller, batch, None).await.unwrap();
    assert_eq!(accepted.accepted, 2);
    let rejected: Vec<usize> = accepted.rejected.iter().map(|record| record.index).collect();
    assert_eq!(rejected, [1, 2]);
    assert!(accepted.rejected[0].reason.starts_with("level: "), "{accepted:?}");
    assert_eq!(accepted.rejected[1].reason, "No record.");
    assert_eq!(test.count_rows("remote_logs").await, 2);
    let many = vec![log_record("info", "x"); 1001];
    assert!(matches!(
        accept(portal, &caller, many).await,
        Err(RemoteLogError::Portal(_))
    ));
    assert_eq!(test.count_rows("remote_logs").await, 2);
    assert_eq!(
        accept(portal, &caller, vec![log_record("info", "x"); 1000])
            .await
            .unwrap(),
        1000
    );
    let page = remote_logs::list(portal, actor, &LogFilter::default()).await.unwrap();
    assert_eq!((page.records.len(), page.more), (100, true));
}

#[rstest]
#[tokio::test]
async fn remote_logs_are_deleted_after_two_weeks(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    enable_remote_logging(portal, actor).await;
    let caller = identify(portal, actor, PRODUCTION).await;
    let ahead = SubmittedLog {
        time: Some("2099-01-01T00:00:00Z".to_owned()),
        ..log_record("info", "from the future")
    };
    accept(portal, &caller, vec![ahead]).await.unwrap();
    let stored = remote_logs::list(portal, actor, &LogFilter::default())
        .await
        .unwrap()
        .records;
    assert_eq!(stored[0].at, portal.now());
    test.advance(14 * 24 * 3600);
    maintenance::run(portal).await.unwrap();
    assert_eq!(test.count_rows("remote_logs").await, 1);
    test.advance(1);
    maintenance::run(portal).await.unwrap();
    assert_eq!(test.count_rows("remote_logs").await, 0);
}
