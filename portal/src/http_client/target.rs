//! The servers that requests are sent to.

use crate::http_client::HttpClientError;
use std::fmt;
use url::{Host, Url};

/// Identifies a server by scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) is_tls: bool,
    pub(crate) host: Host<String>,
    pub(crate) port: u16,
}

impl Target {
    /// Returns the server of an `http` or `https` URL.
    ///
    /// # Errors
    /// Returns [`HttpClientError::InvalidUrl`] for other schemes, URLs without a host, and URLs with credentials.
    pub(crate) fn from_url(url: &Url) -> Result<Self, HttpClientError> {
        let invalid_url = || HttpClientError::InvalidUrl(url.host_str().unwrap_or("the URL").to_owned());
        let is_tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(invalid_url()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid_url());
        }
        Ok(Self {
            is_tls,
            host: url.host().ok_or_else(invalid_url)?.to_owned(),
            port: url.port_or_known_default().ok_or_else(invalid_url)?,
        })
    }

    fn default_port(&self) -> u16 {
        if self.is_tls { 443 } else { 80 }
    }

    /// Returns host and port in the form of the `Host` header.
    pub(crate) fn authority(&self) -> String {
        if self.port == self.default_port() {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
    }
}
