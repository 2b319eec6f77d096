use crate::database::*;
use std::path::Path;

async fn open(path: &Path) -> Database {
    let database = Database::open(&Location::File(path.to_owned()), IfMissing::Create)
        .await
        .unwrap();
    database.migrate().await.unwrap();
    database
}

async fn write(tx: &mut Transaction, id: i64, bytes: usize) -> Result<(), sqlx::Error> {
    let filler = vec![7_u8; bytes];
    execute!(tx, "insert into readiness (id, filler) values ($1, $2)", id, filler).map(|_| ())
}

async fn count(database: &Database) -> i64 {
    let mut db = database.read().await.unwrap();
    let (count,) = fetch_one!(&mut db, (i64,), "select count(*) from readiness").unwrap();
    count
}

/// Simulates a full disk for the connection of a transaction by limiting its number of pages.
async fn fill(tx: &mut Transaction) {
    let (pages,) = fetch_one!(tx, (i64,), "select page_count from pragma_page_count()").unwrap();
    let Executor::Sqlite(connection) = tx.executor() else {
        panic!("SQLite only")
    };
    let pragma = sqlx::AssertSqlSafe(format!("pragma max_page_count = {pages}"));
    sqlx::query(pragma).execute(connection).await.unwrap();
}

#[tokio::test]
async fn transaction_on_full_disk_closes_connection() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("full.db")).await;
    for durability in [Durability::Full, Durability::Relaxed] {
        // Twice, since the pool has one connection and could reuse its state.
        for _ in 0..2 {
            let mut tx = database.begin(durability).await.unwrap();
            fill(&mut tx).await;
            let error = Error::from(write(&mut tx, 1, 1_000_000).await.unwrap_err());
            assert!(error.to_string().starts_with("the disk is full"), "{error}");
            drop(tx);

            let mut tx = database.begin(durability).await.unwrap();
            write(&mut tx, 1, 1_000_000).await.unwrap();
            drop(tx);
            assert_eq!(count(&database).await, 0);
        }
    }
    let mut tx = database.begin(Durability::Full).await.unwrap();
    write(&mut tx, 1, 10).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&database).await, 1);
}

#[tokio::test]
async fn statement_on_full_disk_closes_connection() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("full.db")).await;
    let mut tx = database.begin_statement(Durability::Relaxed).await.unwrap();
    fill(&mut tx).await;
    write(&mut tx, 1, 1_000_000).await.unwrap_err();
    drop(tx);
    let mut tx = database.begin_statement(Durability::Relaxed).await.unwrap();
    write(&mut tx, 1, 1_000_000).await.unwrap();
    drop(tx);
    assert_eq!(count(&database).await, 1);
}

#[tokio::test]
async fn commit_without_transaction_fails_and_next_one_works() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("rolled-back.db")).await;
    let mut tx = database.begin(Durability::Full).await.unwrap();
    write(&mut tx, 1, 10).await.unwrap();
    // SQLite may roll back by itself.
    execute!(&mut tx, "rollback").unwrap();
    assert!(tx.commit().await.is_err());
    for id in 1..3 {
        let mut tx = database.begin(Durability::Full).await.unwrap();
        write(&mut tx, id, 10).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(count(&database).await, 2);
}

#[tokio::test]
async fn broken_reader_is_not_reused() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("readers.db")).await;
    let mut reader = database.read().await.unwrap();
    let Executor::Sqlite(connection) = reader.executor() else {
        panic!("SQLite only")
    };
    // The temporary table exists only in this connection.
    sqlx::query("create temp table mark (x integer)")
        .execute(connection)
        .await
        .unwrap();
    reader.record_failure(&sqlx::Error::WorkerCrashed);
    drop(reader);
    for _ in 0..20 {
        let mut reader = database.read().await.unwrap();
        assert!(fetch_all!(&mut reader, (i64,), "select x from mark").is_err());
    }
}

fn files(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| PathBuf::from(format!("{}{suffix}", path.display())))
}

#[tokio::test]
async fn moved_or_replaced_file_disables_writes_until_restored() {
    for moved in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("moved.db");
        let database = open(&path).await;
        let mut tx = database.begin(Durability::Full).await.unwrap();
        write(&mut tx, 1, 10).await.unwrap();
        tx.commit().await.unwrap();
        database.check_files().unwrap();
        let file = &files(&path)[moved];
        let away = folder.path().join("away");
        for replaced in [false, true] {
            std::fs::rename(file, &away).unwrap();
            if replaced {
                std::fs::write(file, "").unwrap();
            }
            let error = database.check_files().unwrap_err().to_string();
            let expected = if replaced { "replaced" } else { "moved or deleted" };
            assert!(error.contains(expected), "{error}");
            assert!(matches!(
                database.begin(Durability::Full).await,
                Err(Error::Unavailable { .. })
            ));
            assert!(matches!(
                database.begin_statement(Durability::Full).await,
                Err(Error::Unavailable { .. })
            ));
            assert_eq!(count(&database).await, 1);
            std::fs::rename(&away, file).unwrap();
            database.check_files().unwrap();
            drop(database.begin(Durability::Full).await.unwrap());
        }
    }
}

