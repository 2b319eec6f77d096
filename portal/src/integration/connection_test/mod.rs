//! Tests the connection to the DAM with the saved settings.

mod steps;

use crate::database::{execute, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::connection_test::steps::Test;
use crate::integration::dam::Dam;
use crate::integration::settings::authorize;
use domain::integration::connection_test::{Report, Step, StepKind};
use domain::time::Timestamp;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The timeout of a whole test.
const TEST_TIMEOUT: Duration = Duration::from_secs(45);

/// The `Retry-After` of a test that is rejected because others are running, in seconds.
const RETRY_AFTER_SECONDS: u64 = 10;

/// Returns the report of the last test, if there was one.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn last(portal: &Portal, actor: &Actor) -> Result<Option<Report>> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (Timestamp, Option<String>, String),
        "select t.at, u.name, t.steps from connection_tests t left join users u on u.id = t.user_id
         where t.account_id = $1",
        account
    )?;
    row.map(|(at, by, steps)| {
        Ok(Report {
            at,
            by,
            steps: serde_json::from_str(&steps).map_err(Error::internal)?,
        })
    })
    .transpose()
}

/// The maximum number of concurrent connection tests on a node.
const MAX_CONCURRENT_TESTS: usize = 4;

/// Limits concurrent connection tests.
pub(crate) struct TestPermits(Semaphore);

impl Default for TestPermits {
    fn default() -> Self {
        Self(Semaphore::new(MAX_CONCURRENT_TESTS))
    }
}

/// Tests the connection with the saved settings. Each step is passed to `on_step` as soon as its outcome is known, and
/// the report is stored.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::Invalid`] if no Portal URL is saved,
/// [`Error::TooManyAttempts`] if too many tests are running. Failures of the DAM are part of the report.
pub async fn test(portal: &Portal, actor: &Actor, on_step: impl Fn(&Step) + Send + Sync) -> Result<Report> {
    let account = authorize(actor)?;
    let _permit = portal
        .state::<TestPermits>()
        .0
        .try_acquire()
        .map_err(|_| Error::TooManyAttempts {
            retry_after: RETRY_AFTER_SECONDS,
        })?;
    let dam = Dam::load(portal, account).await?;
    let dam = dam.ok_or_else(|| Error::field("url", "Enter the Portal URL and save it first."))?;
    let mut test = Test::new(portal.http_client(), &dam, &on_step);
    if timeout(TEST_TIMEOUT, test.run()).await.is_err() {
        test.fail(
            StepKind::Read,
            &format!("The test was stopped after {} s.", TEST_TIMEOUT.as_secs()),
            "Try again later. If the problem continues, contact your DAM administrator.",
        );
    }
    let steps = test.steps;
    save_report(portal, actor, &steps).await?;
    Ok(Report {
        at: portal.now(),
        by: actor.user().map(|user| user.name.clone()),
        steps,
    })
}

async fn save_report(portal: &Portal, actor: &Actor, steps: &[Step]) -> Result<()> {
    let mut tx = portal.begin_relaxed().await?;
    execute!(
        &mut tx,
        "insert into connection_tests (account_id, at, user_id, steps) values ($1, $2, $3, $4)
         on conflict (account_id) do update set at = excluded.at, user_id = excluded.user_id, steps = excluded.steps",
        actor.account(),
        portal.now(),
        actor.user_id(),
        serde_json::to_string(steps).map_err(Error::internal)?
    )?;
    tx.commit().await
}
