//! TLS connections to other servers.

use crate::http_client::{HttpClientError, root_cause};
use std::sync::Arc;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// Returns a client configuration that trusts the system's certificates and `extra_roots`.
pub(crate) fn client_config(extra_roots: &[CertificateDer<'static>]) -> Result<ClientConfig, HttpClientError> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    // The system's certificates may include private CAs. If they can't be read, the public ones remain.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(extra_roots.iter().cloned());
    let provider = Arc::new(aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| HttpClientError::Tls("this portal".to_owned(), error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Maps an error of the TLS handshake.
pub(crate) fn handshake_error(name: String, error: &std::io::Error) -> HttpClientError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(error)) => HttpClientError::Certificate(name, certificate_reason(error)),
        Some(other) => HttpClientError::Tls(name, other.to_string()),
        None => HttpClientError::Tls(name, root_cause(error)),
    }
}

fn certificate_reason(error: &rustls::CertificateError) -> String {
    use rustls::CertificateError as E;
    match error {
        E::Expired | E::ExpiredContext { .. } => "it has expired",
        E::NotValidYet | E::NotValidYetContext { .. } => "it is not valid yet",
        E::NotValidForName | E::NotValidForNameContext { .. } => "it is for a different name",
        E::UnknownIssuer => "its issuer is unknown",
        E::BadSignature => "its signature is invalid",
        E::Revoked => "it has been revoked",
        _ => return format!("{error:?}"),
    }
    .to_owned()
}
