//! The `Host` header (RFC 9112 §3.2, RFC 9113 §8.3.1).

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri, Version};

/// Describes why the host of a request is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// The request has no host.
    #[error("The Host header is missing. Send exactly one.")]
    Missing,
    /// The request has several `Host` headers.
    #[error("The request has more than one Host header. Send exactly one.")]
    Repeated,
    /// The value is not a host with an optional port.
    #[error("The Host header is invalid. Use a host name or IP address with an optional port.")]
    Malformed,
    /// `Host` and `:authority` of an HTTP/2 request differ.
    #[error("The Host header doesn't match :authority. Send the same value in both, or only :authority.")]
    AuthorityMismatch,
}

/// Checks the host of a request. The portal takes its own origin from the configuration, never from the request. But a
/// reverse proxy that interprets an ambiguous host differently could confuse two requests.
///
/// With a target in absolute form (`GET http://host/path`), the value of `Host` is ignored, as RFC 9112 §3.2.2
/// requires, but the header must be present.
///
/// # Errors
/// [`HostError`] when the host is missing, repeated or malformed, or differs from `:authority`.
pub fn check_host(request: &Request) -> Result<(), HostError> {
    check(request.version(), request.uri(), request.headers())
}

fn check(version: Version, uri: &Uri, headers: &HeaderMap) -> Result<(), HostError> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return Err(HostError::Repeated);
    }
    let host = host.map(|host| host.as_bytes());
    let authority = uri.authority().map(|authority| authority.as_str().as_bytes());
    for named in host.into_iter().chain(authority) {
        // HTTP/1.0 does not define the header, so it may be empty.
        let may_be_empty = version < Version::HTTP_11;
        if !(is_host(named) || may_be_empty && named.is_empty()) {
            return Err(HostError::Malformed);
        }
    }
    if version >= Version::HTTP_2 {
        return match (host, authority) {
            (None, None) => Err(HostError::Missing),
            (Some(host), Some(authority)) if !host.eq_ignore_ascii_case(authority) => Err(HostError::AuthorityMismatch),
            _ => Ok(()),
        };
    }
    if host.is_none() && version == Version::HTTP_11 {
        return Err(HostError::Missing);
    }
    Ok(())
}

