//! Hosts in private networks that the operator allows requests to.

use crate::http_client::Target;
use std::fmt;
use std::str::FromStr;

/// Hosts that requests may be sent to although their addresses are private, such as a DAM in the organization's network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateHosts(Vec<Target>);

/// The error for an invalid host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a valid host; use for example dam.internal, dam.internal:8443, or http://127.0.0.1:3000 for plain HTTP"
)]
pub struct PrivateHostsError(String);

impl PrivateHosts {
    /// Returns whether the operator allows this server. Name, port, and scheme must match.
    pub(crate) fn contains(&self, target: &Target) -> bool {
        self.0.contains(target)
    }
}

impl FromStr for PrivateHosts {
    type Err = PrivateHostsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        names
            .map(|name| {
                let url = if name.contains("://") {
                    name.to_owned()
                } else {
                    format!("https://{name}")
                };
                let is_plain = |url: &url::Url| {
                    let host = url.host_str().unwrap_or_default();
                    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
                    url.path() == "/" && url.query().is_none() && host.bytes().all(is_name)
                };
                let target = url::Url::parse(&url).ok().filter(is_plain);
                target
                    .and_then(|url| Target::from_url(&url).ok())
                    .ok_or_else(|| PrivateHostsError(name.to_owned()))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for PrivateHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, target) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{target}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_hosts_parse_to_same_hosts() {
        let hosts: PrivateHosts = "dam.internal, dam.internal:8443,http://127.0.0.1:3000 ,https://[::1]"
            .parse()
            .unwrap();
        assert_eq!(
            hosts.to_string(),
            "https://dam.internal, https://dam.internal:8443, http://127.0.0.1:3000, https://[::1]"
        );
        assert_eq!(hosts.to_string().parse(), Ok(hosts));
        assert_eq!("".parse(), Ok(PrivateHosts::default()));
        for text in ["dam internal", "ftp://dam", "https://a/b", "https://a@b", "*"] {
            assert!(text.parse::<PrivateHosts>().is_err(), "{text}");
        }
    }
}
