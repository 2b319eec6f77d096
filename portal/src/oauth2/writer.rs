//! Writes the access tokens of client credentials in batches.

use crate::database::batch_writer::{BatchInsert, BatchWriter, InsertStatements, commit_or_conflict};
use crate::database::{AsExecutor, Database, Durability, Executor, with_timeout};
use crate::infra::error::Result;
use crate::oauth2::access_tokens::AccessTokenRow;
use domain::ids::{OauthAppId, UserId};
use domain::time::Timestamp;
use uuid::Uuid;

static INSERTS: InsertStatements = InsertStatements::new(
    "access_tokens",
    &["id", "app_id", "user_id", "scopes", "issued_at", "expires_at"],
);

/// Writes access tokens in batches.
pub(crate) type TokenWriter = BatchWriter<AccessTokenInsert>;

/// Inserts batches of access tokens.
pub(crate) struct AccessTokenInsert;

impl BatchInsert for AccessTokenInsert {
    type Row = AccessTokenRow;
    const NAME: &'static str = "access tokens";
    const MAX_BATCH_ROWS: usize = 64;

    /// Inserts the rows. A row can't be inserted if its app or user no longer exists; a failed batch is split in halves
    /// until the rows at fault are found.
    async fn write(&mut self, database: &Database, rows: &[&AccessTokenRow]) -> Result<Vec<bool>> {
        let mut written = Vec::with_capacity(rows.len());
        let mut pending = vec![rows];
        // The next chunk is always the last, so that the results are in the order of the rows.
        while let Some(chunk) = pending.pop() {
            if chunk.is_empty() || insert(database, chunk).await? {
                written.resize(written.len() + chunk.len(), true);
            } else if chunk.len() == 1 {
                written.push(false);
            } else {
                let (first, second) = chunk.split_at(chunk.len() / 2);
                pending.extend([second, first]);
            }
        }
        Ok(written)
    }
}

/// Inserts all rows or none. Returns whether they were inserted.
async fn insert(database: &Database, rows: &[&AccessTokenRow]) -> Result<bool> {
    let (sql, padding) = INSERTS.for_rows::<AccessTokenInsert>(rows.len())?;
    macro_rules! send {
        ($engine:ty, $connection:expr) => {{
            let mut query = sqlx::query::<$engine>(sql);
            for row in rows {
                query = query
                    .bind(row.id)
                    .bind(row.app)
                    .bind(row.user)
                    .bind(&row.scopes)
                    .bind(row.issued_at)
                    .bind(row.expires_at);
            }
            for _ in 0..padding {
                query = query
                    .bind(None::<Uuid>)
                    .bind(None::<OauthAppId>)
                    .bind(None::<UserId>)
                    .bind(None::<String>)
                    .bind(None::<Timestamp>)
                    .bind(None::<Timestamp>);
            }
            query.execute($connection).await.map(|_| ())
        }};
    }
    let mut tx = database.begin_statement(Durability::Relaxed).await?;
    let inserted = match tx.executor() {
        Executor::Sqlite(connection) => send!(sqlx::Sqlite, connection),
        Executor::Postgres(connection) => with_timeout(async { send!(sqlx::Postgres, connection) }).await,
    };
    commit_or_conflict(tx, inserted, |error| {
        let error = error.as_database_error();
        error.is_some_and(|error| error.is_foreign_key_violation())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{AccessTokenInsert, INSERTS};
    use rstest::rstest;
    use testing::{Engine, TestPortal};

    #[rstest]
    #[tokio::test]
    async fn every_insert_statement_is_valid(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
        let test = TestPortal::start(engine).await;
        let statements = INSERTS.all::<AccessTokenInsert>();
        assert_eq!(statements.len(), 7);
        let types = ["uuid", "uuid", "uuid", "text", "int8", "int8"];
        assert_eq!(test.invalid_inserts(statements, &types).await, Vec::<String>::new());
    }
}
