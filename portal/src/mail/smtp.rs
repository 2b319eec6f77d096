//! Sends one message through SMTP (RFC 5321), step by step: whether the server may have accepted a message depends on how far
//! the session got.

use crate::crypto::secret::Secret;
use domain::oauth1::Origin;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use std::error::Error as _;
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;

/// The default timeout of each step of a session.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);

/// The default timeout of the server's answer to a whole message (RFC 5321 §4.5.3.2.6). A shorter one would cause emails that
/// arrive twice.
const ACCEPTANCE_TIMEOUT: Duration = Duration::from_secs(600);

/// Configures the connection to the mail server.
#[derive(Clone)]
pub struct SmtpConfig {
    /// The server's host name or IP address.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: SmtpSecurity,
    /// The user name and the password, if the server requires them.
    pub credentials: Option<(String, Secret)>,
    /// Trusted root certificates in PEM format, in addition to the system's.
    pub roots: Vec<String>,
    /// The timeout of each step.
    pub step_timeout: Duration,
    /// The timeout of the server's answer to a whole message.
    pub acceptance_timeout: Duration,
}

/// How the connection to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// The connection starts without encryption, and must be upgraded before anything is sent (RFC 3207).
    StartTls,
    /// The connection is encrypted from the start (RFC 8314 §3.3).
    ImplicitTls,
    /// The connection is not encrypted.
    None,
}

impl SmtpConfig {
    /// Returns a configuration with the default timeouts.
    #[must_use]
    pub fn new(host: String, port: u16, security: SmtpSecurity) -> Self {
        Self {
            host,
            port,
            security,
            credentials: None,
            roots: Vec::new(),
            step_timeout: STEP_TIMEOUT,
            acceptance_timeout: ACCEPTANCE_TIMEOUT,
        }
    }

    /// Returns the host without the brackets of an IPv6 address.
    fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

impl fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpConfig({}:{}, {:?})", self.host, self.port, self.security)
    }
}

/// Describes why the mail server didn't take a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct DeliveryError {
    /// The reason, for the operator, with the server's answer.
    pub message: String,
    /// Whether the server said that trying again is of no use (RFC 5321 §4.2.1).
    pub is_permanent: bool,
    /// Whether the server may nevertheless have accepted the message, because its answer was lost.
    pub may_be_accepted: bool,
}

/// A session with the mail server.
pub(crate) struct SmtpSession<'a> {
    config: &'a SmtpConfig,
    connection: AsyncSmtpConnection,
}

impl<'a> SmtpSession<'a> {
    /// Connects, encrypts the connection, and signs in.
    pub async fn open(config: &'a SmtpConfig, public_url: &Origin) -> Result<Self, DeliveryError> {
        let hello_name = hello_name(public_url);
        let server = format!("{}:{}", config.host, config.port);
        let tls = match config.security {
            SmtpSecurity::None => None,
            SmtpSecurity::StartTls | SmtpSecurity::ImplicitTls => {
                Some(tls_parameters(config).map_err(|error| failure("couldn't prepare TLS", &error))?)
            }
        };
        let implicit_tls = tls.clone().filter(|_| config.security == SmtpSecurity::ImplicitTls);
        let connected = AsyncSmtpConnection::connect_tokio1(
            (config.bare_host(), config.port),
            Some(config.step_timeout),
            &hello_name,
            implicit_tls,
            None,
        );
        let what = format!("couldn't connect to {server}");
        let mut session = Self {
            config,
            connection: step(config, &what, connected).await?,
        };
        if let (SmtpSecurity::StartTls, Some(tls)) = (config.security, tls) {
            let upgraded = session.connection.starttls(tls, &hello_name);
            step(config, "couldn't encrypt the connection with STARTTLS", upgraded).await?;
        }
        if let Some((user, password)) = &config.credentials {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let authenticated = session.connection.auth(DEFAULT_MECHANISMS, &credentials);
            step(config, "couldn't sign in to the mail server", authenticated).await?;
        }
        Ok(session)
    }

