//! The configuration keys, and the sources of their values.

use std::fmt;
use std::path::PathBuf;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Names a setting of the operator's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ConfigKey {
    /// The address to listen on.
    Addr,
    /// The public origin of the portal.
    PublicUrl,
    /// The folder of the database file and the master key file.
    DataDir,
    /// The location of the database.
    DatabaseUrl,
    /// The master keys.
    MasterKey,
    /// The proxies whose `X-Forwarded-For` is trusted.
    TrustedProxies,
    /// The contact that users are told to ask when a feature is not enabled.
    Contact,
    /// The mail server.
    SmtpUrl,
    /// How the connection to the mail server is encrypted.
    SmtpTls,
    /// The sender of emails.
    EmailFrom,
    /// Whether OAuth 1.0a PLAINTEXT is accepted without TLS.
    Oauth1PlaintextWithoutTls,
    /// The default signing algorithm for access tokens of new OAuth 2.0 apps.
    Oauth2SigningAlgorithm,
    /// The maximum number of API requests per second for each credential.
    ApiRate,
    /// The maximum number of open connections.
    MaxConnections,
    /// The maximum number of open connections without a valid credential from one client address.
    MaxConnectionsPerAddress,
    /// Hosts in private networks that the portal may connect to, such as a DAM.
    AllowedPrivateHosts,
    /// The folder of the static files for the browser.
    SiteRoot,
    /// The log filter.
    Log,
}

impl ConfigKey {
    /// All keys, in the order in which they are printed.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Returns the name of the key in `gatehouse.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the name of the environment variable, such as `GATEHOUSE_ADDR`.
    #[must_use]
    pub fn env_variable(self) -> String {
        format!("GATEHOUSE_{}", self.name().to_ascii_uppercase())
    }

    /// Returns the variable with which `cargo leptos watch` sets the same value. It is read last.
    pub(crate) fn cargo_leptos_variable(self) -> Option<&'static str> {
        match self {
            Self::Addr => Some("LEPTOS_SITE_ADDR"),
            Self::SiteRoot => Some("LEPTOS_SITE_ROOT"),
            _ => None,
        }
    }
}

/// Describes where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A command-line option.
    CommandLine,
    /// The environment variable of this name.
    Environment(String),
    /// The configuration file at this path.
    File(PathBuf),
    /// The default, as no source sets a value.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command line"),
            Self::Environment(variable) => f.write_str(variable),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_order_are_stable() {
        let names = [
            "addr",
            "public_url",
            "data_dir",
            "database_url",
            "master_key",
            "trusted_proxies",
            "contact",
            "smtp_url",
            "smtp_tls",
            "email_from",
            "oauth1_plaintext_without_tls",
            "oauth2_signing_algorithm",
            "api_rate",
            "max_connections",
            "max_connections_per_address",
            "allowed_private_hosts",
            "site_root",
            "log",
        ];
        assert!(ConfigKey::ALL.iter().map(|key| key.name()).eq(names));
    }
}
