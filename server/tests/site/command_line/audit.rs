//! Tests `gatehouse audit`.

use super::text;
use crate::test_program::TestProgram;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

/// Changes the database behind the server's back.
async fn tamper(program: &TestProgram, sql: &'static str) {
    let path = program.folder().join("data/gatehouse.db");
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn audit_verify_finds_a_changed_record() {
    let program = TestProgram::new();
    program.create_account();
    program.json(&["consumer", "create", "--name", "Web shop"], "");
    let report = program.json(&["audit", "verify"], "");
    let head = text(&report, "head").to_owned();
    assert_eq!(
        report,
        json!({ "verified": 4, "unprotected": 0, "first": 1, "head": head })
    );
    let plain = program.run(&["audit", "verify"], "").stdout;
    assert_eq!(
        plain,
        format!("Verified 4 records. None was changed, removed or reordered.\nHead: {head}\n")
    );
    program.json(&["consumer", "create", "--name", "Website"], "");
    assert_eq!(program.json(&["audit", "verify", "--head", &head], "")["verified"], 5);
    tamper(
        &program,
        "update audit_records set detail = '{\"name\":\"Shop\"}' where seq = 4",
    )
    .await;
    let outcome = program.run(&["audit", "verify"], "");
    assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""));
    assert!(
        outcome
            .stderr
            .starts_with("error: the audit log was tampered with:\n  record 4 of "),
        "{outcome:?}"
    );
    let outcome = program.run(&["audit", "verify", "--head", &head, "--json"], "");
    let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(
        (text(&error, "error"), error["problems"].as_array().unwrap().len()),
        ("audit-log", 2)
    );
    let outcome = program.run(&["audit", "verify", "--head", "4"], "");
    assert!(
        outcome.status != 0 && outcome.stderr.contains("expected a head"),
        "{outcome:?}"
    );
}
