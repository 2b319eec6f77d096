//! How long, how many and how much.

use crate::config::{Config, Networks};
use std::time::Duration;

/// The limits on connections. [`Default`] is what holds unless the operator sets otherwise.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// The proxies that connect for many clients: bounded in all, but not for each address.
    pub trusted_proxies: Networks,
    /// How many connections may be open at a time.
    pub max_connections: usize,
    /// How many connections without a valid credential a client address may have open at a time.
    pub max_connections_per_address: usize,
    /// How many bytes connections without a valid credential may hold together in unfinished heads and bodies.
    pub max_unauthenticated_bytes: usize,
    /// How long a client may take from connecting to the end of the first head.
    pub head_timeout: Duration,
    /// How long a client may take from the end of an answer to the end of the next head. Proxies keep connections to a
    /// server for up to a minute, so it is longer than that: who closes first must not be the server.
    pub idle_timeout: Duration,
    /// How long a body may take in all, besides the time that [`Self::min_body_bytes_per_second`] grants for its length.
    pub body_timeout: Duration,
    /// How long a body may pause.
    pub body_idle_timeout: Duration,
    /// How fast a long body must come on average.
    pub min_body_bytes_per_second: u32,
    /// How long an answer may wait for a client that takes nothing of it.
    pub write_timeout: Duration,
    /// How often an HTTP/2 client is asked whether it is still there.
    pub http2_ping_interval: Duration,
    /// How long it may take to say so.
    pub http2_ping_timeout: Duration,
}

impl ConnectionLimits {
    /// Returns what the operator's settings and the process's open files allow.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            trusted_proxies: config.trusted_proxies.clone(),
            max_connections: usize::try_from(config.max_connections).unwrap_or(usize::MAX),
            max_connections_per_address: match config.max_connections_per_address {
                0 => usize::MAX,
                limit => usize::try_from(limit).unwrap_or(usize::MAX),
            },
            ..Self::default()
        }
    }

    /// Returns how many connections there may be of addresses that have not lately shown a valid credential: a quarter
    /// of all is kept for the others.
    #[must_use]
    pub fn max_stranger_connections(&self) -> usize {
        self.max_connections - self.max_connections / 4
    }
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            trusted_proxies: Networks::default(),
            max_connections: 10_000,
            max_connections_per_address: 256,
            max_unauthenticated_bytes: 32 * 1024 * 1024,
            head_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(75),
            body_timeout: Duration::from_secs(30),
            body_idle_timeout: Duration::from_secs(15),
            min_body_bytes_per_second: 16 * 1024,
            write_timeout: Duration::from_secs(30),
            http2_ping_interval: Duration::from_secs(30),
            http2_ping_timeout: Duration::from_secs(20),
        }
    }
}
