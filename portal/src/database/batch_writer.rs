//! Batched inserts for rows that arrive faster than a database can commit. Rows that arrive while a statement is running
//! share the next one. A caller gets its result only after its row is committed.

use crate::database::{AsExecutor, Database, Transaction};
use crate::infra::error::{Error, Result};
use std::future::Future;
use std::sync::OnceLock;
use tokio::sync::{mpsc, oneshot};

/// Inserts rows in batches, and may keep state between batches.
pub(crate) trait BatchInsert: Send + Sized + 'static {
    /// A row to insert.
    type Row: Send + Sync + 'static;

    /// The name of the rows in the log, such as `nonces`.
    const NAME: &'static str;

    /// The maximum number of rows per batch. Must be a power of two.
    const MAX_BATCH_ROWS: usize;

    /// Writes the rows that can be written, and returns for each row whether it was. After an error, it is unknown which
    /// rows were written.
    fn write(&mut self, database: &Database, rows: &[&Self::Row]) -> impl Future<Output = Result<Vec<bool>>> + Send;
}

/// A row that waits to be written.
struct Pending<R> {
    /// `None` if the caller only waits for the rows before it.
    row: Option<R>,
    result: oneshot::Sender<Result<bool>>,
}

/// Submits rows to the single task that writes them.
pub(crate) struct BatchWriter<T: BatchInsert>(mpsc::Sender<Pending<T::Row>>);

impl<T: BatchInsert> BatchWriter<T> {
    /// Starts the task that writes the rows. Must be called within a tokio runtime.
    pub fn start(database: Database, insert: T) -> Self {
        let (sender, receiver) = mpsc::channel(4 * T::MAX_BATCH_ROWS);
        tokio::spawn(write_all(database, insert, receiver));
        Self(sender)
    }

    /// Writes a row, and returns whether it was written.
    pub async fn write(&self, row: T::Row) -> Result<bool> {
        self.submit(Some(row)).await
    }

    /// Waits until all rows that were submitted before are processed.
    pub async fn flush(&self) {
        // The result doesn't matter: everything before it has been processed.
        let _ = self.submit(None).await;
    }

    async fn submit(&self, row: Option<T::Row>) -> Result<bool> {
        let (result, received) = oneshot::channel();
        let closed = || Error::unavailable("the portal is shutting down", "writes are no longer accepted");
        self.0.send(Pending { row, result }).await.map_err(|_| closed())?;
        received.await.map_err(|_| closed())?
    }
}

async fn write_all<T: BatchInsert>(database: Database, mut insert: T, mut pending: mpsc::Receiver<Pending<T::Row>>) {
    let mut batch = Vec::with_capacity(T::MAX_BATCH_ROWS);
    while pending.recv_many(&mut batch, T::MAX_BATCH_ROWS).await > 0 {
        let rows: Vec<&T::Row> = batch.iter().filter_map(|pending| pending.row.as_ref()).collect();
        let outcome = insert.write(&database, &rows).await;
        if let Err(error) = &outcome {
            tracing::error!(%error, "failed to write {}", T::NAME);
        }
        let mut written = outcome.as_ref().map_or(&[][..], Vec::as_slice).iter();
        for Pending { row, result } in batch.drain(..) {
            let row_result = match (&outcome, row) {
                (Ok(_), Some(_)) => Ok(written.next().copied().unwrap_or_default()),
                (Ok(_), None) => Ok(true),
                (Err(error), _) => Err(Error::unavailable("rows cannot be written", error.to_string())),
            };
            // The caller may have disconnected.
            let _ = result.send(row_result);
        }
    }
}

/// Builds insert statements for 1, 2, 4, … rows of a table. A batch uses the smallest that fits, padded with null rows, so
/// that each statement is prepared only once.
pub(crate) struct InsertStatements {
    table: &'static str,
    columns: &'static [&'static str],
    statements: OnceLock<Vec<String>>,
}

impl InsertStatements {
    pub const fn new(table: &'static str, columns: &'static [&'static str]) -> Self {
        Self {
            table,
            columns,
            statements: OnceLock::new(),
        }
    }

    /// Returns the statement for `rows` rows, at most `T::MAX_BATCH_ROWS`, and the number of null rows to bind after them.
    pub fn for_rows<T: BatchInsert>(&'static self, rows: usize) -> Result<(&'static str, usize)> {
        let capacity = rows.next_power_of_two();
        let sql = self
            .all::<T>()
            .get(capacity.ilog2() as usize)
            .ok_or_else(|| Error::internal("a batch has too many rows"))?;
        Ok((sql, capacity - rows))
    }

    /// Returns the statements of all sizes.
    pub fn all<T: BatchInsert>(&'static self) -> &'static [String] {
        self.statements.get_or_init(|| {
            let powers = 0..=T::MAX_BATCH_ROWS.ilog2();
            powers.map(|power| self.sql(1 << power)).collect()
        })
    }

    fn sql(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let parameters: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
            format!("({})", parameters.join(", "))
        };
        let values: Vec<String> = (0..rows).map(row).collect();
        // Both engines name the columns of `values` like this.
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

/// Commits the transaction if the statement succeeded. Returns `false` if it failed with an expected constraint violation.
pub(crate) async fn commit_or_conflict(
    mut tx: Transaction,
    outcome: Result<(), sqlx::Error>,
    is_expected: impl Fn(&sqlx::Error) -> bool,
) -> Result<bool> {
    match outcome {
        Ok(()) => tx.commit().await.map(|()| true),
        Err(error) if is_expected(&error) => Ok(false),
        Err(error) => {
            tx.record_failure(&error);
            Err(error.into())
        }
    }
}