#[tokio::test]
async fn missing_file_of_database_in_use_is_not_created() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("used.db");
    let database = open(&path).await;
    let location = Location::File(path.clone());
    let away = tempfile::tempdir_in(folder.path()).unwrap();
    let create = async || Database::open(&location, IfMissing::Create).await;
    let all = |names: &[&str]| names.iter().map(|name| folder.path().join(name)).collect::<Vec<_>>();
    for names in [
        all(&["used.db"]),
        all(&["used.db", "used.db-wal", "used.db-shm"]),
        // Also the lock, which the server creates again when it checks its files.
        all(&["used.db", "used.db-wal", "used.db-shm", "used.in-use", "used.lock"]),
    ] {
        for name in &names {
            std::fs::rename(name, away.path().join(name.file_name().unwrap())).unwrap();
        }
        database.check_files().unwrap_err();
        let error = create().await.unwrap_err().to_string();
        assert!(error.contains("a server is running on this database"), "{error}");
        assert!(!path.exists());
        for name in &names {
            std::fs::rename(away.path().join(name.file_name().unwrap()), name).unwrap();
        }
        database.check_files().unwrap();
        create().await.unwrap().close().await;
    }
    database.close().await;
    std::fs::remove_file(&path).unwrap();
    create().await.unwrap().close().await;
    assert!(path.exists());
}

#[tokio::test]
async fn moved_folder_of_database_in_use_is_not_filled_again() {
    let parent = tempfile::tempdir().unwrap();
    let (folder, away) = (parent.path().join("data"), parent.path().join("away"));
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("moved.db");
    let location = Location::File(path.clone());
    let create = async || Database::open(&location, IfMissing::Create).await;
    let database = open(&path).await;
    location.check_folder().unwrap();

    std::fs::rename(&folder, &away).unwrap();
    let error = location.check_folder().unwrap_err().to_string();
    assert!(error.contains("a server is running on this database"), "{error}");
    std::fs::create_dir(&folder).unwrap();
    let error = create().await.unwrap_err().to_string();
    assert!(error.contains("a server is running on this database"), "{error}");
    assert!(!path.exists());
    let elsewhere = Location::File(folder.join("other.db"));
    let other = Database::open(&elsewhere, IfMissing::Create).await.unwrap();
    other.close().await;

    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::rename(&away, &folder).unwrap();
    database.check_files().unwrap();
    create().await.unwrap().close().await;
    database.close().await;
    std::fs::rename(&folder, &away).unwrap();
    location.check_folder().unwrap();
    std::fs::create_dir(&folder).unwrap();
    create().await.unwrap().close().await;
    assert!(path.exists());
}

#[tokio::test]
async fn log_without_database_is_not_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("moved.db");
    std::fs::write(&files(&path)[1], "the last changes").unwrap();
    let location = Location::File(path.clone());
    let error = Database::open(&location, IfMissing::Create)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("moved.db-wal holds its last changes"), "{error}");
    assert_eq!(std::fs::read_to_string(&files(&path)[1]).unwrap(), "the last changes");
    assert!(!path.exists());
}

#[tokio::test]
async fn open_existing_without_database_fails() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["missing.db", "no-folder/missing.db", "empty.db"] {
        let path = folder.path().join(name);
        if name == "empty.db" {
            std::fs::write(&path, "").unwrap();
        }
        let rejected = Database::open(&Location::File(path), IfMissing::Fail).await;
        let error = rejected.unwrap_err().to_string();
        assert!(error.contains("no database found"), "{error}");
    }
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn temporary_errors_map_to_unavailable() {
    let io = |kind: std::io::ErrorKind| sqlx::Error::Io(kind.into());
    for error in [
        io(std::io::ErrorKind::ConnectionReset),
        io(std::io::ErrorKind::UnexpectedEof),
        sqlx::Error::PoolTimedOut,
        sqlx::Error::PoolClosed,
        sqlx::Error::WorkerCrashed,
        sqlx::Error::InvalidSavePointStatement,
    ] {
        let text = error.to_string();
        assert!(matches!(Error::from(error), Error::Unavailable { .. }), "{text}");
    }
    for error in [sqlx::Error::RowNotFound, sqlx::Error::ColumnNotFound("x".to_owned())] {
        let text = error.to_string();
        assert!(matches!(Error::from(error), Error::Internal(_)), "{text}");
    }
}
