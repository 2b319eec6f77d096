//! Servers, as requests go to them.

use crate::http_client::Trouble;
use std::fmt;
use url::{Host, Url};

/// A server: what a connection goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) secure: bool,
    pub(crate) host: Host<String>,
    pub(crate) port: u16,
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
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
    }
}
