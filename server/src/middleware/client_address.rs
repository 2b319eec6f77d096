//! Whom a request comes from, through the proxies that the operator trusts.

use crate::config::Networks;
use axum::http::HeaderMap;
use std::net::IpAddr;

/// The client's address. Every request has it among its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The address of the client behind `peer`.
///
/// Each proxy adds the address that it was called from at the right of `X-Forwarded-For`, and whatever stands further to
/// the left may be anyone's invention. So the list is read from the right for as long as its writer is trusted.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> ClientAddress {
    let mut address = peer.to_canonical();
    let forwarded = headers.get_all("x-forwarded-for").iter().rev();
    for value in forwarded {
        // A line that is no text was not written by a proxy that we trust.
        let Ok(line) = value.to_str() else { break };
        for hop in line.rsplit(',') {
            if !trusted.contain(address) {
                return ClientAddress(address);
            }
            match parse(hop.trim()) {
                Some(next) => address = next,
                None => return ClientAddress(address),
            }
        }
    }
    ClientAddress(address)
}

/// An address as proxies write it: bare, or with a port, an IPv6 address with a port in brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse()
        .or_else(|_| text.parse().map(|address: std::net::SocketAddr| address.ip()))
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted = trusted.parse().unwrap();
        client_address(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert_eq!(seen("192.0.2.1", &["203.0.113.9"], ""), "192.0.2.1");
        assert_eq!(seen("127.0.0.1", &["203.0.113.9"], ""), "127.0.0.1");
    }

    #[test]
    fn the_last_address_that_no_trusted_proxy_has_counts() {
        let proxies = "127.0.0.1, 10.0.0.0/8";
        assert_eq!(seen("127.0.0.1", &["203.0.113.9"], proxies), "203.0.113.9");
        assert_eq!(
            seen("127.0.0.1", &["198.51.100.1, 203.0.113.9, 10.1.2.3"], proxies),
            "203.0.113.9"
        );
        assert_eq!(
            seen("127.0.0.1", &["198.51.100.1", "203.0.113.9", "10.1.2.3"], proxies),
            "203.0.113.9"
        );
        assert_eq!(seen("192.0.2.1", &["203.0.113.9"], proxies), "192.0.2.1");
    }

    #[test]
    fn where_all_are_proxies_the_furthest_counts() {
        assert_eq!(
            seen("127.0.0.1", &["10.0.0.1, 10.0.0.2"], "127.0.0.1, 10.0.0.0/8"),
            "10.0.0.1"
        );
        assert_eq!(seen("127.0.0.1", &[], "127.0.0.1"), "127.0.0.1");
    }

    #[test]
    fn what_is_no_address_ends_the_list() {
        for nonsense in ["unknown", "", "_hidden", "1.2.3.4.5", "203.0.113.9, x"] {
            assert_eq!(seen("127.0.0.1", &[nonsense], "127.0.0.1"), "127.0.0.1", "{nonsense}");
        }
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_understood() {
        assert_eq!(
            seen("::ffff:127.0.0.1", &["203.0.113.9:4711"], "127.0.0.1"),
            "203.0.113.9"
        );
        assert_eq!(seen("::1", &["[2001:db8::9]:4711"], "::1"), "2001:db8::9");
        assert_eq!(seen("::1", &["[2001:db8::9]"], "::1"), "2001:db8::9");
        assert_eq!(seen("::1", &["::ffff:203.0.113.9"], "::1"), "203.0.113.9");
    }
}
