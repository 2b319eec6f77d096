//! A database of a test's own, which goes with the test.

use portal::Location;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The engines at hand: SQLite always, PostgreSQL where the run has started one.
pub fn engines() -> Vec<Engine> {
    let postgres = std::env::var_os("GATEHOUSE_TEST_POSTGRES").map(|_| Engine::Postgres);
    [Some(Engine::Sqlite), postgres].into_iter().flatten().collect()
}

/// A folder, and in it or on the PostgreSQL server a new database; both are taken away when this is dropped.
pub struct Database {
    pub location: Location,
    folder: TempDir,
    /// The server and the database's name there.
    kept: Option<(String, String)>,
}

impl Database {
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let Engine::Postgres = engine else {
            let location = Location::File(folder.path().join("gatehouse.db"));
            return Self {
                location,
                folder,
                kept: None,
            };
        };
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("GATEHOUSE_TEST_POSTGRES").unwrap();
        let name = format!("server_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        execute(&server, &format!("create database {name}")).await.unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Self {
            location: Location::Postgres(url.into()),
            folder,
            kept: Some((server, name)),
        }
    }

    /// A folder that the test may fill.
    #[allow(dead_code, reason = "not every test does")]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Database {
    /// Some hundred tests each leave ten megabytes otherwise, and a small disk fills. The test's runtime may be gone by
    /// now, so a thread of its own does it; a panic on the way through here would hide why the test failed.
    fn drop(&mut self) {
        let Some((server, name)) = self.kept.take() else { return };
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let outcome = execute(&server, &format!("drop database {name} with (force)")).await;
                outcome.map_err(std::io::Error::other)
            })
        });
        match dropping.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => eprintln!("the database of this test is left behind: {error}"),
            Err(_) => eprintln!("the database of this test is left behind"),
        }
    }
}

async fn execute(server: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}
