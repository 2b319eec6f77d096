//! The limits on connections: times, counts and memory.

use crate::config::{Config, Networks};
use std::time::Duration;

/// Holds the limits on connections. [`Default`] returns the limits that apply unless the operator configures others.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// The proxies that connect for many clients: limited in total, but not per address.
    pub trusted_proxies: Networks,
    /// The maximum number of open connections.
    pub max_connections: usize,
    /// The maximum number of open connections without a valid credential from one client address.
    pub max_connections_per_address: usize,
    /// The maximum number of bytes in unfinished heads and bodies of all connections without a valid credential.
    pub max_unauthenticated_bytes: usize,
    /// The maximum time from connecting to the end of the first request head.
    pub head_timeout: Duration,
    /// The maximum time from the end of a response to the end of the next request head. Proxies keep connections to a
    /// server for up to a minute. The timeout is longer, so that the server is not the first to close.
    pub idle_timeout: Duration,
    /// The maximum time for a body, in addition to the time that [`Self::min_body_bytes_per_second`] allows for its
    /// length.
    pub body_timeout: Duration,
    /// The maximum time between two pieces of a body.
    pub body_idle_timeout: Duration,
    /// The minimum average rate of a long body.
    pub min_body_bytes_per_second: u32,
    /// The maximum time that a response waits for a client that reads nothing.
    pub write_timeout: Duration,
    /// The interval between pings to an HTTP/2 client.
    pub http2_ping_interval: Duration,
    /// The maximum time for an HTTP/2 client to acknowledge a ping.
    pub http2_ping_timeout: Duration,
}

impl ConnectionLimits {
    /// Returns the limits for the operator's configuration.
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

    /// Returns how many connections addresses without a recent valid credential may have in total. A quarter of all
    /// connections is reserved for known addresses and trusted proxies.
    #[must_use]
    pub fn max_unknown_connections(&self) -> usize {
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
