//! The configuration keys, and the sources of their values.

use std::fmt;
use std::path::PathBuf;

macro_rules! config_keys {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Names a setting of the operator's configuration.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ConfigKey {
            $($(#[$doc])* $name,)*
        }

        impl ConfigKey {
            /// All keys, in the order in which they are printed.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the name of the key in `gatehouse.toml`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

config_keys! {
    /// The address to listen on.
    Addr = "addr";
    /// The public origin of the portal.
    PublicUrl = "public_url";
    /// The folder of the database file and the master key file.
    DataDir = "data_dir";
    /// The location of the database.
    DatabaseUrl = "database_url";
    /// The master keys.
    MasterKey = "master_key";
    /// The proxies whose `X-Forwarded-For` is trusted.
    TrustedProxies = "trusted_proxies";
    /// The contact that users are told to ask when a feature is not enabled.
    Contact = "contact";
    /// Whether OAuth 1.0a PLAINTEXT is accepted without TLS.
    Oauth1PlaintextWithoutTls = "oauth1_plaintext_without_tls";
    /// The default signing algorithm for access tokens of new OAuth 2.0 apps.
    Oauth2SigningAlgorithm = "oauth2_signing_algorithm";
    /// The maximum number of API requests per second for each credential.
    ApiRate = "api_rate";
    /// The maximum number of open connections.
    MaxConnections = "max_connections";
    /// The maximum number of open connections without a valid credential from one client address.
    MaxConnectionsPerAddress = "max_connections_per_address";
    /// Hosts in private networks that the portal may connect to, such as a DAM.
    AllowedPrivateHosts = "allowed_private_hosts";
    /// The folder of the static files for the browser.
    SiteRoot = "site_root";
    /// The log filter.
    Log = "log";
}

impl ConfigKey {
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
