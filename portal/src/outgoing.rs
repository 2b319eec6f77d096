//! Requests to other servers, none of which gets the portal to ask where it must not.
//!
//! A name is looked up once; the addresses that come of it are checked, and the connection goes to one of those and to no
//! other, whatever the name server says next. Each step of a redirect goes the same way.

mod addresses;
mod hosts;
mod trouble;

pub use hosts::{NotAHost, PrivateHosts};
pub use trouble::Trouble;

use bytes::Bytes;
use http::header::{ACCEPT, HOST, LOCATION, USER_AGENT};
use http::{HeaderValue, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use url::{Host, Url};

/// How long each step may take unless the policy says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many of a name's addresses are tried.
const TRIED: usize = 4;

/// How many times an answer may lead on.
const REDIRECTS: usize = 3;

/// The longest head of an answer, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// How names become addresses.
pub trait Resolve: Send + Sync {
    /// The addresses that a name leads to.
    fn resolve(&self, host: String, port: u16) -> Resolving;
}

/// Addresses, in a while.
pub type Resolving = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks names up as the system does.
struct System;

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

/// A server: what a connection goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    secure: bool,
    host: Host<String>,
    port: u16,
}

impl Target {
    /// The server of an address of the web.
    ///
    /// # Errors
    /// [`Trouble::NoAddress`] for any other.
    pub(crate) fn of(url: &Url) -> Result<Self, Trouble> {
        let no_address = || Trouble::NoAddress(url.host_str().unwrap_or("the address").to_owned());
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(no_address()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(no_address());
        }
        Ok(Self {
            secure,
            host: url.host().ok_or_else(no_address)?.to_owned(),
            port: url.port_or_known_default().ok_or_else(no_address)?,
        })
    }

    fn default_port(&self) -> u16 {
        if self.secure { 443 } else { 80 }
    }

    /// Host and port, as the `Host` header has them.
    fn authority(&self) -> String {
        if self.port == self.default_port() {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
    }
}

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
        let may_be_asked = |address: &SocketAddr| is_allowed || addresses::is_public(address.ip());
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
            return self.begin(stream, target, peer, None).await;
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
            Ok(Err(error)) => return Err(tls_trouble(name, &error)),
            Err(_) => return Err(Trouble::Slow(name, self.policy.patience.as_secs())),
        };
        let version = stream.get_ref().1.protocol_version();
        let version = match version {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
            _ => "TLS 1.2",
        };
        self.begin(stream, target, peer, Some(version)).await
    }

    async fn begin<S>(
        &self,
        stream: S,
        target: &Target,
        peer: IpAddr,
        tls: Option<&'static str>,
    ) -> Result<Connection, Trouble>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Trouble::BrokeOff(target.host.to_string(), error.to_string()))?;
        let driver = tokio::spawn(async move {
            // What goes wrong is told to whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(Connection {
            sender,
            driver,
            target: target.clone(),
            peer,
            tls,
            patience: self.policy.patience,
        })
    }

    /// Made when it is first needed: it reads the system's certificates.
    fn tls(&self) -> Result<Arc<ClientConfig>, Trouble> {
        if let Some(tls) = self.tls.get() {
            return Ok(Arc::clone(tls));
        }
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        // Those of the system add the organisation's own authorities; where they cannot be read, the public ones remain.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots.add_parsable_certificates(self.policy.roots.iter().cloned());
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Trouble::Tls("this portal".to_owned(), error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
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

/// An open connection.
pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    target: Target,
    /// The address that it goes to.
    pub peer: IpAddr,
    /// The version of TLS; none where it goes without.
    pub tls: Option<&'static str>,
    patience: Duration,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    /// Sends a request and reads the answer, of at most `max` bytes.
    pub async fn send(&mut self, request: Request<Bytes>, max: usize) -> Result<Response<Bytes>, Trouble> {
        let name = self.target.host.to_string();
        let (mut parts, body) = request.into_parts();
        let host = HeaderValue::try_from(self.target.authority()).map_err(|_| Trouble::NoAddress(name.clone()))?;
        parts.headers.insert(HOST, host);
        let agent = HeaderValue::from_static(concat!("Gatehouse/", env!("CARGO_PKG_VERSION")));
        parts.headers.insert(USER_AGENT, agent);
        let exchange = async {
            let request = Request::from_parts(parts, Full::new(body));
            let broke_off = |error: hyper::Error| Trouble::BrokeOff(name.clone(), reason(&error));
            let response = self.sender.send_request(request).await.map_err(broke_off)?;
            let (parts, body) = response.into_parts();
            match Limited::new(body, max).collect().await {
                Ok(body) => Ok(Response::from_parts(parts, body.to_bytes())),
                Err(error) if error.is::<LengthLimitError>() => Err(Trouble::TooLarge(name.clone(), max / 1024)),
                Err(error) => Err(Trouble::BrokeOff(name.clone(), reason(error.as_ref()))),
            }
        };
        timeout(self.patience, exchange)
            .await
            .unwrap_or(Err(Trouble::Slow(name.clone(), self.patience.as_secs())))
    }
}

/// What lies at the bottom of an error, in the system's own words.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string().trim_end_matches('.').to_owned()
}