    /// Names sender and recipient, and asks whether the server takes a message. Until [`send`](Self::send), the server can't
    /// have accepted it.
    pub async fn prepare(&mut self, envelope: &Envelope) -> Result<(), DeliveryError> {
        let mut parameters = Vec::new();
        let mut addresses = envelope.from().into_iter().chain(envelope.to());
        if !addresses.all(|address| address.to_string().is_ascii()) {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(DeliveryError {
                    message: "the mail server doesn't support internationalized addresses (SMTPUTF8)".to_owned(),
                    is_permanent: true,
                    may_be_accepted: false,
                });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(envelope.from().cloned(), parameters);
        step(
            self.config,
            "the mail server rejected the sender",
            self.connection.command(mail),
        )
        .await?;
        for recipient in envelope.to() {
            let rcpt = Rcpt::new(recipient.clone(), Vec::new());
            step(
                self.config,
                "the mail server rejected the recipient",
                self.connection.command(rcpt),
            )
            .await?;
        }
        step(
            self.config,
            "the mail server rejected the message",
            self.connection.command(Data),
        )
        .await?;
        Ok(())
    }

    /// Sends the whole message and waits for the server's answer.
    pub async fn send(&mut self, message: &[u8]) -> Result<(), DeliveryError> {
        const LOST: &str = "the mail server's answer to the message was lost";
        let outcome = timeout(self.config.acceptance_timeout, self.connection.message(message)).await;
        let error = match outcome {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => {
                return Err(DeliveryError {
                    message: format!("{LOST}: it didn't answer in time"),
                    is_permanent: false,
                    may_be_accepted: true,
                });
            }
        };
        if error.status().is_some() {
            return Err(failure("the mail server rejected the message", &error));
        }
        Err(DeliveryError {
            may_be_accepted: true,
            ..failure(LOST, &error)
        })
    }

    /// Ends the session. Errors are of no consequence.
    pub async fn close(mut self) {
        let _ = timeout(Duration::from_secs(2), self.connection.quit()).await;
    }
}

/// Returns the name that this client introduces itself by: the host of the portal.
fn hello_name(public_url: &Origin) -> ClientId {
    let authority = public_url.authority();
    let is_ipv6 = authority.starts_with('[');
    let host = if is_ipv6 {
        authority.split_inclusive(']').next().unwrap_or(authority)
    } else {
        authority.split(':').next().unwrap_or(authority)
    };
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(std::net::IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(std::net::IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(host.to_owned()),
    }
}

/// Trusts the public certificates, those of the system, and the configured ones.
fn tls_parameters(config: &SmtpConfig) -> Result<TlsParameters, SmtpError> {
    let mut builder =
        TlsParametersBuilder::new(config.bare_host().to_owned()).certificate_store(CertificateStore::WebpkiRoots);
    for certificate in rustls_native_certs::load_native_certs().certs {
        if let Ok(certificate) = Certificate::from_der(certificate.to_vec()) {
            builder = builder.add_root_certificate(certificate);
        }
    }
    for pem in &config.roots {
        builder = builder.add_root_certificate(Certificate::from_pem(pem.as_bytes())?);
    }
    builder.build_rustls()
}

/// Waits for a step of the session, with a timeout.
async fn step<T>(
    config: &SmtpConfig,
    what: &str,
    outcome: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, DeliveryError> {
    match timeout(config.step_timeout, outcome).await {
        Ok(outcome) => outcome.map_err(|error| failure(what, &error)),
        Err(_) => Err(DeliveryError {
            message: format!("{what}: it didn't answer in time"),
            is_permanent: false,
            may_be_accepted: false,
        }),
    }
}

/// Describes an error with the answer of the server or the cause.
fn failure(what: &str, error: &SmtpError) -> DeliveryError {
    let reason = match (error.status(), error.source()) {
        (Some(code), Some(source)) => format!("{code} {source}"),
        (Some(code), None) => code.to_string(),
        (None, Some(source)) => source.to_string(),
        (None, None) => error.to_string(),
    };
    // Terminals interpret control characters.
    let reason = reason.replace(char::is_control, " ");
    DeliveryError {
        message: format!("{what}: {}", reason.trim()),
        is_permanent: error.is_permanent(),
        may_be_accepted: false,
    }
}
