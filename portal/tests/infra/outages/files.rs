use super::{Clients, assert_all_succeed, assert_all_unavailable, assert_recovers, wait_until_not_ready};
use portal::{Keyring, Location};
use rstest::rstest;
use testing::{Engine, TestPortal, open};

#[tokio::test]
async fn moved_database_files_are_reported() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let _watch = tokio::spawn(portal::maintenance::watch(test.portal.clone()));
    let clients = Clients::new(&test).await;
    let Location::File(path) = test.location.clone() else {
        panic!("SQLite only")
    };
    let moved = path.with_extension("moved");
    std::fs::rename(&path, &moved).unwrap();
    let reason = wait_until_not_ready(&test.portal).await;
    assert!(reason.contains("was moved or deleted"), "{reason}");
    assert_all_unavailable(clients.writes(&test.portal).await);
    test.advance(120);
    assert_all_succeed(clients.reads(&test.portal).await);
    let rejected = open(&test.location, &test.clock, test.keyring()).await;
    let error = rejected.unwrap_err().to_string();
    assert!(error.contains("a server is running on this database"), "{error}");
    std::fs::rename(&moved, &path).unwrap();
    assert_recovers(&clients, &test.portal).await;
}

#[rstest]
#[tokio::test]
async fn missing_master_key_file_is_rejected_and_not_created(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let path = test.folder.join("master.key");
    let before = std::fs::read_dir(&test.folder).unwrap().count();
    for _ in 0..2 {
        let keyring = Keyring::from_file(&path).unwrap();
        let rejected = open(&test.location, &test.clock, keyring).await;
        let error = rejected.unwrap_err().to_string();
        assert!(error.starts_with("the master key file is missing"), "{error}");
        assert!(error.contains("restore "), "{error}");
        assert_eq!(std::fs::read_dir(&test.folder).unwrap().count(), before);
    }
    // A new database gets a new key file.
    test.execute("delete from master_key_checks; delete from signing_keys; delete from audit_keys")
        .await;
    open(&test.location, &test.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    assert!(path.exists());
}
