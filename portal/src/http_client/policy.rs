//! What the operator has decided about requests to others.

use crate::http_client::hosts::PrivateHosts;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::CertificateDer;

/// How long each step may take unless the policy says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// How names become addresses.
pub trait Resolve: Send + Sync {
    /// The addresses that a name leads to.
    fn resolve(&self, host: String, port: u16) -> Resolving;
}

/// Addresses, in a while.
pub type Resolving = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks names up as the system does.
pub(crate) struct System;

impl Resolve for System {
    fn resolve(&self, host: String, port: u16) -> Resolving {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// What the operator has decided about requests to others.
#[derive(Clone)]
pub struct Policy {
    /// Hosts that may be asked though they are not public.
    pub private_hosts: PrivateHosts,
    /// Authorities whose certificates hold, besides those that the system knows.
    pub roots: Vec<CertificateDer<'static>>,
    /// How names become addresses, where it is not the system that says.
    pub resolver: Option<Arc<dyn Resolve>>,
    /// How long each step may take: looking up a name, connecting, an answer.
    pub patience: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            private_hosts: PrivateHosts::default(),
            roots: Vec::new(),
            resolver: None,
            patience: PATIENCE,
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("private_hosts", &self.private_hosts)
            .finish_non_exhaustive()
    }
}
