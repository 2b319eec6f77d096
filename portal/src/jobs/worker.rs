//! Runs the jobs of this node.

use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::jobs::claims::{self, LEASE_DURATION, LeaseObserver};
use crate::jobs::{Job, JobError, JobKind, JobKinds, Outcome, Retry, retry_delay};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Configures a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerConfig {
    /// How often the worker looks for jobs that are due.
    pub poll_interval: Duration,
    /// After how long without a renewal a lease is lost.
    pub lease_duration: Duration,
    /// The maximum number of jobs of one kind that run at once, so that a slow one doesn't stop the others.
    pub max_running: usize,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            poll_interval: Duration::from_secs(1),
            lease_duration: LEASE_DURATION,
            max_running: 4,
        }
    }
}

/// A worker that runs in the background.
#[derive(Debug)]
pub struct Worker {
    task: JoinHandle<()>,
    shutdown: watch::Sender<bool>,
}

impl Worker {
    /// Starts a worker for all kinds of jobs that this node can run. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(portal: Portal, config: WorkerConfig) -> Self {
        let (shutdown, receiver) = watch::channel(false);
        Self {
            task: tokio::spawn(run(portal, config, receiver)),
            shutdown,
        }
    }

    /// Stops claiming jobs, waits up to `timeout` for those that run, and gives back the others for another worker.
    pub async fn shut_down(self, timeout: Duration) {
        self.shutdown.send_replace(true);
        let mut task = self.task;
        if tokio::time::timeout(timeout, &mut task).await.is_err() {
            // Each job gives its lease back when it sees that the time is over.
            drop(self.shutdown);
            let _ = task.await;
        }
    }

    /// Stops at once, as if the process had been killed.
    pub fn kill(self) {
        self.task.abort();
    }
}

/// Claims and runs jobs until the shutdown, then waits for those that run.
async fn run(portal: Portal, config: WorkerConfig, mut shutdown: watch::Receiver<bool>) {
    let kinds: Vec<JobKind> = portal.state::<JobKinds>().0.values().copied().collect();
    let kinds: Vec<JobKind> = kinds.into_iter().filter(|kind| (kind.can_run)(&portal)).collect();
    let mut observer = LeaseObserver::default();
    let mut running = kinds.iter().map(|_| JoinSet::new()).collect::<Vec<_>>();
    let mut is_failing = false;
    // Dropping the worker shuts it down, too.
    while !*shutdown.borrow() && shutdown.has_changed().is_ok() {
        let claimed = claim_all(&portal, &config, &mut observer, &kinds, &mut running, &shutdown).await;
        if let Err(error) = &claimed
            && !is_failing
        {
            // Log only the first failure, since this polls every second.
            tracing::warn!(%error, "failed to look for jobs");
        }
        is_failing = claimed.is_err();
        tokio::select! {
            () = tokio::time::sleep(config.poll_interval) => {}
            () = any_finished(&mut running) => {}
            _ = shutdown.changed() => {}
        }
    }
    for jobs in &mut running {
        while jobs.join_next().await.is_some() {}
    }
}

/// Waits until a job has finished, so that the next one starts at once. Never returns while no job runs.
async fn any_finished(running: &mut [JoinSet<()>]) {
    std::future::poll_fn(|context| {
        let mut is_finished = false;
        for jobs in running.iter_mut().filter(|jobs| !jobs.is_empty()) {
            while let std::task::Poll::Ready(Some(_)) = jobs.poll_join_next(context) {
                is_finished = true;
            }
        }
        if is_finished {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

/// Takes lost leases back, and claims as many jobs of each kind as may run.
async fn claim_all(
    portal: &Portal,
    config: &WorkerConfig,
    observer: &mut LeaseObserver,
    kinds: &[JobKind],
    running: &mut [JoinSet<()>],
    shutdown: &watch::Receiver<bool>,
) -> Result<()> {
    observer.release_lost(portal, config.lease_duration).await?;
    for (kind, running) in kinds.iter().zip(running) {
        while running.len() < config.max_running {
            let Some(job) = claims::claim(portal, kind.code).await? else {
                break;
            };
            running.spawn(run_job(
                portal.clone(),
                *kind,
                job,
                config.lease_duration,
                shutdown.clone(),
            ));
        }
    }
    Ok(())
}

/// Runs a job, renewing its lease meanwhile, and records its outcome.
async fn run_job(portal: Portal, kind: JobKind, job: Job, lease_duration: Duration, shutdown: watch::Receiver<bool>) {
    // In a task of its own, so that a panic fails the job alone. Dropping the set aborts it.
    let mut work = JoinSet::new();
    work.spawn((kind.run)(portal.clone(), job.clone()));
    let outcome = tokio::select! {
        outcome = work.join_next() => outcome,
        () = lease_lost(&portal, &job, lease_duration) => {
            tracing::warn!(job = %job.id, kind = kind.code, "a job was stopped, because its lease is lost");
            return;
        }
        () = shutdown_deadline(shutdown) => {
            work.shutdown().await;
            if let Err(error) = claims::release(&portal, &job).await {
                tracing::warn!(%error, job = %job.id, "failed to give a job back");
            }
            return;
        }
    };
    let recorded = match outcome {
        None | Some(Ok(Ok(Outcome::Finished))) => Ok(()),
        Some(Ok(Ok(Outcome::NothingToCommit))) => finish(&portal, &job).await,
        Some(Ok(Err(error))) => fail(&portal, kind, &job, &error).await,
        Some(Err(panic)) => {
            let error = JobError {
                message: format!("the job panicked: {panic}"),
                retry: Retry::WithBackoff,
            };
            fail(&portal, kind, &job, &error).await
        }
    };
    if let Err(error) = recorded {
        // The lease gets lost, and the job runs again.
        tracing::warn!(%error, job = %job.id, kind = kind.code, "failed to record the outcome of a job");
    }
}

/// Ends a job that committed nothing itself.
async fn finish(portal: &Portal, job: &Job) -> Result<()> {
    let mut tx = portal.begin().await?;
    job.finish(&mut tx).await?;
    tx.commit().await
}

/// Records a failure, and when the job runs again.
async fn fail(portal: &Portal, kind: JobKind, job: &Job, error: &JobError) -> Result<()> {
    let delay = match error.retry {
        Retry::WithBackoff => Some(retry_delay(job.failures + 1)),
        Retry::After(delay) => Some(delay),
        Retry::Never => None,
    };
    tracing::warn!(error = error.message, job = %job.id, kind = kind.code, "a job failed");
    let run_at = delay.map(|delay| portal.now().after(delay));
    claims::record_failure(portal, job, &error.message, run_at).await
}

/// Renews the lease until it is lost: because another worker has it, or because it couldn't be renewed for so long that
/// another worker may have it.
async fn lease_lost(portal: &Portal, job: &Job, duration: Duration) {
    let mut renewed_at = Instant::now();
    let mut is_failing = false;
    loop {
        tokio::time::sleep(if is_failing { duration / 16 } else { duration / 4 }).await;
        let before = Instant::now();
        is_failing = match tokio::time::timeout(duration / 4, claims::renew(portal, job)).await {
            Ok(Ok(true)) => {
                renewed_at = before;
                false
            }
            Ok(Ok(false)) => return,
            Ok(Err(_)) | Err(_) => true,
        };
        // Before another worker can take the job.
        if renewed_at.elapsed() >= duration - duration / 4 {
            return;
        }
    }
}

/// Waits until a shutdown can't wait any longer for running jobs.
async fn shutdown_deadline(mut shutdown: watch::Receiver<bool>) {
    while shutdown.changed().await.is_ok() {}
}
