//! Test fixtures that the crates share: a portal on its own database, and what it talks to.

#![allow(missing_docs, clippy::unwrap_used, reason = "only tests use this crate")]

pub mod connected_portal;
mod database;
pub mod mock_dam;
pub mod oauth1_client;
pub mod postgres_server;
mod postgres_template;
pub mod proxy;
pub mod small_disk;
pub mod smtp_server;
mod test_portal;

use portal::Result;
use std::time::{Duration, Instant};

pub use database::{Engine, TestDatabase};
pub use oauth1_client::Oauth1Client;
pub use test_portal::{ACCOUNT, ADA, Browser, PASSWORD, START, TestPortal, browser_at, new_token, open};

/// Waits until `holds` returns true, and returns how long that took.
///
/// # Panics
/// Panics with the message `failure` after 10 seconds.
pub async fn eventually<F: Future<Output = bool>>(failure: &str, mut holds: impl FnMut() -> F) -> Duration {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < Duration::from_secs(10), "{failure}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    started.elapsed()
}

/// Returns the configuration of email without a mail server.
pub fn mail_config() -> portal::mail::MailConfig {
    portal::mail::MailConfig {
        smtp: None,
        sender: "Gatehouse <gatehouse@example.com>".parse().unwrap(),
        public_url: "http://localhost:3000".parse().unwrap(),
    }
}

/// Returns a random number.
pub fn random_u128() -> u128 {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    u128::from_be_bytes(bytes)
}

/// Returns the validation error of `field`.
///
/// # Panics
/// Panics if the result is not a validation error for this field.
#[track_caller]
pub fn validation_error<T: std::fmt::Debug>(result: Result<T>, field: &str) -> String {
    match result {
        Err(portal::Error::Invalid(errors)) => errors
            .get(field)
            .unwrap_or_else(|| panic!("no validation error for {field}: {errors}"))
            .to_owned(),
        other => panic!("expected a validation error for {field}, got {other:?}"),
    }
}

/// Asserts that the result is this error.
#[macro_export]
macro_rules! assert_rejected {
    ($result:expr, $error:pat) => {{
        let result = $result;
        assert!(
            matches!(result, Err($error)),
            "expected {}, got {result:?}",
            stringify!($error)
        );
    }};
}
