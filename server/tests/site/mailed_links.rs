//! Reads mailed links from the outbox, as the operator does where no mail server is configured.

use portal::Portal;
use portal::jobs::{self, Worker, WorkerConfig};
use portal::mail::outbox;
use std::time::Duration;
use testing::eventually;

/// Runs the queued jobs that need no mail server.
pub async fn run_jobs(portal: &Portal) {
    let config = WorkerConfig {
        poll_interval: Duration::from_millis(20),
        ..WorkerConfig::default()
    };
    let worker = Worker::start(portal.clone(), config);
    eventually("the jobs did not run", || async {
        let jobs = jobs::list(portal).await.unwrap();
        jobs.iter().all(|job| job.kind == "send-email")
    })
    .await;
    worker.shut_down(Duration::from_secs(5)).await;
}

/// Returns the token of the link in the newest email.
pub async fn newest_token(portal: &Portal) -> String {
    let newest = outbox::list(portal).await.unwrap().remove(0);
    let (_, text) = outbox::get(portal, newest.id).await.unwrap();
    let link = text.unwrap().link.expect("the email has a link");
    let (page, token) = link.expose().split_once("?token=").unwrap();
    assert!(page.ends_with("/reset-password"), "{page}");
    token.to_owned()
}
