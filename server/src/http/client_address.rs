//! Determines the client's address behind trusted proxies.

use crate::config::Networks;
use axum::http::HeaderMap;
use std::net::IpAddr;

/// Holds the client's address. Every request has it among its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Returns the address of the client behind `peer`.
///
/// Each proxy appends the address of its client to `X-Forwarded-For`, and a client can put anything before it. So the
/// list is read from the right, for as long as the address that added the entry is trusted.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> ClientAddress {
    let mut address = peer.to_canonical();
    let forwarded = headers.get_all("x-forwarded-for").iter().rev();
    for value in forwarded {
        // A trusted proxy would not send a value that is not text.
        let Ok(line) = value.to_str() else { break };
        for hop in line.rsplit(',') {
            if !trusted.contains(address) {
                return ClientAddress(address);
            }
            match parse_address(hop.trim()) {
                Some(next) => address = next,
                None => return ClientAddress(address),
            }
        }
    }
    ClientAddress(address)
}

/// Parses an address in the forms that proxies send: with or without a port, IPv6 with or without brackets.
fn parse_address(text: &str) -> Option<IpAddr> {
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

    fn client(peer: &str, forwarded: &[&str], trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted = trusted.parse().unwrap();
        client_address(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    #[test]
    fn forwarded_for_without_trusted_proxies_is_ignored() {
        assert_eq!(client("192.0.2.1", &["203.0.113.9"], ""), "192.0.2.1");
        assert_eq!(client("127.0.0.1", &["203.0.113.9"], ""), "127.0.0.1");
    }

    #[test]
    fn last_address_that_is_not_a_trusted_proxy_is_the_client() {
        let proxies = "127.0.0.1, 10.0.0.0/8";
        assert_eq!(client("127.0.0.1", &["203.0.113.9"], proxies), "203.0.113.9");
        assert_eq!(
            client("127.0.0.1", &["198.51.100.1, 203.0.113.9, 10.1.2.3"], proxies),
            "203.0.113.9"
        );
        assert_eq!(
            client("127.0.0.1", &["198.51.100.1", "203.0.113.9", "10.1.2.3"], proxies),
            "203.0.113.9"
        );
        assert_eq!(client("192.0.2.1", &["203.0.113.9"], proxies), "192.0.2.1");
    }

    #[test]
    fn first_address_is_the_client_when_all_are_trusted_proxies() {
        assert_eq!(
            client("127.0.0.1", &["10.0.0.1, 10.0.0.2"], "127.0.0.1, 10.0.0.0/8"),
            "10.0.0.1"
        );
        assert_eq!(client("127.0.0.1", &[], "127.0.0.1"), "127.0.0.1");
    }

    #[test]
    fn invalid_address_ends_the_list() {
        for invalid in ["unknown", "", "_hidden", "1.2.3.4.5", "203.0.113.9, x"] {
            assert_eq!(client("127.0.0.1", &[invalid], "127.0.0.1"), "127.0.0.1", "{invalid}");
        }
    }

    #[test]
    fn ports_brackets_and_ipv4_mapped_addresses_are_accepted() {
        assert_eq!(
            client("::ffff:127.0.0.1", &["203.0.113.9:4711"], "127.0.0.1"),
            "203.0.113.9"
        );
        assert_eq!(client("::1", &["[2001:db8::9]:4711"], "::1"), "2001:db8::9");
        assert_eq!(client("::1", &["[2001:db8::9]"], "::1"), "2001:db8::9");
        assert_eq!(client("::1", &["::ffff:203.0.113.9"], "::1"), "203.0.113.9");
    }
}
