//! TLS to other servers: whose certificates hold, and what is wrong with one that does not.

use crate::http_client::{Trouble, reason};
use std::sync::Arc;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// The client's side. It reads the system's certificates, and takes those of `more` authorities besides.
pub(crate) fn config(more: &[CertificateDer<'static>]) -> Result<ClientConfig, Trouble> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    // Those of the system add the organisation's own authorities; where they cannot be read, the public ones remain.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(more.iter().cloned());
    let provider = Arc::new(aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Trouble::Tls("this portal".to_owned(), error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// What went wrong while TLS was agreed on.
pub(crate) fn trouble(name: String, error: &std::io::Error) -> Trouble {
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
