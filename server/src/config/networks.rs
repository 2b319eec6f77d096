//! Lists of IP addresses and networks.

use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Holds a list of IP addresses and networks in CIDR notation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// The error for a text that is not an IP address or network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an IP address or a network, such as 10.0.0.0/8")]
pub struct ParseNetworkError(String);

impl Networks {
    /// Returns whether `address` is in the list or in one of its networks. An IPv4-mapped IPv6 address counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Parses a network, or an address as the network that contains only it. An octet with a leading zero is rejected, as
/// some programs read it as octal; `ipnet` alone would accept it as decimal.
fn parse_network(text: &str) -> Result<IpNet, ParseNetworkError> {
    let invalid = || ParseNetworkError(text.to_owned());
    let (address, has_prefix) = match text.split_once('/') {
        Some((address, _)) => (address, true),
        None => (text, false),
    };
    let address: IpAddr = address.parse().map_err(|_| invalid())?;
    if has_prefix {
        text.parse().map_err(|_| invalid())
    } else {
        Ok(address.into())
    }
}

impl FromStr for Networks {
    type Err = ParseNetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(parse_network)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, network) in self.0.iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            write!(f, "{separator}{network}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(networks: &str, address: &str) -> bool {
        networks.parse::<Networks>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn network_contains_only_its_own_addresses() {
        assert!(contains("10.0.0.0/8", "10.255.255.255"));
        assert!(!contains("10.0.0.0/8", "11.0.0.0"));
        assert!(contains("192.0.2.7", "192.0.2.7"));
        assert!(!contains("192.0.2.7", "192.0.2.6"));
        assert!(contains("0.0.0.0/0", "203.0.113.9"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(!contains("2001:db8::/32", "2001:db9::1"));
        assert!(contains("2001:db8::1, 10.0.0.0/8", "10.0.0.1"));
        assert!(!contains("", "127.0.0.1"));
    }

    #[test]
    fn ipv4_mapped_address_matches_its_ipv4_address() {
        assert!(contains("127.0.0.1", "::ffff:127.0.0.1"));
    }

    #[test]
    fn invalid_network_is_named_in_the_error() {
        for invalid in [
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "010.0.0.0/8",
            "::/129",
            "proxy",
            "10.0.0/8",
        ] {
            assert_eq!(
                invalid.parse::<Networks>(),
                Err(ParseNetworkError(invalid.to_owned())),
                "{invalid}"
            );
        }
    }
}
