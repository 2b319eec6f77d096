//! Email: the outbox, its delivery through SMTP, and the links in it.

mod delivery;
mod lost_answers;
mod outbox;
mod security;

use portal::accounts::password_resets;
use portal::jobs::{self, Worker, WorkerConfig};
use portal::mail::outbox::{EmailState, OutboxEmail};
use portal::mail::{SmtpConfig, SmtpSecurity};
use portal::{Portal, mail};
use std::time::Duration;
use testing::smtp_server::SmtpServer;
use testing::{ADA, Engine, TestPortal, browser_at, eventually};

/// A short lease, so that the tests needn't wait long.
const WORKER: WorkerConfig = WorkerConfig {
    poll_interval: Duration::from_millis(20),
    lease_duration: Duration::from_millis(800),
    max_running: 4,
};

/// A portal with an account, and a node of it that sends email through a test server.
struct MailTest {
    test: TestPortal,
    server: SmtpServer,
    node: Portal,
}

impl MailTest {
    async fn start(engine: Engine) -> Self {
        let test = TestPortal::start(engine).await;
        test.set_up().await;
        let server = SmtpServer::start().await;
        let node = test.node_with_smtp(smtp_config(&server)).await;
        Self { test, server, node }
    }

    fn start_worker(&self) -> Worker {
        Worker::start(self.node.clone(), WORKER)
    }

    /// Asks for a new password as a user with this email does, so that an email is queued.
    async fn request_reset(&self, email: &str) {
        password_resets::request(&self.node, email, &browser_at("192.0.2.1"))
            .await
            .unwrap();
    }

    /// Returns the only email in the outbox.
    async fn email(&self) -> OutboxEmail {
        let mut emails = mail::outbox::list(&self.node).await.unwrap();
        assert_eq!(emails.len(), 1, "{emails:?}");
        emails.remove(0)
    }

    /// Waits until the only email has this state.
    async fn wait_for(&self, state: EmailState) -> OutboxEmail {
        let has_state = async || {
            let emails = mail::outbox::list(&self.node).await.unwrap();
            emails.iter().any(|email| email.state == state)
        };
        eventually(&format!("the email is not {state:?}"), has_state).await;
        self.email().await
    }

    /// Asks for an email to Ada, and waits until the first attempt to send it has failed.
    async fn fail_once(&self) -> OutboxEmail {
        self.request_reset(ADA).await;
        self.wait_for(EmailState::Retrying).await
    }

    /// Waits until no job is left.
    async fn wait_for_jobs(&self) {
        let is_idle = async || jobs::list(&self.node).await.unwrap().is_empty();
        eventually("there are unfinished jobs", is_idle).await;
    }
}

/// Returns the configuration for a test server, with short timeouts.
fn smtp_config(server: &SmtpServer) -> SmtpConfig {
    SmtpConfig {
        step_timeout: Duration::from_millis(500),
        acceptance_timeout: Duration::from_millis(500),
        ..SmtpConfig::new("127.0.0.1".to_owned(), server.port(), SmtpSecurity::None)
    }
}
