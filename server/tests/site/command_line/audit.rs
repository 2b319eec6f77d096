//! Tests `gatehouse audit`.

use super::text;
use crate::test_program::TestProgram;
use crate::test_site::{EMAIL, PASSWORD, form};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

/// Opens the database beside the server.
async fn connect(program: &TestProgram) -> SqliteConnection {
    let path = program.folder().join("data/gatehouse.db");
    SqliteConnection::connect(&format!("sqlite:{}", path.display()))
        .await
        .unwrap()
}

/// Changes the database behind the server's back.
async fn tamper(program: &TestProgram, sql: &'static str) {
    let mut connection = connect(program).await;
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
    assert_eq!(report, json!({ "verified": 4, "unprotected": 0, "head": head }));
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

#[tokio::test]
async fn record_of_a_request_has_its_address() {
    let program = TestProgram::new();
    program.create_account();
    let server = program.serve(&[]);
    let request = reqwest::Client::new()
        .post(format!("{}/fn/session/sign-in", server.origin))
        .header("origin", &server.origin)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&[("email", EMAIL), ("password", PASSWORD), ("next", "")]));
    request.send().await.unwrap();
    let sql = "select action || ' ' || via || ' ' || coalesce(address, '-') || ' '
                   || case when credential_id in (select id from sessions) then 'of the session' else '-' end
               from audit_records where seq in (1, 4) order by seq";
    let records: Vec<String> = sqlx::query_scalar(sql)
        .fetch_all(&mut connect(&program).await)
        .await
        .unwrap();
    assert_eq!(
        records,
        [
            "account.create command-line - -",
            "session.sign-in session 127.0.0.1 of the session"
        ]
    );
}
