//! Rows that come more often than a database commits: those that come while a statement is under way wait for it and
//! share the next one. Whoever hands one in is answered only after it is committed.

use crate::database::{Connection, Database, Transaction};
use crate::infra::error::{Error, Result};
use std::future::Future;
use std::sync::OnceLock;
use tokio::sync::{mpsc, oneshot};

/// What writes rows in batches, with whatever it remembers between them.
pub(crate) trait Batched: Send + Sized + 'static {
    /// What is handed in.
    type Row: Send + Sync + 'static;

    /// What is written, in the words of a log: `nonces`.
    const WHAT: &'static str;

    /// The most rows that share a batch, a power of two.
    const MOST: usize;

    /// Writes what can be written; says of each row whether it was. After an error nobody knows.
    fn write(&mut self, database: &Database, rows: &[&Self::Row]) -> impl Future<Output = Result<Vec<bool>>> + Send;
}

/// A row on its way to the database.
struct Handed<R> {
    /// None for whoever only waits for those before.
    row: Option<R>,
    answer: oneshot::Sender<Result<bool>>,
}

/// Hands rows to the one task that writes them.
pub(crate) struct Writer<T: Batched>(mpsc::Sender<Handed<T::Row>>);

impl<T: Batched> Writer<T> {
    pub fn start(database: Database, batched: T) -> Self {
        let (sender, receiver) = mpsc::channel(4 * T::MOST);
        tokio::spawn(write_all(database, batched, receiver));
        Self(sender)
    }

    /// Writes a row; says whether it could be.
    pub async fn write(&self, row: T::Row) -> Result<bool> {
        self.hand(Some(row)).await
    }

    /// Waits until what was handed in before is dealt with.
    pub async fn finish(&self) {
        // Whatever the answer, everything before it has been dealt with.
        let _ = self.hand(None).await;
    }

    async fn hand(&self, row: Option<T::Row>) -> Result<bool> {
        let (answer, answered) = oneshot::channel();
        let closed = || Error::unavailable("the portal is shutting down", "nothing more is written");
        self.0.send(Handed { row, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

async fn write_all<T: Batched>(database: Database, mut batched: T, mut handed: mpsc::Receiver<Handed<T::Row>>) {
    let mut batch = Vec::with_capacity(T::MOST);
    while handed.recv_many(&mut batch, T::MOST).await > 0 {
        let rows: Vec<&T::Row> = batch.iter().filter_map(|handed| handed.row.as_ref()).collect();
        let outcome = batched.write(&database, &rows).await;
        if let Err(error) = &outcome {
            tracing::error!(%error, "{} cannot be written", T::WHAT);
        }
        let mut written = outcome.as_ref().map_or(&[][..], Vec::as_slice).iter();
        for Handed { row, answer } in batch.drain(..) {
            let answered = match (&outcome, row) {
                (Ok(_), Some(_)) => Ok(written.next().copied().unwrap_or_default()),
                (Ok(_), None) => Ok(true),
                (Err(error), _) => Err(Error::unavailable("rows cannot be written", error.to_string())),
            };
            // A client that has gone does not wait for its answer.
            let _ = answer.send(answered);
        }
    }
}

/// Inserts of 1, 2, 4, … rows into one table, so that each is prepared only once: a batch is one of these, filled up with
/// nulls.
pub(crate) struct Inserts {
    table: &'static str,
    columns: &'static [&'static str],
    made: OnceLock<Vec<String>>,
}

impl Inserts {
    pub const fn new(table: &'static str, columns: &'static [&'static str]) -> Self {
        Self {
            table,
            columns,
            made: OnceLock::new(),
        }
    }

    /// The statement for `rows` rows of the at most `T::MOST`, and how many rows of nulls to bind after them.
    pub fn of<T: Batched>(&'static self, rows: usize) -> Result<(&'static str, usize)> {
        let made = self.made.get_or_init(|| {
            let powers = 0..=T::MOST.ilog2();
            powers.map(|power| self.sql(1 << power)).collect()
        });
        let room = rows.next_power_of_two();
        let sql = made
            .get(room.ilog2() as usize)
            .ok_or_else(|| Error::internal("a batch is too long"))?;
        Ok((sql, room - rows))
    }

    fn sql(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let parameters: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
            format!("({})", parameters.join(", "))
        };
        let values: Vec<String> = (0..rows).map(row).collect();
        // The names that both engines give to the columns of `values`.
        let selected: Vec<String> = (1..=width).map(|column| format!("column{column}")).collect();
        format!(
            "insert into {} ({}) select {} from (values {}) as fresh where column1 is not null",
            self.table,
            self.columns.join(", "),
            selected.join(", "),
            values.join(", ")
        )
    }
}

/// Commits what was sent; says that it was not written where it broke the constraint that `is_expected` knows.
pub(crate) async fn commit_unless(
    mut tx: Transaction,
    sent: Result<(), sqlx::Error>,
    is_expected: impl Fn(&dyn sqlx::error::DatabaseError) -> bool,
) -> Result<bool> {
    match sent {
        Ok(()) => tx.commit().await.map(|()| true),
        Err(sqlx::Error::Database(error)) if is_expected(error.as_ref()) => Ok(false),
        Err(error) => {
            tx.note_failure(&error);
            Err(error.into())
        }
    }
}
