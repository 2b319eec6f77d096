//! The public origin that signatures are made for (RFC 5849 §3.4.1.2).

use std::{fmt, net::Ipv6Addr, str::FromStr};

use thiserror::Error;

use crate::oauth1::encoding::encode;

/// Scheme, host and port under which clients reach the portal, in the form that a base string URI starts with:
/// lower case, without the scheme's default port.
///
/// It comes from the configuration and never from the request, so that what stands in `Host` or in a proxy's headers
/// cannot change what was signed.
///
/// ```
/// use domain::oauth1::Origin;
///
/// let origin: Origin = "HTTPS://Portal.Example.com:443/".parse()?;
/// assert_eq!(origin.as_str(), "https://portal.example.com");
/// # Ok::<(), domain::oauth1::InvalidOrigin>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    text: String,
    /// Percent-encoded once, as each base string carries it.
    encoded: String,
}

/// Why a text is not a public origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidOrigin {
    /// Neither `http` nor `https`.
    #[error("the public URL must start with http:// or https://")]
    Scheme,
    /// No host, or one that cannot stand in a URL.
    #[error("the public URL needs a host name or an IP address; write an international name in its ASCII form (xn--…)")]
    Host,
    /// A port that is no number from 1 to 65535.
    #[error("the port of the public URL must be a number from 1 to 65535")]
    Port,
    /// A user, a path, a query or a fragment.
    #[error("the public URL must be scheme, host and port only, such as https://portal.example.com")]
    Extra,
}

impl Origin {
    /// The origin, such as `https://portal.example.com:8443`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port, as the `Host` header of a request for this origin has them (RFC 9110 §7.2).
    #[must_use]
    pub fn authority(&self) -> &str {
        self.text.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether `host`, the value of a `Host` header, names this origin's host and port; case does not count, and the
    /// scheme's default port may be left out.
    #[must_use]
    pub fn is_at(&self, host: &str) -> bool {
        let default_port = if self.is_secure() { ":443" } else { ":80" };
        let host = host.strip_suffix(default_port).unwrap_or(host);
        self.authority().eq_ignore_ascii_case(host)
    }

    /// Whether clients reach the portal over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// The origin, percent-encoded.
    pub(crate) fn encoded(&self) -> &str {
        &self.encoded
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = url.split_once("://").ok_or(InvalidOrigin::Scheme)?;
        let (scheme, default_port) = match scheme {
            http if http.eq_ignore_ascii_case("http") => ("http", 80),
            https if https.eq_ignore_ascii_case("https") => ("https", 443),
            _ => return Err(InvalidOrigin::Scheme),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#', '@', '\\']) {
            return Err(InvalidOrigin::Extra);
        }
        let (host, port) = split_port(authority);
        if !is_host(host) {
            return Err(InvalidOrigin::Host);
        }
        let mut text = format!("{scheme}://{}", host.to_ascii_lowercase());
        // RFC 3986 §3.2.3 lets the port be empty, which means the default.
        if let Some(port) = port.filter(|port| !port.is_empty()) {
            let digits = port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port
                .parse::<u16>()
                .ok()
                .filter(|port| digits && *port != 0)
                .ok_or(InvalidOrigin::Port)?;
            if port != default_port {
                text.push_str(&format!(":{port}"));
            }
        }
        let encoded = encode(&text).into_owned();
        Ok(Self { text, encoded })
    }
}

/// Host and port; the colons of an IPv6 address stand in brackets.
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
