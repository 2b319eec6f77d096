use crate::database::*;
use std::path::Path;

async fn open(path: &Path) -> Database {
    let database = Database::open(&Location::File(path.to_owned()), Missing::Create)
        .await
        .unwrap();
    database.migrate().await.unwrap();
    database
}

async fn write(tx: &mut Transaction, id: i64, bytes: usize) -> Result<(), sqlx::Error> {
    let filler = vec![7_u8; bytes];
    run!(tx, "insert into readiness (id, filler) values ($1, $2)", id, filler).map(|_| ())
}

async fn count(database: &Database) -> i64 {
    let mut db = database.read().await.unwrap();
    let (count,) = fetch_one!(&mut db, (i64,), "select count(*) from readiness").unwrap();
    count
}

/// Lets the connection of a transaction think that the disk is full: it may take no more pages.
async fn fill(tx: &mut Transaction) {
    let (pages,) = fetch_one!(tx, (i64,), "select page_count from pragma_page_count()").unwrap();
    let Handle::Sqlite(connection) = tx.handle() else {
        panic!("SQLite only")
    };
    let pragma = sqlx::AssertSqlSafe(format!("pragma max_page_count = {pages}"));
    sqlx::query(pragma).execute(connection).await.unwrap();
}

#[tokio::test]
async fn a_transaction_that_met_a_full_disk_leaves_the_next_one_a_fresh_connection() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("full.db")).await;
    for durability in [Durability::Power, Durability::Process] {
        // Twice, as the pool keeps one connection and would meet the same state again.
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
    let mut tx = database.begin(Durability::Power).await.unwrap();
    write(&mut tx, 1, 10).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&database).await, 1);
}

#[tokio::test]
async fn a_statement_that_met_a_full_disk_leaves_the_next_one_a_fresh_connection() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("full.db")).await;
    let mut tx = database.begin_statement(Durability::Process).await.unwrap();
    fill(&mut tx).await;
    write(&mut tx, 1, 1_000_000).await.unwrap_err();
    drop(tx);
    let mut tx = database.begin_statement(Durability::Process).await.unwrap();
    write(&mut tx, 1, 1_000_000).await.unwrap();
    drop(tx);
    assert_eq!(count(&database).await, 1);
}

#[tokio::test]
async fn a_commit_without_a_transaction_is_an_error_and_the_next_one_works() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("rolled-back.db")).await;
    let mut tx = database.begin(Durability::Power).await.unwrap();
    write(&mut tx, 1, 10).await.unwrap();
    // As SQLite does by itself.
    run!(&mut tx, "rollback").unwrap();
    assert!(tx.commit().await.is_err());
    for id in 1..3 {
        let mut tx = database.begin(Durability::Power).await.unwrap();
        write(&mut tx, id, 10).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(count(&database).await, 2);
}

#[tokio::test]
async fn a_reader_that_failed_is_not_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("readers.db")).await;
    let mut reader = database.read().await.unwrap();
    let Handle::Sqlite(connection) = reader.handle() else {
        panic!("SQLite only")
    };
    // Only this connection knows the table.
    sqlx::query("create temp table mark (x integer)")
        .execute(connection)
        .await
        .unwrap();
    reader.note_failure(&sqlx::Error::WorkerCrashed);
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
async fn a_file_that_is_moved_away_or_replaced_stops_writing_until_it_is_back() {
    for moved in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("moved.db");
        let database = open(&path).await;
        let mut tx = database.begin(Durability::Power).await.unwrap();
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
            let word = if replaced { "replaced" } else { "moved away" };
            assert!(error.contains(word), "{error}");
            assert!(matches!(
                database.begin(Durability::Power).await,
                Err(Error::Unavailable { .. })
            ));
            assert!(matches!(
                database.begin_statement(Durability::Power).await,
                Err(Error::Unavailable { .. })
            ));
            assert_eq!(count(&database).await, 1);
            std::fs::rename(&away, file).unwrap();
            database.check_files().unwrap();
            drop(database.begin(Durability::Power).await.unwrap());
        }
    }
}

#[tokio::test]
async fn a_database_in_use_whose_file_is_missing_is_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("used.db");
    let database = open(&path).await;
    let location = Location::File(path.clone());
    let away = tempfile::tempdir_in(folder.path()).unwrap();
    let begin = async || Database::open(&location, Missing::Create).await;
    let all = |names: &[&str]| names.iter().map(|name| folder.path().join(name)).collect::<Vec<_>>();
    for names in [
        all(&["used.db"]),
        all(&["used.db", "used.db-wal", "used.db-shm"]),
        // The lock as well; the server makes another when it looks after its files.
        all(&["used.db", "used.db-wal", "used.db-shm", "used.in-use", "used.lock"]),
    ] {
        for name in &names {
            std::fs::rename(name, away.path().join(name.file_name().unwrap())).unwrap();
        }
        database.check_files().unwrap_err();
        let error = begin().await.unwrap_err().to_string();
        assert!(error.contains("a server is running on this database"), "{error}");
        assert!(!path.exists());
        for name in &names {
            std::fs::rename(away.path().join(name.file_name().unwrap()), name).unwrap();
        }
        database.check_files().unwrap();
        begin().await.unwrap().close().await;
    }
    database.close().await;
    std::fs::remove_file(&path).unwrap();
    begin().await.unwrap().close().await;
    assert!(path.exists());
}

#[tokio::test]
async fn a_log_without_its_database_is_not_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("moved.db");
    std::fs::write(&files(&path)[1], "the last changes").unwrap();
    let location = Location::File(path.clone());
    let error = Database::open(&location, Missing::Create)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("moved.db-wal holds its last changes"), "{error}");
    assert_eq!(std::fs::read_to_string(&files(&path)[1]).unwrap(), "the last changes");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_database_that_is_only_to_be_opened_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["missing.db", "no-folder/missing.db", "empty.db"] {
        let path = folder.path().join(name);
        if name == "empty.db" {
            std::fs::write(&path, "").unwrap();
        }
        let refused = Database::open(&Location::File(path), Missing::Refuse).await;
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("there is no database"), "{error}");
    }
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn which_failures_pass() {
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
