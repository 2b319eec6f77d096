//! An HTTP client for requests to other servers, with protection against server-side request forgery (SSRF).
//!
//! A name is resolved once; the resulting addresses are checked, and the connection uses only those, which prevents DNS
//! rebinding. Each redirect is checked in the same way.

mod addresses;
mod config;
mod connection;
mod error;
mod hosts;
mod target;
mod tls;

pub use crate::http_client::config::{HttpClientConfig, Resolve, ResolveFuture};
pub(crate) use crate::http_client::connection::Connection;
pub use crate::http_client::error::HttpClientError;
pub use crate::http_client::hosts::{PrivateHosts, PrivateHostsError};
pub use crate::http_client::target::Target;

use crate::http_client::config::SystemResolver;
use bytes::Bytes;
use http::header::{ACCEPT, LOCATION};
use http::{HeaderValue, Method, Request, Response, Uri};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig};
use url::{Host, Url};

/// The maximum number of addresses per name that are tried.
const MAX_ADDRESSES: usize = 4;

/// The maximum number of redirects.
const MAX_REDIRECTS: usize = 3;

/// The HTTP client. Clones share the same TLS configuration.
#[derive(Clone)]
pub(crate) struct HttpClient {
    config: HttpClientConfig,
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl HttpClient {
    /// Creates a client.
    pub fn new(config: HttpClientConfig) -> Self {
        Self {
            config,
            tls: Arc::default(),
        }
    }

    /// Resolves a server to its allowed addresses.
    pub async fn resolve(&self, target: &Target) -> Result<Vec<SocketAddr>, HttpClientError> {
        let name = target.host.to_string();
        let is_allowed = self.config.private_hosts.contains(target);
        if !target.is_tls && !is_allowed {
            return Err(HttpClientError::HttpsRequired(name));
        }
        let found = match &target.host {
            Host::Ipv4(address) => vec![SocketAddr::from((*address, target.port))],
            Host::Ipv6(address) => vec![SocketAddr::from((*address, target.port))],
            Host::Domain(domain) => {
                let lookup = match &self.config.resolver {
                    Some(resolver) => resolver.resolve(domain.clone(), target.port),
                    None => SystemResolver.resolve(domain.clone(), target.port),
                };
                match timeout(self.config.step_timeout, lookup).await {
                    Ok(Ok(found)) => found,
                    // The error for an unknown name differs between systems.
                    Ok(Err(_)) => return Err(HttpClientError::NameNotFound(name)),
                    Err(_) => return Err(HttpClientError::LookupFailed(name, "it timed out".to_owned())),
                }
            }
        };
        let first = found
            .first()
            .copied()
            .ok_or_else(|| HttpClientError::NameNotFound(name.clone()))?;
        let is_permitted = |address: &SocketAddr| is_allowed || crate::http_client::addresses::is_public(address.ip());
        let permitted: Vec<SocketAddr> = found.into_iter().filter(is_permitted).collect();
        if permitted.is_empty() {
            return Err(HttpClientError::PrivateAddress(name, first.ip()));
        }
        Ok(permitted)
    }

    /// Connects to one of the addresses returned by [`resolve`](Self::resolve).
    pub async fn connect(&self, target: &Target, addresses: &[SocketAddr]) -> Result<Connection, HttpClientError> {
        let name = target.host.to_string();
        let mut last_error = HttpClientError::Unreachable(name.clone(), "no address to connect to".to_owned());
        for address in addresses.iter().take(MAX_ADDRESSES) {
            match timeout(self.config.step_timeout, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return self.tls_handshake(target, stream, address.ip()).await,
                Ok(Err(error)) => last_error = HttpClientError::Unreachable(name.clone(), root_cause(&error)),
                Err(_) => last_error = HttpClientError::TimedOut(name.clone(), self.config.step_timeout.as_secs()),
            }
        }
        Err(last_error)
    }

    /// Performs the TLS handshake, unless the target uses plain HTTP, and the HTTP handshake.
    async fn tls_handshake(
        &self,
        target: &Target,
        stream: TcpStream,
        peer: IpAddr,
    ) -> Result<Connection, HttpClientError> {
        let name = target.host.to_string();
        if !target.is_tls {
            return Connection::handshake(stream, target, peer, None, self.config.step_timeout).await;
        }
        let server = ServerName::try_from(match target.host {
            // An IPv6 literal has brackets in a URL, but not in a certificate.
            Host::Ipv6(address) => address.to_string(),
            _ => name.clone(),
        })
        .map_err(|_| HttpClientError::InvalidUrl(name.clone()))?;
        let connector = TlsConnector::from(self.tls()?);
        let stream = match timeout(self.config.step_timeout, connector.connect(server, stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(crate::http_client::tls::handshake_error(name, &error)),
            Err(_) => return Err(HttpClientError::TimedOut(name, self.config.step_timeout.as_secs())),
        };
        let version = stream.get_ref().1.protocol_version();
        let version = match version {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
            _ => "TLS 1.2",
        };
        Connection::handshake(stream, target, peer, Some(version), self.config.step_timeout).await
    }

    /// Returns the TLS configuration. Created on first use, because it reads the system's certificates.
    fn tls(&self) -> Result<Arc<ClientConfig>, HttpClientError> {
        if let Some(tls) = self.tls.get() {
            return Ok(Arc::clone(tls));
        }
        let tls = crate::http_client::tls::client_config(&self.config.roots)?;
        Ok(Arc::clone(self.tls.get_or_init(|| Arc::new(tls))))
    }

    /// Connects to the server of a URL.
    pub async fn open(&self, url: &Url) -> Result<Connection, HttpClientError> {
        let target = Target::from_url(url)?;
        let addresses = self.resolve(&target).await?;
        self.connect(&target, &addresses).await
    }

    /// Sends a GET request, follows redirects, and returns the response, of at most `max` bytes. `bearer` is sent only to
    /// the server of `url`, not to other servers that it redirects to.
    pub async fn get(
        &self,
        url: &Url,
        bearer: Option<&HeaderValue>,
        max: usize,
    ) -> Result<Response<Bytes>, HttpClientError> {
        let origin = Target::from_url(url)?;
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut connection = self.open(&url).await?;
            let mut request = Request::builder().method(Method::GET).header(ACCEPT, "*/*");
            if let Some(bearer) = bearer.filter(|_| connection.target == origin) {
                request = request.header(http::header::AUTHORIZATION, bearer);
            }
            let request = request.uri(path(&url)).body(Bytes::new());
            let name = connection.target.host.to_string();
            let request = request.map_err(|_| HttpClientError::InvalidUrl(name.clone()))?;
            let response = connection.send(request, max).await?;
            match redirect_location(&response) {
                None => return Ok(response),
                Some(location) => url = url.join(location).map_err(|_| HttpClientError::InvalidUrl(name))?,
            }
        }
        Err(HttpClientError::TooManyRedirects(origin.host.to_string()))
    }
}

/// Returns the location that a response redirects to, if any.
pub(crate) fn redirect_location(response: &Response<Bytes>) -> Option<&str> {
    let location = response
        .headers()
        .get(LOCATION)
        .filter(|_| response.status().is_redirection())?;
    location.to_str().ok()
}

/// Returns the path and query of a URL.
pub(crate) fn path(url: &Url) -> Uri {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    path.parse().unwrap_or_else(|_| Uri::from_static("/"))
}

/// Returns the message of the innermost source of an error.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
