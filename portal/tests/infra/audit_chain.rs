use domain::accounts::rights::Rights;
use domain::oauth1::consumers::ConsumerForm;
use portal::accounts::profiles;
use portal::infra::audit::{AuditHead, AuditProblem, AuditReport, verify};
use portal::oauth1::consumers;
use portal::{Clock, Portal, accounts, key_rotation};
use rstest::rstest;
use testing::{ACCOUNT, Browser, Engine, TestPortal};

/// Creates the account, and writes records until there are ten.
async fn fill(test: &TestPortal) -> Browser {
    let ada = test.set_up().await;
    let written = test.count_rows("audit_records").await;
    for number in written..10 {
        test.create_consumer(&ada.actor, &format!("Shop {number}")).await;
    }
    ada
}

/// Returns a node that starts on a database without a chain, as after an upgrade.
async fn upgraded(test: &TestPortal, sql: &str) -> TestPortal {
    test.execute(sql).await;
    test.execute("delete from audit_heads; delete from audit_keys").await;
    TestPortal {
        portal: test.another_node().await,
        ..test.clone()
    }
}

async fn report(test: &TestPortal) -> AuditReport {
    verify(&test.portal, &test.operator().await, None).await.unwrap()
}

/// Returns the numbers and kinds of the problems.
async fn problems(test: &TestPortal) -> Vec<String> {
    let describe = |problem: AuditProblem| match problem {
        AuditProblem::Changed { seq, .. } => format!("changed {seq}"),
        AuditProblem::Missing { first, last, .. } => format!("missing {first}-{last}"),
        AuditProblem::Appended { first, last } => format!("appended {first}-{last}"),
        AuditProblem::InvalidHead => "head".to_owned(),
        AuditProblem::ReplacedHead { seq } => format!("replaced head {seq}"),
        AuditProblem::UnknownHead(head) => format!("unknown head {}", head.seq),
    };
    report(test).await.problems.into_iter().map(describe).collect()
}

#[rstest]
#[tokio::test]
async fn untouched_log_is_verified(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    fill(&test).await;
    let report = report(&test).await;
    assert_eq!((report.verified, report.unchained), (10, 0));
    assert_eq!(report.problems, []);
    let head = report.head.unwrap();
    assert_eq!(head.seq, 10);
    assert_eq!(head.to_string().parse(), Ok(head.clone()));
    let operator = test.operator().await;
    profiles::create(&test.portal, &operator, "Editors", Rights::default())
        .await
        .unwrap();
    let later = verify(&test.portal, &operator, Some(&head)).await.unwrap();
    assert_eq!((later.verified, later.problems), (11, vec![]));
    for text in [
        "",
        "10",
        "10:",
        "x:00",
        "10:zz",
        "-1:00",
        &format!("0:{}", "0".repeat(64)),
    ] {
        assert!(text.parse::<AuditHead>().is_err(), "{text}");
    }
}

#[rstest]
#[case::detail("update audit_records set detail = '{}' where seq = 4", &["changed 4"])]
#[case::time("update audit_records set at = at + 1 where seq = 4", &["changed 4"])]
#[case::user("update audit_records set user_id = null where seq = 9", &["changed 9"])]
#[case::action("update audit_records set action = 'account.create' where seq = 4", &["changed 4"])]
#[case::address("update audit_records set address = '192.0.2.1' where seq = 4", &["changed 4"])]
#[case::credential("update audit_records set credential_id = id where seq = 4", &["changed 4"])]
#[case::mac("update audit_records set mac = null where seq = 4", &["changed 4", "changed 5"])]
#[case::first_removed("delete from audit_records where seq = 1", &["missing 1-1"])]
#[case::removed("delete from audit_records where seq in (4, 5)", &["missing 4-5"])]
#[case::renumbered(
    "delete from audit_records where seq = 4; update audit_records set seq = 4 where seq = 5",
    &["changed 4", "missing 5-5"]
)]
#[case::reordered(
    "update audit_records set seq = -1 where seq = 4; update audit_records set seq = 4 where seq = 5;
     update audit_records set seq = 5 where seq = -1",
    &["changed 4", "changed 5", "changed 6"]
)]
#[case::last_removed("delete from audit_records where seq > 8", &["missing 9-10"])]
#[case::all_removed("delete from audit_records", &["missing 1-10"])]
#[case::appended("update audit_records set seq = 11 where seq = 10", &["missing 10-10", "appended 11-11"])]
#[case::head_removed("delete from audit_heads", &["head"])]
#[case::head_emptied("update audit_heads set encrypted_head = null", &["head"])]
#[case::all_and_head_removed("delete from audit_records; delete from audit_heads", &["head"])]
#[case::tail_and_head_removed("delete from audit_records where seq > 8; delete from audit_heads", &["head"])]
#[tokio::test]
async fn tampering_is_found(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[case] statements: &str,
    #[case] expected: &[&str],
) {
    let test = TestPortal::start(engine).await;
    fill(&test).await;
    test.execute(statements).await;
    assert_eq!(problems(&test).await, expected);
}

