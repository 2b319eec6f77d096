//! A separate database for each test, deleted after it.

#[path = "../../../portal/tests/support/postgres_template.rs"]
mod postgres_template;

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

/// Returns the available engines: SQLite, and PostgreSQL if `GATEHOUSE_TEST_POSTGRES` is set.
pub fn engines() -> Vec<Engine> {
    let postgres = std::env::var_os("GATEHOUSE_TEST_POSTGRES").map(|_| Engine::Postgres);
    [Some(Engine::Sqlite), postgres].into_iter().flatten().collect()
}

/// Holds a temporary folder and a new database in it or on the PostgreSQL server. Both are deleted on drop.
pub struct Database {
    pub location: Location,
    folder: TempDir,
    /// The PostgreSQL server's URL and the name of the database.
    postgres: Option<(String, String)>,
}

impl Database {
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let Engine::Postgres = engine else {
            let location = Location::File(folder.path().join("gatehouse.db"));
            return Self {
                location,
                folder,
                postgres: None,
            };
        };
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("GATEHOUSE_TEST_POSTGRES").unwrap();
        let name = format!("server_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        postgres_template::create_database(&server, &name).await.unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Self {
            location: Location::Postgres(url.into()),
            folder,
            postgres: Some((server, name)),
        }
    }

    /// Returns a temporary folder for the test.
    #[allow(dead_code, reason = "not used by every test binary")]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Database {
    /// Deletes the PostgreSQL database, as several hundred tests of ten megabytes each would fill a small disk. The
    /// test's runtime may have ended, so a separate thread does it. A panic here would hide why the test failed.
    fn drop(&mut self) {
        let Some((server, name)) = self.postgres.take() else {
            return;
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let outcome = execute(&server, &format!("drop database {name} with (force)")).await;
                outcome.map_err(std::io::Error::other)
            })
        });
        match thread.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => eprintln!("the database of this test was not deleted: {error}"),
            Err(_) => eprintln!("the database of this test was not deleted"),
        }
    }
}

async fn execute(server: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}
