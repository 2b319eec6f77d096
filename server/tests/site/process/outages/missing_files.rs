//! Tests the server process and commands without a database file, data directory or master key.

use super::Browser;
use crate::credential::Credential;
use crate::process::plaintext_program;
use crate::test_program::TestProgram;
use crate::test_site::PASSWORD;
use std::time::Duration;

/// Creates an account, and the database if there is none.
const CREATE_ACCOUNT: [&str; 8] = [
    "account",
    "create",
    "--name",
    "N",
    "--admin-name",
    "A",
    "--admin-email",
    "a@example.com",
];

#[tokio::test]
async fn command_next_to_a_server_with_moved_database_creates_no_new_database() {
    let program = plaintext_program();
    program.create_account();
    let credential = Credential::create(&program);
    let server = program.serve(&[]);
    let browser = Browser::new(&server);
    let data = program.folder().join("data");
    let away = program.folder().join("away");
    let names = ["gatehouse.db", "gatehouse.db-wal", "gatehouse.db-shm"];
    std::fs::create_dir(&away).unwrap();
    for name in names {
        std::fs::rename(data.join(name), away.join(name)).unwrap();
    }
    let reason = browser.wait_until_not_ready().await;
    assert!(reason.contains("was moved or deleted"), "{reason}");
    assert_eq!(browser.text("/healthz").await.0, 200);
    assert_eq!(credential.current_user_status(&server).await, 503);
    for (arguments, sentence) in [
        (&["account", "list"][..], "no database found"),
        (&["master-key", "rotate"], "no database found"),
        (&["migrate"], "a server is running on this database"),
        (&["demo"], "a server is running on this database"),
        (&["serve"], "a server is running on this database"),
        (&CREATE_ACCOUNT, "a server is running on this database"),
    ] {
        let outcome = program.run(arguments, PASSWORD);
        assert_eq!(
            (outcome.status, outcome.stderr.lines().count()),
            (1, 1),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains(sentence), "{arguments:?}: {}", outcome.stderr);
        assert!(!data.join("gatehouse.db").exists(), "{arguments:?}");
    }
    assert!(server.log().contains("was moved or deleted"), "{}", server.log());
    for name in names {
        std::fs::rename(away.join(name), data.join(name)).unwrap();
    }
    browser.wait_until_ready(Duration::from_secs(3)).await;
    assert_eq!(credential.current_user_status(&server).await, 200);
    assert_eq!(program.json(&["account", "list"], "").as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn command_next_to_a_server_with_moved_data_directory_creates_nothing() {
    let program = plaintext_program();
    program.create_account();
    let mut server = program.serve(&[]);
    let browser = Browser::new(&server);
    let (data, away) = (program.folder().join("data"), program.folder().join("away"));
    std::fs::rename(&data, &away).unwrap();
    let reason = browser.wait_until_not_ready().await;
    assert!(reason.contains("was moved or deleted"), "{reason}");
    for arguments in [&["migrate"][..], &["demo"], &["serve"], &CREATE_ACCOUNT] {
        let outcome = program.run(arguments, PASSWORD);
        assert_eq!(
            (outcome.status, outcome.stderr.lines().count()),
            (1, 1),
            "{}",
            outcome.stderr
        );
        let sentence = "a server is running on this database";
        assert!(outcome.stderr.contains(sentence), "{arguments:?}: {}", outcome.stderr);
        assert!(!data.exists(), "{arguments:?}");
    }
    std::fs::rename(&away, &data).unwrap();
    browser.wait_until_ready(Duration::from_secs(3)).await;
    assert_eq!(program.json(&["account", "list"], "").as_array().unwrap().len(), 1);

    // A killed server leaves no lock behind.
    server.signal("KILL");
    server.wait_for_exit();
    std::fs::rename(&data, &away).unwrap();
    let outcome = program.run(&["migrate"], "");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(data.join("gatehouse.db").exists());
}

#[test]
fn command_with_missing_data_directory_creates_nothing() {
    let program = TestProgram::new().with_env("GATEHOUSE_DATA_DIR", "nowhere");
    for arguments in [&["account", "list"][..], &["user", "list"], &["api-key", "show"]] {
        let outcome = program.run(arguments, "");
        assert_eq!(
            (outcome.status, outcome.stderr.lines().count()),
            (1, 1),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains("no database found"), "{}", outcome.stderr);
        assert!(!program.folder().join("nowhere").exists());
    }
}

#[test]
fn missing_master_key_is_one_line_error_and_no_key_is_created() {
    let program = TestProgram::new();
    program.create_account();
    let data = program.folder().join("data");
    let (key, away) = (data.join("master.key"), program.folder().join("away"));
    std::fs::rename(&key, &away).unwrap();
    let before = std::fs::read_dir(&data).unwrap().count();
    for arguments in [
        &["serve"][..],
        &["account", "list"],
        &["master-key", "rotate"],
        &["migrate"],
    ] {
        let outcome = program.run(arguments, "");
        assert_eq!(
            (outcome.status, outcome.stderr.lines().count()),
            (1, 1),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("the master key file is missing"),
            "{}",
            outcome.stderr
        );
        assert!(!key.exists(), "{arguments:?}");
    }
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), before);
    std::fs::rename(&away, &key).unwrap();
    program.json(&["account", "list"], "");
}
