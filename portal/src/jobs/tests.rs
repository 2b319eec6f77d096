use crate::crypto::keyring::{Keyring, new_master_key};
use crate::database::{execute, fetch_one};
use crate::infra::clock::Clock;
use crate::infra::error::Error;
use crate::infra::portal::Portal;
use crate::jobs::claims::{LeaseObserver, claim};
use crate::jobs::{
    Job, JobError, JobKind, JobState, MAX_RETRY_DELAY, Outcome, Retry, Worker, WorkerConfig, list, queue, retry,
    retry_delay,
};
use crate::{Location, Options};
use domain::ids::JobId;
use domain::time::Timestamp;
use rstest::rstest;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};
use testing::{Engine, TestDatabase, eventually};

/// A kind of jobs that do what a test says, and count how often they started and ended.
pub(crate) const PROBE: JobKind = JobKind {
    code: "probe",
    run: |portal, job| Box::pin(async move { run_probe(portal, job).await }),
    can_run: |_| true,
};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Probe {
    Succeed,
    /// Takes this many milliseconds.
    Take(u64),
    Panic,
    Fail,
    GiveUp,
}

/// How often each job started and ended.
static RUNS: LazyLock<Mutex<HashMap<JobId, (usize, usize)>>> = LazyLock::new(Mutex::default);

fn runs(id: JobId) -> (usize, usize) {
    RUNS.lock().unwrap().get(&id).copied().unwrap_or_default()
}

