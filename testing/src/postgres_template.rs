//! A PostgreSQL database with the current schema, of which each test gets a copy: a copy takes a fraction of the time that
//! the migrations take.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The advisory lock that is held while the template is created.
const TEMPLATE_LOCK: i64 = 0x6761_7465_7465_7374;

/// Creates the database `name` with the current schema on the server at `server`, the URL of one of its databases.
pub async fn create_database(server: &str, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    let template = template(&mut connection, server).await?;
    execute(&mut connection, &format!("create database {name} template {template}")).await?;
    connection.close().await
}

/// Returns the name of the template, and creates it unless another test has done so.
async fn template(connection: &mut PgConnection, server: &str) -> Result<String, sqlx::Error> {
    let migrator = sqlx::migrate!("../migrations/postgres");
    // The template of other migrations has another name.
    let mut version = 0_u64;
    for byte in migrator.iter().flat_map(|migration| migration.checksum.iter()) {
        version = version.wrapping_mul(31).wrapping_add(u64::from(*byte));
    }
    let name = format!("gatehouse_template_{version:016x}");
    let is_ready = async |connection: &mut PgConnection| {
        sqlx::query_scalar::<_, bool>("select exists (select 1 from pg_database where datname = $1 and datistemplate)")
            .bind(&name)
            .fetch_one(connection)
            .await
    };
    if is_ready(connection).await? {
        return Ok(name);
    }
    execute(connection, &format!("select pg_advisory_lock({TEMPLATE_LOCK})")).await?;
    if !is_ready(connection).await? {
        execute(connection, &format!("drop database if exists {name}")).await?;
        execute(connection, &format!("create database {name} template template0")).await?;
        let (server, _) = server.rsplit_once('/').expect("the URL names a database");
        let mut database = PgConnection::connect(&format!("{server}/{name}")).await?;
        migrator.run(&mut database).await?;
        database.close().await?;
        execute(
            connection,
            &format!("alter database {name} with is_template true allow_connections false"),
        )
        .await?;
    }
    execute(connection, &format!("select pg_advisory_unlock({TEMPLATE_LOCK})")).await?;
    Ok(name)
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}
