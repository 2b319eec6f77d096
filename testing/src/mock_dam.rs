//! A mock DAM: a small HTTP server, optionally over TLS with certificates of its own authority.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The response of the mock DAM.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status and a JSON body.
    Json(u16, String),
    /// A status, a media type and a body.
    Body(u16, &'static str, Vec<u8>),
    /// A redirect to another URL.
    Redirect(String),
    /// A body that never ends.
    Endless,
    /// No response, with the connection left open.
    NoResponse,
    /// Bytes that are not HTTP.
    NotHttp,
}

/// A request that the mock DAM received.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    /// The request line.
    pub line: String,
    pub head: String,
    pub body: String,
}

/// A running mock DAM.
pub struct MockDam {
    pub port: u16,
    /// The requests that it received.
    pub requests: Arc<Mutex<Vec<ReceivedRequest>>>,
    /// The number of connections that it accepted.
    pub connections: Arc<Mutex<usize>>,
}

/// A certificate authority.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn root(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// Issues a server certificate for this host name.
    pub fn certificate(&self, name: &str) -> TlsAcceptor {
        self.certificate_until(name, 2100)
    }

    pub fn certificate_until(&self, name: &str, year: i32) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

impl MockDam {
    /// Starts a mock DAM on a loopback port; without `tls` it speaks plain HTTP.
    pub async fn start(
        tls: Option<TlsAcceptor>,
        reply: impl Fn(&ReceivedRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let dam = Self {
            port,
            requests: Arc::default(),
            connections: Arc::default(),
        };
        let (requests, connections, reply) = (dam.requests.clone(), dam.connections.clone(), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *connections.lock().unwrap() += 1;
                let (tls, requests, reply) = (tls.clone(), requests.clone(), reply.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                respond(stream, &requests, &*reply).await;
                            }
                        }
                        None => respond(stream, &requests, &*reply).await,
                    }
                });
            }
        });
        dam
    }

    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

async fn respond(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    requests: &Mutex<Vec<ReceivedRequest>>,
    reply: &(impl Fn(&ReceivedRequest) -> Reply + ?Sized),
) {
    while let Some(request) = read_request(&mut stream).await {
        requests.lock().unwrap().push(request.clone());
        let (status, content_type, body, extra_headers) = match reply(&request) {
            Reply::Json(status, body) => (status, "application/json", body.into_bytes(), String::new()),
            Reply::Body(status, content_type, body) => (status, content_type, body, String::new()),
            Reply::Redirect(location) => (302, "text/html", Vec::new(), format!("location: {location}\r\n")),
            Reply::NoResponse => {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                return;
            }
            Reply::NotHttp => {
                let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
                return;
            }
            Reply::Endless => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
                if stream.write_all(head).await.is_ok() {
                    while stream.write_all(&[b' '; 65536]).await.is_ok() {}
                }
                return;
            }
        };
        let head = format!(
            "HTTP/1.1 {status} Mock\r\ncontent-type: {content_type}\r\n{extra_headers}content-length: {}\r\n\r\n",
            body.len()
        );
        if stream.write_all(head.as_bytes()).await.is_err() || stream.write_all(&body).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<ReceivedRequest> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")?
                .parse::<usize>()
                .ok()
        })
        .unwrap_or_default();
    while bytes.len() < end + 4 + length {
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
    Some(ReceivedRequest {
        line: head.lines().next().unwrap_or_default().to_owned(),
        body: String::from_utf8(bytes[end + 4..].to_vec()).unwrap(),
        head,
    })
}