async fn run_probe(portal: Portal, job: Job) -> Result<Outcome, JobError> {
    RUNS.lock().unwrap().entry(job.id).or_default().0 += 1;
    let failure = |retry| JobError {
        message: "the probe failed".to_owned(),
        retry,
    };
    match job.payload()? {
        Probe::Succeed => {}
        Probe::Take(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
        Probe::Panic => panic!("the probe panics"),
        Probe::Fail => return Err(failure(Retry::WithBackoff)),
        Probe::GiveUp => return Err(failure(Retry::Never)),
    }
    let mut tx = portal.begin().await?;
    job.finish(&mut tx).await?;
    tx.commit().await?;
    RUNS.lock().unwrap().entry(job.id).or_default().1 += 1;
    Ok(Outcome::Finished)
}

/// A short lease, so that the tests needn't wait long.
const LEASE: Duration = Duration::from_millis(800);

const CONFIG: WorkerConfig = WorkerConfig {
    poll_interval: Duration::from_millis(20),
    lease_duration: LEASE,
    max_running: 4,
};

/// A database with nodes that have one master key.
struct Nodes {
    database: TestDatabase,
    key: crate::Secret,
}

impl Nodes {
    async fn start(engine: Engine) -> Self {
        Self {
            database: TestDatabase::create(engine).await,
            key: new_master_key(),
        }
    }

    async fn open(&self, clock: Clock) -> Portal {
        let database = match self.database.postgres_url() {
            Some(url) => Location::Postgres(url),
            None => Location::File(self.database.folder().join("gatehouse.db")),
        };
        let keyring = Keyring::parse(self.key.expose()).unwrap();
        Portal::open(Options::for_tests(database, keyring, clock))
            .await
            .unwrap()
    }
}

async fn push(portal: &Portal, probe: Probe) -> JobId {
    let mut tx = portal.begin().await.unwrap();
    let id = queue(portal, &mut tx, PROBE.code, None, &probe, portal.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn count(portal: &Portal) -> i64 {
    let mut db = portal.read().await.unwrap();
    let (count,) = fetch_one!(&mut db, (i64,), "select count(*) from jobs").unwrap();
    count
}

#[test]
fn retry_delay_grows_up_to_maximum() {
    let seconds = [1, 2, 3, 6, 7, 1000].map(|failures| retry_delay(failures).as_secs());
    assert_eq!(
        seconds,
        [10, 30, 90, 2430, MAX_RETRY_DELAY.as_secs(), MAX_RETRY_DELAY.as_secs()]
    );
    assert_eq!(retry_delay(0).as_secs(), 10);
}

#[rstest]
#[tokio::test]
async fn job_is_queued_with_the_transaction_of_its_change(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let nodes = Nodes::start(engine).await;
    let portal = nodes.open(Clock::System).await;
    let mut tx = portal.begin().await.unwrap();
    queue(&portal, &mut tx, PROBE.code, None, &Probe::Succeed, portal.now())
        .await
        .unwrap();
    drop(tx);
    assert_eq!(count(&portal).await, 0, "the change was rolled back");
    let id = push(&portal, Probe::Succeed).await;
    let worker = Worker::start(portal.clone(), CONFIG);
    eventually("the job did not run", || async { count(&portal).await == 0 }).await;
    assert_eq!(runs(id), (1, 1));
    worker.shut_down(Duration::from_secs(5)).await;
}

#[rstest]
#[tokio::test]
async fn two_nodes_with_different_clocks_run_each_job_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let nodes = Nodes::start(engine).await;
    let portal = nodes.open(Clock::System).await;
    let in_five_minutes = Timestamp(portal.now().0 + 300_000);
    let ahead = nodes.open(Clock::manual(in_five_minutes)).await;
    let mut ids = Vec::new();
    for index in 0..30 {
        ids.push(
            push(
                &portal,
                if index % 3 == 0 {
                    Probe::Take(50)
                } else {
                    Probe::Succeed
                },
            )
            .await,
        );
    }
    let workers = [&portal, &ahead].map(|portal| Worker::start(portal.clone(), CONFIG));
    eventually("the jobs did not run", || async { count(&portal).await == 0 }).await;
    for id in ids {
        assert_eq!(runs(id), (1, 1));
    }
    for worker in workers {
        worker.shut_down(Duration::from_secs(5)).await;
    }
}

#[rstest]
#[tokio::test]
async fn lease_of_a_long_job_is_renewed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let nodes = Nodes::start(engine).await;
    let portal = nodes.open(Clock::System).await;
    let other = nodes.open(Clock::System).await;
    let id = push(&portal, Probe::Take(3 * 800)).await;
    let workers = [&portal, &other].map(|portal| Worker::start(portal.clone(), CONFIG));
    eventually("the job did not end", || async { count(&portal).await == 0 }).await;
    assert_eq!(runs(id), (1, 1));
    for worker in workers {
        worker.shut_down(Duration::from_secs(5)).await;
    }
}

#[rstest]
#[tokio::test]
async fn job_of_a_dead_worker_runs_again_after_the_lease(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let nodes = Nodes::start(engine).await;
    let portal = nodes.open(Clock::System).await;
    let id = push(&portal, Probe::Take(60_000)).await;
    let worker = Worker::start(portal.clone(), CONFIG);
    eventually("the job did not start", || async { runs(id).0 == 1 }).await;
    worker.kill();
    let killed = Instant::now();
    let worker = Worker::start(portal.clone(), CONFIG);
    eventually("the job did not start again", || async { runs(id).0 == 2 }).await;
    assert!(killed.elapsed() >= LEASE, "{:?}", killed.elapsed());
    let jobs = list(&portal).await.unwrap();
    assert_eq!((jobs[0].state, jobs[0].failures), (JobState::Running, 1));
    assert_eq!(
        jobs[0].last_error.as_deref(),
        Some("the server that ran the job stopped")
    );
    worker.kill();
}

#[rstest]
#[tokio::test]
async fn worker_that_lost_its_lease_commits_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let nodes = Nodes::start(engine).await;
    let portal = nodes.open(Clock::System).await;
    push(&portal, Probe::Succeed).await;
    let slow = claim(&portal, PROBE.code).await.unwrap().unwrap();
    assert_eq!(claim(&portal, PROBE.code).await.unwrap(), None, "another worker has it");
    let mut observer = LeaseObserver::default();
    observer.release_lost(&portal, LEASE).await.unwrap();
    assert_eq!(
        claim(&portal, PROBE.code).await.unwrap(),
        None,
        "the lease was just seen"
    );
    observer.release_lost(&portal, Duration::ZERO).await.unwrap();
    let quick = claim(&portal, PROBE.code).await.unwrap().unwrap();
    let write = async |job: &Job| {
        let mut tx = portal.begin().await?;
        execute!(&mut tx, "insert into readiness (id, filler) values (7, $1)", vec![1_u8])?;
        job.check_lease(&mut tx).await?;
        job.finish(&mut tx).await?;
        tx.commit().await
    };
    assert!(matches!(write(&slow).await, Err(Error::Conflict(_))));
    assert_eq!(count(&portal).await, 1);
    // The row exists only if the first one was committed.
    write(&quick).await.unwrap();
    assert_eq!(count(&portal).await, 0);
}

