//! Leases of jobs.
//!
//! Whether a lease is lost is judged by its number of renewals alone: if a node has seen the same number for
//! [`LEASE_DURATION`] by its own monotonic clock, the worker is dead. So the clocks of two nodes may differ.

use crate::crypto::secret;
use crate::database::{Transaction, execute, fetch_all, fetch_optional, with_timeout};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::jobs::{Job, retry_delay};
use domain::ids::JobId;
use domain::time::Timestamp;
use sqlx::Postgres;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// After how long without a renewal a lease is lost. A worker renews it four times as often.
pub const LEASE_DURATION: Duration = Duration::from_secs(30);

/// What the operator reads about a job whose worker died.
const WORKER_DIED: &str = "the server that ran the job stopped";

/// The columns of a claimed job.
type Row = (JobId, i64, String);

/// Claims the next job of a kind that is due.
pub(super) async fn claim(portal: &Portal, kind: &str) -> Result<Option<Job>> {
    // Most polls find nothing, and need not wait for SQLite's only writer.
    if !is_any_due(portal, kind).await? {
        return Ok(None);
    }
    let lease = secret::random::<16>().to_vec();
    let mut tx = portal.begin_relaxed().await?;
    let Some((id, failures, payload)) = claim_next(&mut tx, kind, portal.now(), &lease).await? else {
        return Ok(None);
    };
    tx.commit().await?;
    Ok(Some(Job {
        id,
        failures,
        lease,
        payload,
    }))
}

async fn is_any_due(portal: &Portal, kind: &str) -> Result<bool> {
    let mut db = portal.read().await?;
    let due = fetch_optional!(
        &mut db,
        (JobId,),
        "select id from jobs where kind = $1 and run_at <= $2 and lease is null and failed_at is null limit 1",
        kind,
        portal.now()
    )?;
    Ok(due.is_some())
}

/// Claims the next job. On PostgreSQL, several nodes claim at once, so each skips the jobs that another is about to claim.
async fn claim_next(tx: &mut Transaction, kind: &str, now: Timestamp, lease: &[u8]) -> Result<Option<Row>> {
    if let Transaction::Postgres(tx, _) = tx {
        let claimed = sqlx::query_as::<Postgres, Row>(
            "update jobs set lease = $3, lease_renewals = 0 where id = (
                 select id from jobs where kind = $1 and run_at <= $2 and lease is null and failed_at is null
                 order by run_at, id limit 1 for update skip locked
             ) returning id, failures, payload",
        );
        let claimed = claimed.bind(kind).bind(now).bind(lease).fetch_optional(&mut **tx);
        return Ok(with_timeout(claimed).await?);
    }
    Ok(fetch_optional!(
        tx,
        Row,
        "update jobs set lease = $3, lease_renewals = 0 where id = (
             select id from jobs where kind = $1 and run_at <= $2 and lease is null and failed_at is null
             order by run_at, id limit 1
         ) returning id, failures, payload",
        kind,
        now,
        lease
    )?)
}

/// Renews the lease of a job. Returns whether the worker still has it.
pub(super) async fn renew(portal: &Portal, job: &Job) -> Result<bool> {
    let mut tx = portal.begin_relaxed().await?;
    let renewed = execute!(
        &mut tx,
        "update jobs set lease_renewals = lease_renewals + 1 where id = $1 and lease = $2",
        job.id,
        job.lease.as_slice()
    )?;
    tx.commit().await?;
    Ok(renewed > 0)
}

/// Gives the lease back without having finished the job, for example at a shutdown.
pub(super) async fn release(portal: &Portal, job: &Job) -> Result<()> {
    let mut tx = portal.begin_relaxed().await?;
    execute!(
        &mut tx,
        "update jobs set lease = null where id = $1 and lease = $2",
        job.id,
        job.lease.as_slice()
    )?;
    tx.commit().await
}

/// Records a failure and gives the lease back. The job runs again at `run_at`, or never if `None`.
pub(super) async fn record_failure(portal: &Portal, job: &Job, error: &str, run_at: Option<Timestamp>) -> Result<()> {
    let mut tx = portal.begin().await?;
    let now = portal.now();
    execute!(
        &mut tx,
        "update jobs set lease = null, failures = failures + 1, last_error = $3, run_at = $4, failed_at = $5
         where id = $1 and lease = $2",
        job.id,
        job.lease.as_slice(),
        error,
        run_at.unwrap_or(now),
        run_at.is_none().then_some(now)
    )?;
    tx.commit().await
}

/// Finds leases whose worker has died.
#[derive(Default)]
pub(super) struct LeaseObserver {
    /// Leases by job, with their number of renewals and since when it is the same.
    seen: HashMap<JobId, SeenLease>,
    last_observed: Option<Instant>,
}

#[derive(PartialEq)]
struct SeenLease {
    lease: Vec<u8>,
    renewals: i64,
    since: Instant,
}

impl LeaseObserver {
    /// Looks at all leases, and gives back those that nobody has renewed for `duration`.
    pub async fn release_lost(&mut self, portal: &Portal, duration: Duration) -> Result<()> {
        let rows = {
            let mut db = portal.read().await?;
            fetch_all!(
                &mut db,
                (JobId, Vec<u8>, i64, i64),
                "select id, lease, lease_renewals, failures from jobs where lease is not null"
            )?
        };
        let now = Instant::now();
        // After a pause of this process, others may have been paused too, and renew their leases only now.
        if self.last_observed.is_some_and(|last| now - last > duration / 2) {
            self.seen.clear();
        }
        self.last_observed = Some(now);
        let mut seen = HashMap::with_capacity(rows.len());
        for (id, lease, renewals, failures) in rows {
            let before = self.seen.remove(&id);
            let since = before
                .filter(|before| before.lease == lease && before.renewals == renewals)
                .map_or(now, |before| before.since);
            if now - since >= duration {
                tracing::warn!(job = %id, "a job's worker died; the job runs again");
                release_lost_lease(portal, id, &lease, renewals, failures).await?;
            } else {
                seen.insert(id, SeenLease { lease, renewals, since });
            }
        }
        self.seen = seen;
        Ok(())
    }
}

/// Gives back a lease that another worker lost, unless it has been renewed meanwhile. A job that fails its worker again and
/// again is delayed more and more.
async fn release_lost_lease(portal: &Portal, id: JobId, lease: &[u8], renewals: i64, failures: i64) -> Result<()> {
    let run_at = match failures {
        0 => portal.now(),
        failures => portal.now().after(retry_delay(failures)),
    };
    let mut tx = portal.begin().await?;
    execute!(
        &mut tx,
        "update jobs set lease = null, failures = failures + 1, last_error = $4, run_at = $5
         where id = $1 and lease = $2 and lease_renewals = $3",
        id,
        lease,
        renewals,
        WORKER_DIED,
        run_at
    )?;
    tx.commit().await
}
