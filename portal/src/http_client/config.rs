//! The configuration of the HTTP client.

use crate::http_client::hosts::PrivateHosts;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::CertificateDer;

/// The default timeout of each step.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);

/// A DNS resolver.
pub trait Resolve: Send + Sync {
    /// Resolves a name to addresses.
    fn resolve(&self, host: String, port: u16) -> ResolveFuture;
}

/// A future that resolves to addresses.
pub type ResolveFuture = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

/// The resolver of the operating system.
pub(crate) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: String, port: u16) -> ResolveFuture {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// Configures the HTTP client.
#[derive(Clone)]
pub struct HttpClientConfig {
    /// Private hosts that requests may be sent to.
    pub private_hosts: PrivateHosts,
    /// Trusted root certificates in addition to the system's.
    pub roots: Vec<CertificateDer<'static>>,
    /// The DNS resolver, or `None` for the system's.
    pub resolver: Option<Arc<dyn Resolve>>,
    /// The timeout of each step: name resolution, connection, TLS handshake, and response.
    pub step_timeout: Duration,
}

impl Default for HttpClientConfig {
    fn default() -> Self {
        Self {
            private_hosts: PrivateHosts::default(),
            roots: Vec::new(),
            resolver: None,
            step_timeout: STEP_TIMEOUT,
        }
    }
}

impl fmt::Debug for HttpClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClientConfig")
            .field("private_hosts", &self.private_hosts)
            .finish_non_exhaustive()
    }
}
