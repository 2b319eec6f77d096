use domain::accounts::rights::{Right, Rights};
use domain::integration::implementations::Connector;
use domain::integration::remote_logs::{
    Level, LogFilter, MAX_ACCOUNT_BYTES, MAX_BATCH_RECORDS, MAX_MESSAGE_CHARS, MAX_TOTAL_BYTES, SubmittedLog,
};
use domain::integration::settings::{Edit, Saved};
use portal::integration::connectors::{self, ConnectorIdentity};
use portal::integration::remote_logs::RemoteLogError;
use portal::integration::{api_keys, implementations, remote_logs, requested_fields, settings};
use portal::{Actor, Error, Portal, maintenance};
use rstest::rstest;
use testing::{Engine, TestPortal, assert_refused};

const PRODUCTION: &str = "sitecoreai/2.1; instance=\"Production\"; environment=\"live\"";

async fn identify(portal: &Portal, actor: &Actor, connector: &str) -> ConnectorIdentity {
    let key = api_keys::show(portal, actor).await.unwrap();
    let connector = Connector::parse(connector).ok();
    connectors::authenticate(portal, key.expose(), connector)
        .await
        .unwrap()
        .unwrap()
}

fn log_record(level: &str, message: &str) -> SubmittedLog {
    SubmittedLog {
        time: None,
        level: level.to_owned(),
        message: message.to_owned(),
    }
}

async fn accept(
    portal: &Portal,
    caller: &ConnectorIdentity,
    batch: Vec<SubmittedLog>,
) -> Result<usize, RemoteLogError> {
    let batch = batch.into_iter().map(Ok).collect();
    let accepted = remote_logs::accept(portal, caller, batch, None).await?;
    Ok(accepted.accepted)
}

async fn enable_remote_logging(portal: &Portal, actor: &Actor) {
    let base = settings::get(portal, actor).await.unwrap().revision;
    let saved = settings::save(portal, actor, base, &Edit::RemoteLogging(true))
        .await
        .unwrap();
    assert!(matches!(saved, Saved::New(_)));
}

#[rstest]
#[tokio::test]
async fn connector_instance_is_listed_after_its_first_request(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    identify(portal, actor, "no connector at all").await;
    assert!(implementations::list(portal, actor).await.unwrap().is_empty());
    let production = identify(portal, actor, PRODUCTION).await;
    let listed = implementations::list(portal, actor).await.unwrap();
    assert_eq!(listed[0].title(), "SitecoreAI Production");
    assert_eq!(
        (listed[0].connector.environment.as_str(), listed[0].revision),
        ("live", None)
    );
    let first_seen = portal.now();
    test.advance(600);
    connectors::settings(portal, &production).await.unwrap();
    enable_remote_logging(portal, actor).await;
    connectors::settings(portal, &production).await.unwrap();
    // A newer version of the same instance sends a request to another node.
    let node = test.another_node().await;
    identify(&node, actor, "SitecoreAI/2.2; instance=\"Production\"").await;
    identify(&node, actor, "xpxm/9.0").await;
    let listed = implementations::list(portal, actor).await.unwrap();
    assert_eq!(listed.len(), 2);
    let production = listed.iter().find(|seen| seen.connector.kind == "sitecoreai").unwrap();
    assert_eq!(
        (production.first_seen_at, production.last_seen_at),
        (first_seen, portal.now())
    );
    assert_eq!(
        (production.revision, production.connector.version.as_str()),
        (Some(1), "2.2")
    );
}

#[rstest]
#[tokio::test]
async fn implementation_can_be_renamed_and_removed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let bob = test.create_account("Northwind", "Bob", "bob@example.com").await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    identify(portal, actor, PRODUCTION).await;
    let id = implementations::list(portal, actor).await.unwrap()[0].id;
    implementations::rename(portal, actor, id, "  Web   site ")
        .await
        .unwrap();
    assert_eq!(
        implementations::list(portal, actor).await.unwrap()[0].title(),
        "Web site"
    );
    let long = implementations::rename(portal, actor, id, &"x".repeat(101)).await;
    testing::validation_error(long, "name");
    for refused in [
        implementations::rename(portal, &bob.actor, id, "Mine").await,
        implementations::remove(portal, &bob.actor, id).await,
    ] {
        assert_refused!(refused, Error::NotFound("implementation"));
    }
    implementations::remove(portal, actor, id).await.unwrap();
    assert!(implementations::list(portal, actor).await.unwrap().is_empty());
    // The next request of the connector lists it again, on the same node too.
    identify(portal, actor, PRODUCTION).await;
    assert_eq!(
        implementations::list(portal, actor).await.unwrap()[0].title(),
        "SitecoreAI Production"
    );
}

