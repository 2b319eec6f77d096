//! The certificate of the SMTP server.

use crate::mock_dam::Authority;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio_rustls::TlsAcceptor;

/// Creates a certificate for `localhost`. Returns the acceptor that uses it, and the certificate of its authority in PEM format.
pub(super) fn new_acceptor() -> (TlsAcceptor, String) {
    let authority = Authority::new("Test SMTP server CA");
    (authority.certificate("localhost"), pem(&authority.root()))
}

/// Encodes a certificate as PEM, which rcgen does only with another dependency.
fn pem(certificate: &[u8]) -> String {
    let text = STANDARD.encode(certificate);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in text.as_bytes().chunks(64) {
        pem.push_str(str::from_utf8(line).unwrap());
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}
