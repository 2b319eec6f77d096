//! A separate database for each test, deleted after it.

use crate::{postgres_template, random_u128};
use portal::Location;
use sqlx::postgres::PgTypeInfo;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, SqliteConnection};
use std::path::Path;
use tempfile::TempDir;

/// The database engines, each of which runs every test of what uses the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A temporary folder and a new database in it or on the PostgreSQL server. Both are deleted on drop, also when the test
/// panics.
pub struct TestDatabase {
    pub location: Location,
    folder: TempDir,
    /// The PostgreSQL server's URL and the name of the database.
    postgres: Option<(String, String)>,
}

impl TestDatabase {
    /// Creates a database, with the current schema on PostgreSQL.
    ///
    /// # Panics
    /// Panics if `GATEHOUSE_TEST_POSTGRES` is not set and the engine is PostgreSQL.
    pub async fn create(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let Engine::Postgres = engine else {
            let location = Location::File(folder.path().join("gatehouse.db"));
            return Self {
                location,
                folder,
                postgres: None,
            };
        };
        let server = std::env::var("GATEHOUSE_TEST_POSTGRES")
            .unwrap_or_else(|_| panic!("Set GATEHOUSE_TEST_POSTGRES, or run ./script/test"));
        let name = format!("test_{:032x}", random_u128());
        postgres_template::create_database(&server, &name).await.unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Self {
            location: Location::Postgres(url.into()),
            folder,
            postgres: Some((server, name)),
        }
    }

    /// Returns the URL of the database on PostgreSQL, and `None` on SQLite, whose file is `gatehouse.db` in the folder. For the
    /// unit tests of `portal`, to which [`Location`] is a type of another crate.
    pub fn postgres_url(&self) -> Option<String> {
        match &self.location {
            Location::Postgres(url) => Some(url.clone()),
            Location::File(_) => None,
        }
    }

    /// Returns a temporary folder for the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for TestDatabase {
    /// Deletes the PostgreSQL database, as several hundred tests of ten megabytes each would fill a small disk. The
    /// test's runtime may have ended, so a separate thread does it. A panic here would hide why the test failed.
    fn drop(&mut self) {
        let Some((server, name)) = self.postgres.take() else {
            return;
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let sql = format!("drop database {name} with (force)");
            let outcome = runtime.block_on(execute(&Location::Postgres(server), &sql));
            outcome.map_err(std::io::Error::other)
        });
        match thread.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => eprintln!("the database of this test was not deleted: {error}"),
            Err(_) => eprintln!("the database of this test was not deleted"),
        }
    }
}

/// Runs SQL statements directly on a database.
pub(crate) async fn execute(location: &Location, sql: &str) -> sqlx::Result<()> {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    match location {
        Location::File(path) => {
            let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await?;
            sql.execute(&mut connection).await?;
            connection.close().await
        }
        Location::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await?;
            sql.execute(&mut connection).await?;
            connection.close().await
        }
    }
}

/// Runs a query directly on a database, and returns its only column as text.
pub(crate) async fn query_column(location: &Location, sql: &str) -> sqlx::Result<Vec<String>> {
    match location {
        Location::File(path) => {
            let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await?;
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut connection).await
        }
        Location::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await?;
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut connection).await
        }
    }
}

/// Prepares statements directly on a database, and returns those that are not valid, each after its error. On PostgreSQL,
/// the parameters have `types`, which repeat; without any, they have the types that follow from the statement.
pub(crate) async fn invalid_statements(
    location: &Location,
    statements: &[String],
    types: &[&'static str],
) -> sqlx::Result<Vec<String>> {
    let mut outcomes = Vec::new();
    match location {
        Location::File(path) => {
            let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await?;
            for statement in statements {
                let sql = AssertSqlSafe(statement.clone()).into_sql_str();
                outcomes.push(connection.prepare(sql).await.err());
            }
        }
        Location::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await?;
            for statement in statements {
                let parameters = statement.matches('$').count();
                let types = types.iter().cycle().take(parameters);
                let types: Vec<PgTypeInfo> = types.map(|name| PgTypeInfo::with_name(name)).collect();
                let sql = AssertSqlSafe(statement.clone()).into_sql_str();
                let error = connection.prepare_with(sql, &types).await.err();
                outcomes.push(error.filter(|error| !is_untyped_parameter(error)));
            }
        }
    }
    let outcomes = statements.iter().zip(outcomes);
    let invalid = outcomes.filter_map(|(statement, error)| error.map(|error| format!("{error}: {statement}")));
    Ok(invalid.collect())
}

/// Returns whether the error only says that a parameter's type follows from the value that is bound to it. PostgreSQL looks
/// for this last, when it has found all tables and columns.
fn is_untyped_parameter(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    error.is_some_and(|error| {
        error
            .message()
            .starts_with("could not determine data type of parameter")
    })
}
