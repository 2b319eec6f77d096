//! Access tokens by client credentials, written in batches.

use crate::database::batch_writer::{Batched, Inserts, Writer, commit_unless};
use crate::database::{Connection, Database, Durability, Handle, bounded};
use crate::infra::error::Result;
use crate::oauth2::access_tokens::Row;
use domain::ids::{OauthAppId, UserId};
use domain::time::Timestamp;
use uuid::Uuid;

static INSERTS: Inserts = Inserts::new(
    "access_tokens",
    &["id", "app_id", "user_id", "scopes", "issued_at", "expires_at"],
);

/// The writer of access tokens.
pub(crate) type TokenWriter = Writer<AccessTokens>;

/// Writes them.
pub(crate) struct AccessTokens;

impl Batched for AccessTokens {
    type Row = Row;
    const WHAT: &'static str = "access tokens";
    const MOST: usize = 64;

    /// A row cannot be written where its app or its user is gone.
    async fn write(&mut self, database: &Database, rows: &[&Row]) -> Result<Vec<bool>> {
        let mut written = Vec::with_capacity(rows.len());
        let mut parts = vec![rows];
        // The nearest part is always the last, so that the answers come in the order of the rows.
        while let Some(part) = parts.pop() {
            if part.is_empty() || insert(database, part).await? {
                written.resize(written.len() + part.len(), true);
            } else if part.len() == 1 {
                written.push(false);
            } else {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
        }
        Ok(written)
    }
}

/// Writes all of them, or none: then says that one of them cannot be written.
async fn insert(database: &Database, rows: &[&Row]) -> Result<bool> {
    let (sql, filling) = INSERTS.of::<AccessTokens>(rows.len())?;
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
            for _ in 0..filling {
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
    let mut tx = database.begin_statement(Durability::Process).await?;
    let sent = match tx.handle() {
        Handle::Sqlite(connection) => send!(sqlx::Sqlite, connection),
        Handle::Postgres(connection) => bounded(async { send!(sqlx::Postgres, connection) }).await,
    };
    commit_unless(tx, sent, |error| error.is_foreign_key_violation()).await
}
