//! Configuration from the command line, the environment, `gatehouse.toml` and defaults, in this order of precedence.

mod arguments;
mod parse;

mod networks;
mod reader;
mod setting;
mod smtp;
mod sources;

pub use crate::config::arguments::Overrides;
pub use networks::{Networks, ParseNetworkError};
pub use setting::{ConfigKey, Source};

use crate::config::parse::{DatabaseLocation, default_origin, non_empty, parse_database_url, parse_path};
use crate::config::reader::Reader;
use crate::config::smtp::{default_sender, parse_sender};
use crate::open_files::{default_max_connections, default_max_connections_per_address};
use domain::oauth1::Origin;
use domain::oauth2::oauth_apps::{ParseSigningAlgorithmError, SigningAlgorithm};
use leptos::config::{Env, LeptosOptions};
use portal::http_client::{PrivateHosts, PrivateHostsError};
use portal::mail::{Sender, SmtpConfig};
use portal::{Keyring, Location, Secret};
use sources::{Environment, Sources};
use std::net::SocketAddr;
use std::path::PathBuf;
use tracing_subscriber::EnvFilter;

/// Holds the operator's configuration.
#[derive(Debug)]
pub struct Config {
    /// The address to listen on.
    pub addr: SocketAddr,
    /// The public origin of the portal.
    pub public_url: Origin,
    /// The folder of the database file and the master key file.
    pub data_dir: PathBuf,
    /// The location of the database.
    pub database: Location,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Networks,
    /// The contact that users are told to ask when a feature is not enabled.
    pub contact: String,
    /// The mail server, or `None` if emails stay in the outbox.
    pub smtp: Option<SmtpConfig>,
    /// The sender of emails.
    pub sender: Sender,
    /// Whether OAuth 1.0a PLAINTEXT is accepted even if the public URL is not https.
    pub oauth1_plaintext_without_tls: bool,
    /// The default signing algorithm for access tokens of new OAuth 2.0 apps.
    pub oauth2_signing_algorithm: SigningAlgorithm,
    /// The average number of API requests per second that a credential may make; 0 for no limit.
    pub api_rate: u32,
    /// The maximum number of open connections.
    pub max_connections: u32,
    /// The maximum number of open connections without a valid credential from one client address; 0 for no limit.
    pub max_connections_per_address: u32,
    /// Hosts in private networks that the portal may connect to.
    pub allowed_private_hosts: PrivateHosts,
    /// The folder of the static files for the browser.
    pub site_root: PathBuf,
    /// The log filter, in the syntax of `tracing-subscriber`'s `EnvFilter`.
    pub log: String,
    master_key: Option<Secret>,
    entries: Vec<Entry>,
}

/// Describes one setting as `gatehouse config` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The setting.
    pub key: ConfigKey,
    /// The effective value, with secrets redacted.
    pub value: String,
    /// The source of the value.
    pub source: Source,
}

/// Describes why the configuration is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read, or is not a valid configuration file.
    #[error("{}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with the file.
        message: String,
    },
    /// The value of a setting is invalid.
    #[error("invalid value for {} ({origin}): {message}", key.name())]
    Value {
        /// The setting.
        key: ConfigKey,
        /// The source of the value.
        origin: Source,
        /// What is wrong with the value.
        message: String,
    },
}

