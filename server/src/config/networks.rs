//! Lists of addresses and networks.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Addresses and networks in CIDR notation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that is not a list of addresses and networks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is neither an IP address nor a network such as 10.0.0.0/8")]
pub struct NotANetwork(String);

impl Networks {
    /// Whether one of them is, or holds, `address`.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => same_prefix(
                u128::from(network.to_bits()) << 96,
                u128::from(address.to_bits()) << 96,
                self.prefix,
            ),
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_prefix(network.to_bits(), address.to_bits(), self.prefix)
            }
            _ => false,
        }
    }
}

/// Whether the first `prefix` bits are the same.
fn same_prefix(a: u128, b: u128, prefix: u8) -> bool {
    (a ^ b).leading_zeros() >= u32::from(prefix)
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let wrong = || NotANetwork(text.to_owned());
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => digits
                .parse()
                .ok()
                .filter(|prefix| *prefix <= longest)
                .ok_or_else(wrong)?,
            Some(_) => return Err(wrong()),
        };
        Ok(Self { address, prefix })
    }
}

impl FromStr for Networks {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Network { address, prefix }) in self.0.iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            write!(f, "{separator}{address}/{prefix}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contain(networks: &str, address: &str) -> bool {
        networks.parse::<Networks>().unwrap().contain(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        assert!(contain("10.0.0.0/8", "10.255.255.255"));
        assert!(!contain("10.0.0.0/8", "11.0.0.0"));
        assert!(contain("192.0.2.7", "192.0.2.7"));
        assert!(!contain("192.0.2.7", "192.0.2.6"));
        assert!(contain("0.0.0.0/0", "203.0.113.9"));
        assert!(!contain("0.0.0.0/0", "2001:db8::1"));
        assert!(contain("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(!contain("2001:db8::/32", "2001:db9::1"));
        assert!(contain("2001:db8::1, 10.0.0.0/8", "10.0.0.1"));
        assert!(!contain("", "127.0.0.1"));
    }

    #[test]
    fn an_address_in_ipv6_clothes_is_the_same_address() {
        assert!(contain("127.0.0.1", "::ffff:127.0.0.1"));
    }

    #[test]
    fn what_is_no_network_is_named() {
        for wrong in ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::/129", "proxy", "10.0.0/8"] {
            assert_eq!(wrong.parse::<Networks>(), Err(NotANetwork(wrong.to_owned())), "{wrong}");
        }
    }
}
