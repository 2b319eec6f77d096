//! Access tokens by client credentials are issued more often than a database commits: those that come while a statement
//! is under way wait for it and share the next one, as nonces do. A token is handed out only after its row is committed.

use super::access_tokens::Row;
use crate::database::{Connection, Database, Durability, Handle};
use crate::error::{Error, Result};
use domain::ids::{OauthAppId, UserId};
use domain::time::Timestamp;
use std::fmt::Write;
use std::sync::LazyLock;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// The most tokens that share a statement.
const BATCH: usize = 64;

/// What a row binds.
const COLUMNS: usize = 6;

/// Inserts of 1, 2, 4, … rows, so that each is prepared only once: a batch is one of these, filled up with nulls.
static INSERTS: LazyLock<Vec<String>> = LazyLock::new(|| (0..=BATCH.ilog2()).map(|power| sql(1 << power)).collect());

fn sql(rows: usize) -> String {
    let mut values = String::new();
    for row in 0..rows {
        values.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=COLUMNS {
            let comma = if column == 1 { "" } else { ", " };
            // Writing to a text does not fail.
            let _ = write!(values, "{comma}${}", row * COLUMNS + column);
        }
        values.push(')');
    }
    format!(
        "insert into access_tokens (id, app_id, user_id, scopes, issued_at, expires_at)
         select column1, column2, column3, column4, column5, column6 from (values {values}) as fresh
         where column1 is not null"
    )
}

struct Job {
    row: Row,
    answer: oneshot::Sender<Result<bool>>,
}

/// Hands rows to the one task that writes them.
pub(crate) struct TokenWriter(mpsc::Sender<Job>);

impl TokenWriter {
    pub fn start(database: Database) -> Self {
        let (sender, receiver) = mpsc::channel(4 * BATCH);
        tokio::spawn(write_all(database, receiver));
        Self(sender)
    }

    /// Writes a row; says whether its app and its user are still there.
    pub async fn write(&self, row: Row) -> Result<bool> {
        let (answer, answered) = oneshot::channel();
        let closed = || Error::unavailable("the portal is shutting down", "no more tokens are issued");
        self.0.send(Job { row, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

async fn write_all(database: Database, mut jobs: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        let rows: Vec<&Row> = batch.iter().map(|job: &Job| &job.row).collect();
        let outcome = write_parts(&database, &rows).await;
        for (index, job) in batch.drain(..).enumerate() {
            let answer = match &outcome {
                Ok(written) => Ok(written.get(index).copied().unwrap_or_default()),
                Err(error) => Err(Error::unavailable("tokens cannot be written", error.to_string())),
            };
            // A client that has gone does not wait for its answer.
            let _ = job.answer.send(answer);
        }
    }
}

/// Writes what can be written; says of each row whether it was.
async fn write_parts(database: &Database, rows: &[&Row]) -> Result<Vec<bool>> {
    let mut written = Vec::with_capacity(rows.len());
    let mut parts = vec![rows];
    // The nearest part is always the last, so that the answers come in the order of the rows.
    while let Some(part) = parts.pop() {
        if write_together(database, part).await? {
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

/// Writes all of them, or none where an app or a user is gone.
async fn write_together(database: &Database, rows: &[&Row]) -> Result<bool> {
    let power = rows.len().next_power_of_two().ilog2() as usize;
    let sql = INSERTS
        .get(power)
        .ok_or_else(|| Error::internal("a batch of tokens is too long"))?;
    let filling = (1 << power) - rows.len();
    macro_rules! send {
        ($engine:ty, $connection:expr) => {{
            let mut query = sqlx::query::<$engine>(sql.as_str());
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
        Handle::Postgres(connection) => send!(sqlx::Postgres, connection),
    };
    match sent {
        Ok(()) => tx.commit().await.map(|()| true),
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}