impl Config {
    /// Loads the configuration of this process. An empty environment variable counts as unset.
    ///
    /// # Errors
    /// [`ConfigError`] for the first invalid setting, naming it and the source of its value.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        Self::read(overrides, &|name| {
            std::env::var(name).ok().filter(|value| !value.is_empty())
        })
    }

    fn read(overrides: &Overrides, environment: Environment<'_>) -> Result<Self, ConfigError> {
        let mut reader = Reader {
            sources: Sources::open(overrides, environment)?,
            entries: Vec::new(),
        };
        let addr = reader.value(
            ConfigKey::Addr,
            || SocketAddr::from(([127, 0, 0, 1], 3000)),
            |text| {
                text.parse()
                    .map_err(|_| format!("\"{text}\" is not an IP address with a port, such as 127.0.0.1:3000"))
            },
        )?;
        let public_url = reader.value(
            ConfigKey::PublicUrl,
            || default_origin(addr),
            |text| {
                text.parse::<Origin>()
                    .map_err(|error| format!("\"{text}\" is not a valid public URL: {error}"))
            },
        )?;
        let data_dir = reader.value(ConfigKey::DataDir, || PathBuf::from("./data"), parse_path)?;
        let database = reader.value(
            ConfigKey::DatabaseUrl,
            || DatabaseLocation(Location::File(data_dir.join("gatehouse.db"))),
            parse_database_url,
        )?;
        let master_key = reader.master_key(&data_dir)?;
        let max_connections = reader.value(ConfigKey::MaxConnections, default_max_connections, |text| {
            match text.parse() {
                Ok(number) if number > 0 => Ok(number),
                _ => Err(format!("\"{text}\" is not a whole number of 1 or more")),
            }
        })?;
        let contact = reader.value(ConfigKey::Contact, || "your administrator".to_owned(), non_empty)?;
        let smtp = reader.smtp()?;
        let sender = reader.value(ConfigKey::EmailFrom, || default_sender(&public_url), parse_sender)?;
        Ok(Self {
            addr,
            public_url,
            contact,
            smtp,
            sender,
            database: database.0,
            trusted_proxies: reader.value(ConfigKey::TrustedProxies, Networks::default, |text| {
                text.parse().map_err(|error: ParseNetworkError| error.to_string())
            })?,
            oauth1_plaintext_without_tls: reader.value(
                ConfigKey::Oauth1PlaintextWithoutTls,
                || false,
                |text| text.parse().map_err(|_| format!("\"{text}\" is not true or false")),
            )?,
            oauth2_signing_algorithm: reader.value(
                ConfigKey::Oauth2SigningAlgorithm,
                SigningAlgorithm::default,
                |text| {
                    text.parse()
                        .map_err(|ParseSigningAlgorithmError| format!("\"{text}\" is not ES256 or RS256"))
                },
            )?,
            api_rate: reader.value(
                ConfigKey::ApiRate,
                || 100,
                |text| {
                    text.parse()
                        .map_err(|_| format!("\"{text}\" is not a whole number of requests per second"))
                },
            )?,
            max_connections,
            max_connections_per_address: reader.value(
                ConfigKey::MaxConnectionsPerAddress,
                || default_max_connections_per_address(max_connections),
                |text| text.parse().map_err(|_| format!("\"{text}\" is not a whole number")),
            )?,
            allowed_private_hosts: reader.value(ConfigKey::AllowedPrivateHosts, PrivateHosts::default, |text| {
                text.parse().map_err(|error: PrivateHostsError| error.to_string())
            })?,
            site_root: reader.value(ConfigKey::SiteRoot, || PathBuf::from("target/site"), parse_path)?,
            log: reader.value(
                ConfigKey::Log,
                || "info".to_owned(),
                |text| {
                    EnvFilter::try_new(text)
                        .map(|_| text.to_owned())
                        .map_err(|_| format!("\"{text}\" is not a log filter, such as info or info,portal=debug"))
                },
            )?,
            data_dir,
            master_key,
            entries: reader.into_entries(),
        })
    }

    /// Returns every setting with its effective value and source, secrets redacted.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the path of the master key file, which is used unless `master_key` is set.
    #[must_use]
    pub fn master_key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }

    /// Returns the master keys. A missing key file is created together with a new database.
    ///
    /// # Errors
    /// [`portal::Error::Unavailable`] when the file can't be read.
    pub fn keyring(&self) -> portal::Result<Keyring> {
        match &self.master_key {
            Some(key) => {
                Keyring::parse(key.expose()).map_err(|error| portal::Error::field("master_key", error.to_string()))
            }
            None => Keyring::from_file(&self.master_key_file()),
        }
    }

    /// Returns the configuration with the address that the server is bound to. When the operating system has chosen the
    /// port (port 0), a default public URL gets that port.
    #[must_use]
    pub fn with_bound_addr(mut self, addr: SocketAddr) -> Self {
        if self.addr.port() == 0 {
            let is_default_url = |entry: &Entry| entry.key == ConfigKey::PublicUrl && entry.source == Source::Default;
            if self.entries.iter().any(is_default_url) {
                self.public_url = default_origin(addr);
            }
            self.addr = addr;
        }
        self
    }

    /// Returns the options of Leptos: the folder and the names of the browser's files. The build writes their hashes to
    /// `hash.txt` beside the program.
    #[must_use]
    pub fn leptos_options(&self) -> LeptosOptions {
        let hash_file = std::env::current_exe()
            .ok()
            .map(|program| program.with_file_name("hash.txt"));
        let is_watching = std::env::var_os("LEPTOS_WATCH").is_some();
        LeptosOptions::builder()
            .output_name("gatehouse")
            .site_root(self.site_root.to_string_lossy())
            .site_pkg_dir("pkg")
            .site_addr(self.addr)
            .reload_port(3001)
            .env(if is_watching { Env::DEV } else { Env::PROD })
            .hash_files(hash_file.is_some_and(|file| file.exists()))
            .build()
    }
}

#[cfg(test)]
mod tests;