#[rstest]
#[tokio::test]
async fn implementations_are_limited_per_account(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let key = api_keys::show(portal, actor).await.unwrap();
    for number in 0..505 {
        let connector = Connector::parse(&format!("xpxm/1; instance=\"{number}\"")).ok();
        let caller = connectors::authenticate(portal, key.expose(), connector)
            .await
            .unwrap()
            .unwrap();
        connectors::settings(portal, &caller).await.unwrap();
    }
    assert_eq!(implementations::list(portal, actor).await.unwrap().len(), 500);
}

#[rstest]
#[tokio::test]
async fn requested_field_without_settings_is_suggested(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let caller = identify(portal, actor, PRODUCTION).await;
    testing::validation_error(connectors::field(portal, &caller, " ").await, "field");
    for name in ["Hero Image", "hero  image", &"x".repeat(300), "a\u{7}b"] {
        assert!(!connectors::field(portal, &caller, name).await.unwrap().configured);
    }
    assert_eq!(requested_fields::list(portal, actor).await.unwrap(), ["Hero Image"]);
    let saved = settings::save(portal, actor, 0, &super::settings::field("HERO IMAGE", "cat"))
        .await
        .unwrap();
    assert_eq!(saved, Saved::New(1));
    assert!(requested_fields::list(portal, actor).await.unwrap().is_empty());
    let found = connectors::field(portal, &caller, "hero image").await.unwrap();
    assert_eq!((found.configured, found.field.as_str()), (true, "HERO IMAGE"));
    assert!(requested_fields::list(portal, actor).await.unwrap().is_empty());
}

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
    assert_refused!(accept(portal, &caller, batch()).await, RemoteLogError::Disabled);
    enable_remote_logging(portal, actor).await;
    assert_eq!(accept(portal, &caller, batch()).await.unwrap(), 1);
    settings::save(portal, actor, 1, &Edit::RemoteLogging(false))
        .await
        .unwrap();
    assert_refused!(accept(portal, &caller, batch()).await, RemoteLogError::Disabled);
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

#[rstest]
#[tokio::test]
async fn implementation_and_log_operations_require_manage_integration(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    test.create_user(
        "Eve",
        "eve@example.com",
        Rights::all().without(Right::ManageIntegration),
    )
    .await;
    let eve = test.sign_in("eve@example.com").await;
    let (portal, actor) = (&test.portal, &*eve.actor);
    let unknown = domain::ids::ImplementationId(uuid::Uuid::nil());
    assert_refused!(
        implementations::list(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(
        implementations::rename(portal, actor, unknown, "x").await,
        Error::Forbidden(_)
    );
    assert_refused!(
        implementations::remove(portal, actor, unknown).await,
        Error::Forbidden(_)
    );
    assert_refused!(
        requested_fields::list(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(
        remote_logs::list(portal, actor, &LogFilter::default()).await,
        Error::Forbidden(Right::ManageIntegration)
    );
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
    let ada = test.set_up().await;
    let other = test
        .create_account("Northwind", "Grace Hopper", "grace@example.com")
        .await;
    let portal = &test.portal;
    for actor in [&ada.actor, &other.actor] {
        enable_remote_logging(portal, actor).await;
    }
    let (flood, quiet) = (
        identify(portal, &ada.actor, "xpxm/10").await,
        identify(portal, &other.actor, "xpxm/10").await,
    );
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
    let ada = test.set_up().await;
    let other = test
        .create_account("Northwind", "Grace Hopper", "grace@example.com")
        .await;
    let portal = &test.portal;
    for actor in [&ada.actor, &other.actor] {
        enable_remote_logging(portal, actor).await;
    }
    let (small, big) = (
        identify(portal, &ada.actor, "xpxm/10").await,
        identify(portal, &other.actor, "xpxm/10").await,
    );
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
