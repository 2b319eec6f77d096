//! The settings by name, and where a value can come from.

use std::fmt;
use std::path::PathBuf;

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Something that the operator can set.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Setting {
            $($(#[$doc])* $name,)*
        }

        impl Setting {
            /// All there are, in the order in which they are printed.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in `gatehouse.toml`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

settings! {
    /// The address to listen on.
    Addr = "addr";
    /// The origin that people and programs use.
    PublicUrl = "public_url";
    /// Where the database file and the master key's file are.
    DataDir = "data_dir";
    /// The database.
    DatabaseUrl = "database_url";
    /// The master keys.
    MasterKey = "master_key";
    /// Whose `X-Forwarded-For` is believed.
    TrustedProxies = "trusted_proxies";
    /// Whom to ask when something is not enabled.
    Contact = "contact";
    /// Whether OAuth 1 PLAINTEXT is accepted without TLS.
    Oauth1PlaintextWithoutTls = "oauth1_plaintext_without_tls";
    /// What signs the access tokens of new OAuth 2 apps.
    Oauth2SigningAlgorithm = "oauth2_signing_algorithm";
    /// API requests per second and credential.
    ApiRate = "api_rate";
    /// How many connections may be open at a time.
    MaxConnections = "max_connections";
    /// How many connections without a valid credential a client address may have open.
    MaxConnectionsPerAddress = "max_connections_per_address";
    /// Hosts that are not public and may be asked all the same, such as a DAM in one's own network.
    AllowedPrivateHosts = "allowed_private_hosts";
    /// Where the files for the browser are.
    SiteRoot = "site_root";
    /// What is logged.
    Log = "log";
}

impl Setting {
    /// The environment variable.
    #[must_use]
    pub fn variable(self) -> String {
        format!("GATEHOUSE_{}", self.name().to_ascii_uppercase())
    }

    /// The variable that `cargo leptos watch` sets for the same thing, in case ours is not set.
    pub(crate) fn build_variable(self) -> Option<&'static str> {
        match self {
            Self::Addr => Some("LEPTOS_SITE_ADDR"),
            Self::SiteRoot => Some("LEPTOS_SITE_ROOT"),
            _ => None,
        }
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An option of the command.
    CommandLine,
    /// This environment variable.
    Environment(String),
    /// This file.
    File(PathBuf),
    /// Nobody has set it.
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