#[rstest]
#[tokio::test]
async fn failed_job_is_retried_or_given_up(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let nodes = Nodes::start(engine).await;
    let clock = Clock::manual(Timestamp(1_800_000_000_000));
    let portal = nodes.open(clock.clone()).await;
    let [failing, panicking, hopeless] = [Probe::Fail, Probe::Panic, Probe::GiveUp];
    let failing = push(&portal, failing).await;
    let panicking = push(&portal, panicking).await;
    let hopeless = push(&portal, hopeless).await;
    let worker = Worker::start(portal.clone(), CONFIG);
    let failed = async || {
        list(&portal)
            .await
            .unwrap()
            .iter()
            .filter(|job| job.failures == 1)
            .count()
            == 3
    };
    eventually("the jobs did not fail", &failed).await;
    let job = async |id| {
        list(&portal)
            .await
            .unwrap()
            .into_iter()
            .find(|job| job.id == id)
            .unwrap()
    };
    for id in [failing, panicking] {
        let job = job(id).await;
        assert_eq!(
            (job.state, job.run_at),
            (JobState::Retrying, portal.now().after(Duration::from_secs(10)))
        );
    }
    assert!(job(panicking).await.last_error.unwrap().contains("the probe panics"));
    assert_eq!(job(hopeless).await.state, JobState::Failed);
    clock.advance(Duration::from_secs(10));
    eventually("the job was not retried", || async {
        runs(failing).0 == 2 && runs(panicking).0 == 2
    })
    .await;
    clock.advance(Duration::from_secs(7200));
    eventually("the job was not retried", || async {
        runs(failing).0 == 3 && runs(panicking).0 == 3
    })
    .await;
    assert_eq!(runs(hopeless), (1, 0));
    retry(&portal, hopeless).await.unwrap();
    eventually("the job was not retried", || async { runs(hopeless).0 == 2 }).await;
    let unknown = retry(&portal, JobId(portal.new_id())).await;
    assert!(matches!(unknown, Err(Error::NotFound("job"))));
    worker.shut_down(Duration::from_secs(5)).await;
}

#[rstest]
#[tokio::test]
async fn shutdown_waits_for_running_jobs_then_gives_them_back(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let nodes = Nodes::start(engine).await;
    let portal = nodes.open(Clock::System).await;
    let short = push(&portal, Probe::Take(300)).await;
    let long = push(&portal, Probe::Take(60_000)).await;
    let worker = Worker::start(portal.clone(), CONFIG);
    eventually("the jobs did not start", || async {
        runs(short).0 == 1 && runs(long).0 == 1
    })
    .await;
    worker.shut_down(Duration::from_secs(2)).await;
    assert_eq!(runs(short), (1, 1));
    let jobs = list(&portal).await.unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!(
        (jobs[0].id, jobs[0].state, jobs[0].failures),
        (long, JobState::Waiting, 0)
    );
}
