//! Validation and normalization of the DAM's portal URL.

use std::net::Ipv6Addr;

/// The maximum length of a portal URL, in characters.
const MAX_URL_CHARS: usize = 255;

/// The error for an invalid portal URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PortalUrlError {
    /// The host is not a domain or an IP address.
    #[error("Enter a domain such as acme.bynder.com.")]
    NoDomain,
    /// The text is longer than [`MAX_URL_CHARS`]: it has this many characters.
    #[error("Use at most {MAX_URL_CHARS} characters. You entered {0}.")]
    TooLong(usize),
    /// The URL contains a user name or a password.
    #[error("Remove the user name (before @).")]
    UserInfo,
    /// The scheme is neither `https` nor `http`.
    #[error("Use https.")]
    Scheme,
    /// The host contains non-ASCII characters.
    #[error("Enter an internationalized domain in its ASCII form (xn--…).")]
    NotAscii,
    /// The port is not a number from 1 to 65535.
    #[error("The port must be a number from 1 to 65535.")]
    Port,
}

/// Validates a portal URL and returns its origin: `https://acme.bynder.com`. A path, query or fragment is dropped. A missing
/// scheme and `http` become `https`; only a loopback host keeps `http`.
///
/// # Errors
/// Returns [`PortalUrlError`] for an invalid URL.
pub fn normalize(text: &str) -> Result<String, PortalUrlError> {
    let text = text.trim();
    let length = text.chars().count();
    if length > MAX_URL_CHARS {
        return Err(PortalUrlError::TooLong(length));
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("https".to_owned(), text),
    };
    if scheme != "https" && scheme != "http" {
        return Err(PortalUrlError::Scheme);
    }
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(PortalUrlError::UserInfo);
    }
    if !authority.is_ascii() {
        return Err(PortalUrlError::NotAscii);
    }
    let end = match authority.find(']') {
        Some(bracket) if authority.starts_with('[') => bracket + 1,
        _ => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(end);
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let is_local = is_loopback(host);
    if !(is_domain(host) || is_local || is_ip_address(host)) {
        return Err(PortalUrlError::NoDomain);
    }
    let scheme = if scheme == "http" && is_local { "http" } else { "https" };
    let port = match port.strip_prefix(':') {
        None => None,
        Some(digits) => {
            let number = digits
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| digits.parse::<u16>());
            let port = number.and_then(Result::ok).filter(|port| *port > 0);
            Some(port.ok_or(PortalUrlError::Port)?)
        }
    };
    Ok(match port {
        Some(port) if (scheme, port) != ("https", 443) && (scheme, port) != ("http", 80) => {
            format!("{scheme}://{host}:{port}")
        }
        _ => format!("{scheme}://{host}"),
    })
}

/// Returns the host and port of a normalized origin.
#[must_use]
pub fn authority(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, authority)| authority)
}

/// Reports whether `host` is a domain of at least two labels whose last one is not numeric (RFC 1123 §2.1).
fn is_domain(host: &str) -> bool {
    let mut labels = host.split('.');
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let last = labels.clone().next_back().unwrap_or_default();
    host.contains('.') && labels.all(is_label) && !last.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_ip_address(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match literal {
        Some(literal) => literal.parse::<Ipv6Addr>().is_ok(),
        None => host.parse::<std::net::Ipv4Addr>().is_ok(),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn portal_url_is_normalized_to_its_origin() {
        for (typed, origin) in [
            ("acme.bynder.com", "https://acme.bynder.com"),
            (" HTTPS://Acme.Bynder.com/media/?x=1#top ", "https://acme.bynder.com"),
            ("http://acme.bynder.com", "https://acme.bynder.com"),
            ("acme.bynder.com.", "https://acme.bynder.com"),
            ("https://dam.example:443", "https://dam.example"),
            ("dam.example:8443/login", "https://dam.example:8443"),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
            ("http://localhost:80", "http://localhost"),
            ("localhost:3000", "https://localhost:3000"),
            ("[::1]:8443", "https://[::1]:8443"),
            ("192.0.2.7", "https://192.0.2.7"),
        ] {
            assert_eq!(normalize(typed).as_deref(), Ok(origin), "{typed}");
        }
    }

    #[test]
    fn invalid_portal_url_is_rejected() {
        for (typed, error) in [
            ("", PortalUrlError::NoDomain),
            ("acme", PortalUrlError::NoDomain),
            ("https://", PortalUrlError::NoDomain),
            ("acme..com", PortalUrlError::NoDomain),
            ("-acme.com", PortalUrlError::NoDomain),
            ("acme.com bynder.com", PortalUrlError::NoDomain),
            ("1.2.3", PortalUrlError::NoDomain),
            ("[::1", PortalUrlError::NoDomain),
            ("ftp://acme.com", PortalUrlError::Scheme),
            ("javascript://acme.com", PortalUrlError::Scheme),
            ("ada@acme.com", PortalUrlError::UserInfo),
            ("bücher.example", PortalUrlError::NotAscii),
            ("acme.com:0", PortalUrlError::Port),
            ("acme.com:99999", PortalUrlError::Port),
            ("acme.com:", PortalUrlError::Port),
            (&"a".repeat(256), PortalUrlError::TooLong(256)),
        ] {
            assert_eq!(normalize(typed), Err(error), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn normalization_is_idempotent(typed in "\\PC{0,40}") {
            if let Ok(origin) = normalize(&typed) {
                prop_assert_eq!(normalize(&origin), Ok(origin));
            }
        }
    }
}
