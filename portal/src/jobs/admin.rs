//! The queue as the operator sees it.

use crate::database::{fetch_all, fetch_optional};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::ids::JobId;
use domain::time::Timestamp;

/// Describes an unfinished job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSummary {
    /// The id.
    pub id: JobId,
    /// The code of its kind, such as `send-email`.
    pub kind: String,
    /// Its state.
    pub state: JobState,
    /// The name of the account that it belongs to, if any.
    pub account: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// The earliest time of its next run.
    pub run_at: Timestamp,
    /// How often it has failed.
    pub failures: i64,
    /// The reason of the last failure.
    pub last_error: Option<String>,
}

/// The state of an unfinished job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits for a worker or for its time.
    Waiting,
    /// A worker runs it.
    Running,
    /// It failed, and will run again.
    Retrying,
    /// It was given up, and runs again only if the operator retries it.
    Failed,
}

impl JobState {
    /// Returns the code on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Failed => "failed",
        }
    }
}

/// Lists all unfinished jobs of all accounts, in the order in which they run.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn list(portal: &Portal) -> Result<Vec<JobSummary>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: JobId,
        kind: String,
        account: Option<String>,
        created_at: Timestamp,
        run_at: Timestamp,
        failures: i64,
        last_error: Option<String>,
        failed_at: Option<Timestamp>,
        is_running: bool,
    }
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select j.id, j.kind, a.name as account, j.created_at, j.run_at, j.failures, j.last_error, j.failed_at,
                j.lease is not null as is_running
         from jobs j left join accounts a on a.id = j.account_id order by j.run_at, j.id"
    )?;
    Ok(rows
        .into_iter()
        .map(|row| JobSummary {
            id: row.id,
            kind: row.kind,
            state: match (row.is_running, row.failed_at, row.failures) {
                (true, _, _) => JobState::Running,
                (false, Some(_), _) => JobState::Failed,
                (false, None, 0) => JobState::Waiting,
                (false, None, _) => JobState::Retrying,
            },
            account: row.account,
            created_at: row.created_at,
            run_at: row.run_at,
            failures: row.failures,
            last_error: row.last_error,
        })
        .collect())
}

/// Runs a job as soon as possible that waits for its next run, or was given up.
///
/// # Errors
/// Returns [`Error::NotFound`] if there is no such job, for example because it has finished, and [`Error::Conflict`] if it is
/// running.
pub async fn retry(portal: &Portal, id: JobId) -> Result<()> {
    let mut tx = portal.begin().await?;
    let updated = fetch_optional!(
        &mut tx,
        (bool,),
        "update jobs set run_at = case when lease is null then $2 else run_at end, failed_at = null where id = $1
         returning lease is not null",
        id,
        portal.now()
    )?;
    match updated {
        None => Err(Error::NotFound("job")),
        Some((true,)) => Err(Error::Conflict("The job is running.".to_owned())),
        Some((false,)) => tx.commit().await,
    }
}