/// Changes are still possible, and the next records don't hide what happened.
#[rstest]
#[tokio::test]
async fn tampering_with_the_head_stays_visible(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = fill(&test).await;
    test.execute("delete from audit_records where seq > 7; delete from audit_heads")
        .await;
    test.create_consumer(&ada.actor, "Web shop").await;
    test.create_consumer(&ada.actor, "Website").await;
    assert_eq!(problems(&test).await, ["replaced head 8"]);
    assert_eq!(report(&test).await.verified, 9);
}

/// A new chain can't pretend to be the first one.
#[rstest]
#[tokio::test]
async fn removal_of_everything_stays_visible(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = fill(&test).await;
    test.execute("delete from audit_records; delete from audit_heads").await;
    test.create_consumer(&ada.actor, "Web shop").await;
    assert_eq!(problems(&test).await, ["replaced head 1"]);
}

/// Only a head that was kept elsewhere shows that the whole state was put back.
#[rstest]
#[tokio::test]
async fn older_state_is_found_with_a_head_kept_elsewhere(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = fill(&test).await;
    test.execute("create table kept as select * from audit_heads").await;
    test.create_consumer(&ada.actor, "Web shop").await;
    let kept = report(&test).await.head.unwrap();
    test.execute(
        "delete from audit_records where seq > 10;
         update audit_heads set encrypted_head = (select encrypted_head from kept);
         drop table kept",
    )
    .await;
    assert_eq!(problems(&test).await, Vec::<String>::new());
    let operator = test.operator().await;
    let compared = verify(&test.portal, &operator, Some(&kept)).await.unwrap();
    assert_eq!(compared.problems, [AuditProblem::UnknownHead(kept)]);
}

#[rstest]
#[tokio::test]
async fn record_of_another_account_does_not_fit(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    fill(&test).await;
    test.create_account("Other", "Eve", "eve@example.com").await;
    test.execute(
        "update audit_heads set encrypted_head = (
             select h.encrypted_head from audit_heads h join accounts a on a.id = h.account_id where a.name = 'Other')",
    )
    .await;
    assert_eq!(problems(&test).await, ["head"]);
}

#[rstest]
#[tokio::test]
async fn concurrent_writers_on_two_nodes_keep_one_chain(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let test = upgraded(&test, "delete from audit_records").await;
    let ahead = Clock::manual(domain::time::Timestamp(test.portal.now().0 + 300_000));
    let other = testing::open(&test.location, &ahead, test.keyring()).await.unwrap();
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let portal: Portal = if writer % 2 == 0 {
                test.portal.clone()
            } else {
                other.clone()
            };
            let actor = ada.actor.clone();
            tokio::spawn(async move {
                for number in 0..6 {
                    let name = format!("Shop {writer} {number}");
                    consumers::create(&portal, &actor, ConsumerForm { name }).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let report = report(&test).await;
    assert_eq!(
        (report.verified, report.problems.len()),
        (48, 0),
        "{:?}",
        report.problems
    );
}

#[rstest]
#[tokio::test]
async fn rotated_master_key_keeps_the_chain(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    fill(&test).await;
    let new = portal::new_master_key();
    let both = format!("{},{}", new.expose(), test.master_key.expose());
    let both = portal::Keyring::parse(&both).unwrap();
    let portal = testing::open(&test.location, &test.clock, both).await.unwrap();
    assert!(key_rotation::rotate(&portal).await.unwrap().reencrypted >= 2);
    let keyring = portal::Keyring::parse(new.expose()).unwrap();
    let portal = testing::open(&test.location, &test.clock, keyring).await.unwrap();
    let operator = accounts::operator(&portal, Some(ACCOUNT)).await.unwrap();
    profiles::create(&portal, &operator, "Editors", Rights::default())
        .await
        .unwrap();
    let report = verify(&portal, &operator, None).await.unwrap();
    assert_eq!((report.verified, report.problems), (11, vec![]));
}

/// Records that are older than the chain are counted, but nothing is known about them.
#[rstest]
#[tokio::test]
async fn records_before_the_chain_are_counted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = fill(&test).await;
    let test = upgraded(&test, "update audit_records set seq = null, mac = null").await;
    let before = report(&test).await;
    assert_eq!((before.head, before.unchained, before.problems), (None, 10, vec![]));
    test.create_consumer(&ada.actor, "Web shop").await;
    let report = report(&test).await;
    assert_eq!((report.unchained, report.verified, report.problems), (10, 1, vec![]));
}

#[rstest]
#[tokio::test]
async fn record_names_credential_and_address(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let request = async {
        test.create_consumer(&ada.actor, "Web shop").await;
        test.advance(1);
    };
    portal::infra::audit::with_client_address("::ffff:192.0.2.7".parse().unwrap(), request).await;
    let session = test
        .query_column(
            "select r.address from audit_records r join sessions s on s.id = r.credential_id
         where r.action = 'consumer.create'",
        )
        .await;
    assert_eq!(session, ["192.0.2.7"]);
    let (client, _, token) = test.create_client(&ada.actor, "App").await;
    let actor = client.call(&test.portal).await.unwrap();
    consumers::create(
        &test.portal,
        &actor,
        ConsumerForm {
            name: "By token".to_owned(),
        },
    )
    .await
    .unwrap();
    let by_token = test
        .query_column("select t.token from audit_records r join tokens t on t.id = r.credential_id")
        .await;
    assert_eq!(by_token, [token.token]);
}
