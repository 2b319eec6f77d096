//! The address of a DAM portal, as people type it and as it is used.

use std::net::Ipv6Addr;

/// The longest address, in characters.
const MAX: usize = 255;

/// Why a text is no address of a portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is no domain.
    #[error("Enter a domain such as acme.bynder.com.")]
    NoDomain,
    /// It is longer than a domain can be: it has this many characters.
    #[error("Use at most {MAX} characters. You entered {0}.")]
    TooLong(usize),
    /// It has a user or a password before its host.
    #[error("Leave out the user before the @.")]
    UserInfo,
    /// Its scheme is not that of the web.
    #[error("Use https.")]
    Scheme,
    /// It has letters that stand in no DNS record.
    #[error("Write an international domain in its ASCII form (xn--…).")]
    NotAscii,
    /// Its port is no number from 1 to 65535.
    #[error("The port must be a number from 1 to 65535.")]
    Port,
}

/// A portal's origin, as it is used: `https://acme.bynder.com`. A path that was copied with it does not count, and what
/// is typed without a scheme, or with `http`, is asked for over TLS; only this machine itself may go without.
///
/// # Errors
/// [`Unfit`] with what is expected.
pub fn normalised(text: &str) -> Result<String, Unfit> {
    let text = text.trim();
    let length = text.chars().count();
    if length > MAX {
        return Err(Unfit::TooLong(length));
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("https".to_owned(), text),
    };
    if scheme != "https" && scheme != "http" {
        return Err(Unfit::Scheme);
    }
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(Unfit::UserInfo);
    }
    if !authority.is_ascii() {
        return Err(Unfit::NotAscii);
    }
    let end = match authority.find(']') {
        Some(bracket) if authority.starts_with('[') => bracket + 1,
        _ => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(end);
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let is_local = is_loopback(host);
    if !(is_domain(host) || is_local || is_address(host)) {
        return Err(Unfit::NoDomain);
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
            Some(port.ok_or(Unfit::Port)?)
        }
    };
    Ok(match port {
        Some(port) if (scheme, port) != ("https", 443) && (scheme, port) != ("http", 80) => {
            format!("{scheme}://{host}:{port}")
        }
        _ => format!("{scheme}://{host}"),
    })
}

/// The host and port of a normalised address.
#[must_use]
pub fn authority(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, authority)| authority)
}

/// A name of at least two labels, whose last is no number (RFC 1123 §2.1).
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

fn is_address(host: &str) -> bool {
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
    fn what_is_typed_becomes_an_origin() {
        for (typed, used) in [
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
            assert_eq!(normalised(typed).as_deref(), Ok(used), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_so() {
        for (typed, unfit) in [
            ("", Unfit::NoDomain),
            ("acme", Unfit::NoDomain),
            ("https://", Unfit::NoDomain),
            ("acme..com", Unfit::NoDomain),
            ("-acme.com", Unfit::NoDomain),
            ("acme.com bynder.com", Unfit::NoDomain),
            ("1.2.3", Unfit::NoDomain),
            ("[::1", Unfit::NoDomain),
            ("ftp://acme.com", Unfit::Scheme),
            ("javascript://acme.com", Unfit::Scheme),
            ("ada@acme.com", Unfit::UserInfo),
            ("bücher.example", Unfit::NotAscii),
            ("acme.com:0", Unfit::Port),
            ("acme.com:99999", Unfit::Port),
            ("acme.com:", Unfit::Port),
            (&"a".repeat(256), Unfit::TooLong(256)),
        ] {
            assert_eq!(normalised(typed), Err(unfit), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn an_origin_stays_as_it_is(typed in "\\PC{0,40}") {
            if let Ok(origin) = normalised(&typed) {
                prop_assert_eq!(normalised(&origin), Ok(origin));
            }
        }
    }
}
