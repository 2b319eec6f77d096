//! Background work: jobs that are queued in the database, on either engine.
//!
//! A job is queued in the transaction of the change that causes it, so it exists exactly if the change does. One worker at a
//! time has a job: it holds the job's lease, and renews it while it is alive. If the worker dies, the lease is lost after
//! [`LEASE_DURATION`], and another worker runs the job again. A worker that lost its lease can't finish the job: what it would
//! have committed is rolled back.

mod admin;
mod claims;
#[cfg(test)]
pub(crate) mod tests;
mod worker;

pub use crate::jobs::admin::{JobState, JobSummary, list, retry};
pub use crate::jobs::claims::LEASE_DURATION;
pub use crate::jobs::worker::{Worker, WorkerConfig};

use crate::database::{Transaction, execute};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::infra::subject_state::SubjectState;
use domain::ids::{AccountId, JobId};
use domain::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

/// The delay before a job runs again after its first failure. It triples with each further failure.
const FIRST_RETRY_DELAY: Duration = Duration::from_secs(10);

/// The maximum delay between two runs of a failing job.
pub const MAX_RETRY_DELAY: Duration = Duration::from_secs(3600);

/// The kind of a job: its code in the database and what runs it.
#[derive(Clone, Copy)]
pub(crate) struct JobKind {
    /// The code in the database and on the command line.
    pub code: &'static str,
    /// Runs a job. Must tolerate that a part of the work was done before, by a worker that died.
    pub run: fn(Portal, Job) -> JobFuture,
    /// Returns whether this node can run such jobs, for example because a mail server is configured.
    pub can_run: fn(&Portal) -> bool,
}

/// The future of a running job.
pub(crate) type JobFuture = Pin<Box<dyn Future<Output = Result<Outcome, JobError>> + Send>>;

/// How a job succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It called [`Job::finish`] in the transaction of its result.
    Finished,
    /// It had nothing to commit, so the worker ends it.
    NothingToCommit,
}

/// A job that this worker has the lease of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// The id.
    pub id: JobId,
    /// How often it has failed.
    pub failures: i64,
    lease: Vec<u8>,
    payload: String,
}

/// Describes why a job failed.
#[derive(Debug)]
pub(crate) struct JobError {
    /// The reason, for the operator. Must not contain secrets.
    pub message: String,
    /// When to run it again.
    pub retry: Retry,
}

/// When to run a failed job again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// After a delay that grows with each failure.
    WithBackoff,
    /// After this delay.
    After(Duration),
    /// Only when the operator says so.
    Never,
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        Self {
            message: error.to_string(),
            retry: Retry::WithBackoff,
        }
    }
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        Error::from(error).into()
    }
}

/// Returns the delay before a job that failed `failures` times runs again.
fn retry_delay(failures: i64) -> Duration {
    let triplings = u32::try_from(failures - 1).unwrap_or_default().min(16);
    FIRST_RETRY_DELAY
        .saturating_mul(3_u32.saturating_pow(triplings))
        .min(MAX_RETRY_DELAY)
}

/// Holds the kinds of jobs by their code.
#[derive(Default)]
pub(crate) struct JobKinds(BTreeMap<&'static str, JobKind>);

impl JobKinds {
    /// Adds a kind.
    pub fn add(&mut self, kind: JobKind) {
        self.0.insert(kind.code, kind);
    }
}

/// Registers the kinds of jobs.
pub(crate) fn register(subjects: &mut SubjectState, kinds: JobKinds) {
    subjects.insert(kinds);
}

/// Queues a job in the transaction of the change that causes it. It runs at `run_at` or later.
pub(crate) async fn queue(
    portal: &Portal,
    tx: &mut Transaction,
    kind: &'static str,
    account: Option<AccountId>,
    payload: &impl Serialize,
    run_at: Timestamp,
) -> Result<JobId> {
    let id = JobId(portal.new_id());
    execute!(
        tx,
        "insert into jobs (id, kind, account_id, payload, created_at, run_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        kind,
        account,
        serde_json::to_string(payload).map_err(Error::internal)?,
        portal.now(),
        run_at
    )?;
    Ok(id)
}

/// Removes a job whose work is no longer wanted. A worker that runs it can't finish it.
pub(crate) async fn cancel(tx: &mut Transaction, id: JobId) -> Result<()> {
    execute!(tx, "delete from jobs where id = $1", id)?;
    Ok(())
}

impl Job {
    /// Returns the payload that the job was queued with.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_str(&self.payload).map_err(|error| JobError {
            message: format!("the payload is invalid: {error}"),
            retry: Retry::Never,
        })
    }

    /// Ends the job in the transaction that commits its result.
    ///
    /// # Errors
    /// Returns [`Error::Conflict`] if the lease is lost, so that the result is rolled back.
    pub async fn finish(&self, tx: &mut Transaction) -> Result<()> {
        let deleted = execute!(
            tx,
            "delete from jobs where id = $1 and lease = $2",
            self.id,
            self.lease.as_slice()
        )?;
        require_held(deleted)
    }

    /// Checks in a transaction that this worker still has the lease, and keeps others from taking it until the end of the
    /// transaction.
    ///
    /// # Errors
    /// Returns [`Error::Conflict`] if the lease is lost.
    pub async fn check_lease(&self, tx: &mut Transaction) -> Result<()> {
        let updated = execute!(
            tx,
            "update jobs set lease_renewals = lease_renewals + 1 where id = $1 and lease = $2",
            self.id,
            self.lease.as_slice()
        )?;
        require_held(updated)
    }
}

/// Returns an error if no row has the lease.
fn require_held(rows: u64) -> Result<()> {
    if rows == 0 {
        return Err(Error::Conflict("the lease of this job is lost".to_owned()));
    }
    Ok(())
}
