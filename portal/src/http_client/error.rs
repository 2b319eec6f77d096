//! The errors of the HTTP client, with advice for the user.

use std::net::IpAddr;

/// The error of a request to another server. Each variant starts with the host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpClientError {
    /// The name has no addresses.
    #[error("Couldn't resolve {0}.")]
    NameNotFound(String),
    /// The DNS lookup failed, with the reason.
    #[error("The DNS lookup for {0} failed: {1}.")]
    LookupFailed(String, String),
    /// The name resolves to an address that the portal must not connect to.
    #[error("{0} resolves to {1}, which is not a public address.")]
    PrivateAddress(String, IpAddr),
    /// The TCP connection failed, with the reason.
    #[error("Couldn't connect to {0}: {1}.")]
    Unreachable(String, String),
    /// The certificate is invalid, with the reason.
    #[error("The certificate of {0} was not accepted: {1}.")]
    Certificate(String, String),
    /// The TLS handshake failed, with the reason.
    #[error("The TLS handshake with {0} failed: {1}.")]
    Tls(String, String),
    /// The URL uses plain HTTP, which is not allowed for this host.
    #[error("{0} requires HTTPS.")]
    HttpsRequired(String),
    /// A step timed out, with the timeout in seconds.
    #[error("{0} didn't respond within {1} s.")]
    TimedOut(String, u64),
    /// The response is too large, with the limit in KiB.
    #[error("The response from {0} is larger than {1} KiB.")]
    TooLarge(String, usize),
    /// The server violated the HTTP protocol or closed the connection, with the reason.
    #[error("The connection to {0} was lost: {1}.")]
    ConnectionLost(String, String),
    /// The server redirects to another location, where the request must not be sent.
    #[error("{0} redirects to {1}.")]
    Redirected(String, String),
    /// The server redirects too often.
    #[error("{0} redirects too many times.")]
    TooManyRedirects(String),
    /// The URL, or the URL of a redirect, is invalid.
    #[error("The URL or redirect of {0} is invalid.")]
    InvalidUrl(String),
}

impl HttpClientError {
    /// Returns advice for the user.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NameNotFound(_) => "Check the Portal URL for typos. Use the domain where you open the DAM.",
            Self::LookupFailed(..) => "Check the DNS configuration of this portal's server, then test again.",
            Self::PrivateAddress(..) => {
                "If the DAM is in your private network, ask the operator of this portal to add it to the setting \
                 allowed_private_hosts. Otherwise, check the Portal URL."
            }
            Self::Unreachable(..) => {
                "Check the Portal URL and its port. Make sure that no firewall blocks connections from this portal's server."
            }
            Self::Certificate(..) => {
                "Renew or correct the DAM's certificate. If it is issued by a private CA, add that CA to the trust store of \
                 this portal's server."
            }
            Self::Tls(..) => "Check the port of the Portal URL, and make sure that the DAM supports TLS 1.2 or 1.3.",
            Self::HttpsRequired(_) => "Enter the Portal URL with https.",
            Self::TimedOut(..) => "Try again later. If the problem continues, contact your DAM administrator.",
            Self::TooLarge(..) | Self::ConnectionLost(..) | Self::InvalidUrl(_) | Self::TooManyRedirects(_) => {
                "Check that the Portal URL is the URL of the DAM, not of another site."
            }
            Self::Redirected(..) => "If this is the DAM's new address, enter it as the Portal URL.",
        }
    }
}