/// Returns whether `text` is `uri-host [":" port]` with a host that is not empty (RFC 3986 §3.2.2, RFC 9110 §4.2.1).
fn is_host(text: &[u8]) -> bool {
    let (host, port) = match text {
        [b'[', rest @ ..] => match rest.iter().position(|byte| *byte == b']') {
            Some(end) if is_ip_literal(&rest[..end]) => (&text[..end + 2], &rest[end + 1..]),
            _ => return false,
        },
        _ => match text.iter().position(|byte| *byte == b':') {
            Some(colon) if is_reg_name(&text[..colon]) => text.split_at(colon),
            None if is_reg_name(text) => (text, &[][..]),
            _ => return false,
        },
    };
    let is_port = match port {
        [] => true,
        [b':', digits @ ..] => digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    !host.is_empty() && is_port
}

/// Returns whether `text` is an `IP-literal` without its brackets: an IPv6 address, or `IPvFuture`.
fn is_ip_literal(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    text.parse::<std::net::Ipv6Addr>().is_ok()
        || text.strip_prefix(['v', 'V']).is_some_and(|rest| {
            rest.split_once('.').is_some_and(|(version, address)| {
                let is_plain = |byte: u8| is_unreserved(byte) || is_sub_delim(byte) || byte == b':';
                !version.is_empty()
                    && version.bytes().all(|byte| byte.is_ascii_hexdigit())
                    && !address.is_empty()
                    && address.bytes().all(is_plain)
            })
        })
}

/// Returns whether `text` is a `reg-name`, which includes IPv4 addresses.
fn is_reg_name(text: &[u8]) -> bool {
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        rest = match tail {
            [high, low, tail @ ..] if *byte == b'%' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => tail,
            _ if is_unreserved(*byte) || is_sub_delim(*byte) => tail,
            _ => return false,
        };
    }
    true
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn is_sub_delim(byte: u8) -> bool {
    b"!$&'()*+,;=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_hosts(version: Version, target: &str, hosts: &[&str]) -> Result<(), HostError> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, host.parse().unwrap());
        }
        check(version, &target.parse().unwrap(), &headers)
    }

    #[test]
    fn http_1_1_with_one_valid_host_is_accepted() {
        for host in [
            "x",
            "portal.example.com",
            "portal.example.com:8443",
            "portal.example.com:",
            "PORTAL.example.com.",
            "127.0.0.1:3000",
            "[::1]",
            "[2001:db8::1]:3000",
            "[v1.fe80:a]",
            "xn--mnchen-3ya.example",
            "a_b.example",
            "a%20b",
        ] {
            assert_eq!(check_hosts(Version::HTTP_11, "/", &[host]), Ok(()), "{host}");
        }
    }

    #[test]
    fn http_1_1_without_host_is_rejected() {
        assert_eq!(check_hosts(Version::HTTP_11, "/", &[]), Err(HostError::Missing));
        let absolute = "http://portal.example.com/";
        assert_eq!(check_hosts(Version::HTTP_11, absolute, &[]), Err(HostError::Missing));
    }

    #[test]
    fn repeated_host_is_rejected_in_each_version() {
        for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
            for hosts in [["a.example", "b.example"], ["a.example", "a.example"]] {
                assert_eq!(check_hosts(version, "/", &hosts), Err(HostError::Repeated));
            }
        }
    }

    #[test]
    fn malformed_host_is_rejected_in_each_version() {
        for host in [
            " ",
            "a b",
            "a/b",
            "a@b",
            "user:secret@a.example",
            "http://a.example",
            "a.example:80:80",
            "a.example:http",
            "a.example:-1",
            "a.example:123456",
            ":80",
            "[::1",
            "::1",
            "[::1]x",
            "[::1]:x",
            "[a.example]",
            "[]",
            "[v.x]",
            "a%2",
            "a%zz",
            "a\tb",
            "a\"b",
            "<b>",
            "a?b",
            "a#b",
            "a\\b",
        ] {
            for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
                assert_eq!(check_hosts(version, "/", &[host]), Err(HostError::Malformed), "{host}");
            }
        }
        assert_eq!(check_hosts(Version::HTTP_11, "/", &[""]), Err(HostError::Malformed));
        let with_user = "http://user@a.example/";
        assert_eq!(
            check_hosts(Version::HTTP_11, with_user, &["a.example"]),
            Err(HostError::Malformed)
        );
    }

    #[test]
    fn http_1_0_without_host_is_accepted() {
        assert_eq!(check_hosts(Version::HTTP_10, "/", &[]), Ok(()));
        assert_eq!(check_hosts(Version::HTTP_10, "/", &[""]), Ok(()));
        assert_eq!(check_hosts(Version::HTTP_10, "/", &["a.example"]), Ok(()));
    }

    #[test]
    fn host_is_ignored_with_absolute_target() {
        let target = "http://a.example/";
        for host in ["a.example", "b.example"] {
            assert_eq!(check_hosts(Version::HTTP_11, target, &[host]), Ok(()), "{host}");
        }
    }

    #[test]
    fn http_2_host_must_match_authority() {
        let target = "http://a.example/";
        for (target, hosts, expected) in [
            (target, &[][..], Ok(())),
            (target, &["a.example"], Ok(())),
            (target, &["A.EXAMPLE"], Ok(())),
            (target, &["b.example"], Err(HostError::AuthorityMismatch)),
            (target, &["a.example:80"], Err(HostError::AuthorityMismatch)),
            ("/", &["a.example"], Ok(())),
            ("/", &[], Err(HostError::Missing)),
        ] {
            assert_eq!(
                check_hosts(Version::HTTP_2, target, hosts),
                expected,
                "{target} {hosts:?}"
            );
        }
    }
}
