//! The public origin that signatures are made for (RFC 5849 §3.4.1.2).

use std::{fmt, net::Ipv6Addr, str::FromStr};

use thiserror::Error;

use crate::oauth1::signature::encoding::encode;

/// Holds the public scheme, host and port of the portal, in the form with which a base string URI starts: lower case, without
/// the scheme's default port.
///
/// It comes from the configuration and never from the request, so that a `Host` header or a proxy's headers can't change
/// what was signed.
///
/// ```
/// use domain::oauth1::Origin;
///
/// let origin: Origin = "HTTPS://Portal.Example.com:443/".parse()?;
/// assert_eq!(origin.as_str(), "https://portal.example.com");
/// # Ok::<(), domain::oauth1::ParseOriginError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    text: String,
    /// The percent-encoded origin, cached for base strings.
    encoded: String,
}

/// The error for an invalid public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParseOriginError {
    /// The scheme is neither `http` nor `https`.
    #[error("the public URL must start with http:// or https://")]
    Scheme,
    /// The host is missing or invalid.
    #[error(
        "the public URL needs a host name or an IP address; use the ASCII form of an internationalized name (xn--…)"
    )]
    Host,
    /// The port is not a number from 1 to 65535.
    #[error("the port of the public URL must be a number from 1 to 65535")]
    Port,
    /// The URL has a user, a path, a query or a fragment.
    #[error("the public URL must be scheme, host and port only, such as https://portal.example.com")]
    Extra,
}

impl Origin {
    /// Returns the origin, such as `https://portal.example.com:8443`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the host and port, the expected value of the `Host` header (RFC 9110 §7.2).
    #[must_use]
    pub fn authority(&self) -> &str {
        self.text.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Reports whether `host`, the value of a `Host` header, matches this origin. The comparison is not case-sensitive, and the
    /// scheme's default port may be omitted.
    #[must_use]
    pub fn matches_host(&self, host: &str) -> bool {
        let default_port = if self.is_secure() { ":443" } else { ":80" };
        let host = host.strip_suffix(default_port).unwrap_or(host);
        self.authority().eq_ignore_ascii_case(host)
    }

    /// Reports whether the scheme is `https`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// Returns the percent-encoded origin.
    pub(crate) fn encoded(&self) -> &str {
        &self.encoded
    }
}

impl FromStr for Origin {
    type Err = ParseOriginError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = url.split_once("://").ok_or(ParseOriginError::Scheme)?;
        let (scheme, default_port) = match scheme {
            http if http.eq_ignore_ascii_case("http") => ("http", 80),
            https if https.eq_ignore_ascii_case("https") => ("https", 443),
            _ => return Err(ParseOriginError::Scheme),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#', '@', '\\']) {
            return Err(ParseOriginError::Extra);
        }
        let (host, port) = split_port(authority);
        if !is_host(host) {
            return Err(ParseOriginError::Host);
        }
        let mut text = format!("{scheme}://{}", host.to_ascii_lowercase());
        // RFC 3986 §3.2.3 lets the port be empty, which means the default.
        if let Some(port) = port.filter(|port| !port.is_empty()) {
            let is_numeric = port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port
                .parse::<u16>()
                .ok()
                .filter(|port| is_numeric && *port != 0)
                .ok_or(ParseOriginError::Port)?;
            if port != default_port {
                text.push_str(&format!(":{port}"));
            }
        }
        let encoded = encode(&text).into_owned();
        Ok(Self { text, encoded })
    }
}

/// Splits host and port. The colons within the brackets of an IPv6 address are part of the host.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let after_address = authority.find(']').map_or(0, |bracket| bracket + 1);
    match authority[after_address..].find(':') {
        Some(colon) => (
            &authority[..after_address + colon],
            Some(&authority[after_address + colon + 1..]),
        ),
        None => (authority, None),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Origin").field(&self.text).finish()
    }
}