fn tls_trouble(name: String, error: &std::io::Error) -> Trouble {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(why)) => Trouble::Certificate(name, certificate_reason(why)),
        Some(other) => Trouble::Tls(name, other.to_string()),
        None => Trouble::Tls(name, reason(error)),
    }
}

fn certificate_reason(why: &rustls::CertificateError) -> String {
    use rustls::CertificateError as E;
    match why {
        E::Expired | E::ExpiredContext { .. } => "it has expired",
        E::NotValidYet | E::NotValidYetContext { .. } => "it is not valid yet",
        E::NotValidForName | E::NotValidForNameContext { .. } => "it is for another name",
        E::UnknownIssuer => "its authority is unknown",
        E::BadSignature => "it was not signed by the authority that it names",
        E::Revoked => "it has been revoked",
        _ => return format!("{why:?}"),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::net::TcpListener;

    /// First an address of the public internet, then ever this one.
    struct Turncoat {
        then: SocketAddr,
        asked: AtomicUsize,
    }

    impl Resolve for Turncoat {
        fn resolve(&self, _: String, port: u16) -> Resolving {
            let answer = match self.asked.fetch_add(1, Ordering::SeqCst) {
                0 => SocketAddr::from(([8, 8, 8, 8], port)),
                _ => self.then,
            };
            Box::pin(async move { Ok(vec![answer]) })
        }
    }

    /// Whoever checks one answer of a name server and connects by the next is fooled.
    #[tokio::test]
    async fn a_connection_goes_where_was_checked_whatever_the_name_says_then() {
        let (inside, checked) = (
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
        );
        let names = Arc::new(Turncoat {
            then: inside.local_addr().unwrap(),
            asked: AtomicUsize::new(0),
        });
        let outgoing = Outgoing::new(Policy {
            resolver: Some(Arc::clone(&names) as Arc<dyn Resolve>),
            ..Policy::default()
        });
        let url = Url::parse("https://dam.acme.example").unwrap();
        let target = Target::of(&url).unwrap();
        let found = outgoing.resolve(&target).await.unwrap();
        assert_eq!(found, [SocketAddr::from(([8, 8, 8, 8], 443))]);

        // In place of the public address, which a test does not ask, one that can be seen.
        let plain = Target {
            secure: false,
            ..target
        };
        let connection = outgoing
            .connect(&plain, &[checked.local_addr().unwrap()])
            .await
            .unwrap();
        checked.accept().await.unwrap();
        assert_eq!(connection.peer, checked.local_addr().unwrap().ip());
        assert_eq!(names.asked.load(Ordering::SeqCst), 1, "the name is not asked again");
        // The next one finds the name turned, and does not follow.
        let refused = outgoing.open(&url).await.err().unwrap();
        assert!(matches!(refused, Trouble::NotPublic(..)), "{refused}");
        let knocked = timeout(Duration::from_millis(50), inside.accept()).await;
        assert!(knocked.is_err(), "somebody came in");
    }
}
