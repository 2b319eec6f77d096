//! Requests to other servers, none of which gets the portal to ask where it must not.
//!
//! A name is looked up once; the addresses that come of it are checked, and the connection goes to one of those and to no
//! other, whatever the name server says next. Each step of a redirect goes the same way.

mod addresses;
mod connection;
mod hosts;
mod policy;
mod target;
mod tls;
mod trouble;

pub(crate) use crate::http_client::connection::Connection;
pub use crate::http_client::hosts::{NotAHost, PrivateHosts};
pub use crate::http_client::policy::{Policy, Resolve, Resolving};
pub use crate::http_client::target::Target;
pub use crate::http_client::trouble::Trouble;

use crate::http_client::policy::System;
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

/// How many of a name's addresses are tried.
const TRIED: usize = 4;

/// How many times an answer may lead on.
const REDIRECTS: usize = 3;

/// The way out. A clone is the same.
#[derive(Clone)]
pub(crate) struct Outgoing {
    policy: Policy,
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl Outgoing {
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            tls: Arc::default(),
        }
    }

    /// The addresses at which a server may be asked.
    pub async fn resolve(&self, target: &Target) -> Result<Vec<SocketAddr>, Trouble> {
        let name = target.host.to_string();
        let is_allowed = self.policy.private_hosts.allow(target);
        if !target.secure && !is_allowed {
            return Err(Trouble::NotSecure(name));
        }
        let found = match &target.host {
            Host::Ipv4(address) => vec![SocketAddr::from((*address, target.port))],
            Host::Ipv6(address) => vec![SocketAddr::from((*address, target.port))],
            Host::Domain(domain) => {
                let lookup = match &self.policy.resolver {
                    Some(resolver) => resolver.resolve(domain.clone(), target.port),
                    None => System.resolve(domain.clone(), target.port),
                };
                match timeout(self.policy.patience, lookup).await {
                    Ok(Ok(found)) => found,
                    // What the system says of a name that is not there differs from system to system.
                    Ok(Err(_)) => return Err(Trouble::NoSuchName(name)),
                    Err(_) => return Err(Trouble::NameServer(name, "it took too long".to_owned())),
                }
            }
        };
        let first = found
            .first()
            .copied()
            .ok_or_else(|| Trouble::NoSuchName(name.clone()))?;
        let may_be_asked = |address: &SocketAddr| is_allowed || crate::http_client::addresses::is_public(address.ip());
        let public: Vec<SocketAddr> = found.into_iter().filter(may_be_asked).collect();
        if public.is_empty() {
            return Err(Trouble::NotPublic(name, first.ip()));
        }
        Ok(public)
    }

    /// Connects to one of these addresses, which [`resolve`](Self::resolve) has given.
    pub async fn connect(&self, target: &Target, addresses: &[SocketAddr]) -> Result<Connection, Trouble> {
        let name = target.host.to_string();
        let mut trouble = Trouble::Unreachable(name.clone(), "there is no address".to_owned());
        for address in addresses.iter().take(TRIED) {
            match timeout(self.policy.patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return self.greet(target, stream, address.ip()).await,
                Ok(Err(error)) => trouble = Trouble::Unreachable(name.clone(), reason(&error)),
                Err(_) => trouble = Trouble::Slow(name.clone(), self.policy.patience.as_secs()),
            }
        }
        Err(trouble)
    }

    async fn greet(&self, target: &Target, stream: TcpStream, peer: IpAddr) -> Result<Connection, Trouble> {
        let name = target.host.to_string();
        if !target.secure {
            return Connection::begin(stream, target, peer, None, self.policy.patience).await;
        }
        let server = ServerName::try_from(match target.host {
            // A literal stands in brackets in a URL, and without them in a certificate.
            Host::Ipv6(address) => address.to_string(),
            _ => name.clone(),
        })
        .map_err(|_| Trouble::NoAddress(name.clone()))?;
        let connector = TlsConnector::from(self.tls()?);
        let stream = match timeout(self.policy.patience, connector.connect(server, stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(crate::http_client::tls::trouble(name, &error)),
            Err(_) => return Err(Trouble::Slow(name, self.policy.patience.as_secs())),
        };
        let version = stream.get_ref().1.protocol_version();
        let version = match version {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
            _ => "TLS 1.2",
        };
        Connection::begin(stream, target, peer, Some(version), self.policy.patience).await
    }

    /// Made when it is first needed: it reads the system's certificates.
    fn tls(&self) -> Result<Arc<ClientConfig>, Trouble> {
        if let Some(tls) = self.tls.get() {
            return Ok(Arc::clone(tls));
        }
        let config = crate::http_client::tls::config(&self.policy.roots)?;
        Ok(Arc::clone(self.tls.get_or_init(|| Arc::new(config))))
    }

    /// Connects to the server of an address.
    pub async fn open(&self, url: &Url) -> Result<Connection, Trouble> {
        let target = Target::of(url)?;
        let addresses = self.resolve(&target).await?;
        self.connect(&target, &addresses).await
    }

    /// What an address answers, and the address that it was in the end. `bearer` goes to its own server only, wherever
    /// that leads.
    pub async fn get(&self, url: &Url, bearer: Option<&HeaderValue>, max: usize) -> Result<Response<Bytes>, Trouble> {
        let home = Target::of(url)?;
        let mut url = url.clone();
        for _ in 0..=REDIRECTS {
            let mut connection = self.open(&url).await?;
            let mut request = Request::builder().method(Method::GET).header(ACCEPT, "*/*");
            if let Some(bearer) = bearer.filter(|_| connection.target == home) {
                request = request.header(http::header::AUTHORIZATION, bearer);
            }
            let request = request.uri(path(&url)).body(Bytes::new());
            let name = connection.target.host.to_string();
            let request = request.map_err(|_| Trouble::NoAddress(name.clone()))?;
            let response = connection.send(request, max).await?;
            match leads_to(&response) {
                None => return Ok(response),
                Some(location) => url = url.join(location).map_err(|_| Trouble::NoAddress(name))?,
            }
        }
        Err(Trouble::TooManyRedirects(home.host.to_string()))
    }
}

/// Where an answer leads on to, if it does.
pub(crate) fn leads_to(response: &Response<Bytes>) -> Option<&str> {
    let location = response
        .headers()
        .get(LOCATION)
        .filter(|_| response.status().is_redirection())?;
    location.to_str().ok()
}

/// The part of an address that a request is made with.
pub(crate) fn path(url: &Url) -> Uri {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    path.parse().unwrap_or_else(|_| Uri::from_static("/"))
}

/// What lies at the bottom of an error, in the system's own words.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
