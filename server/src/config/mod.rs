//! The settings: command line over environment over `gatehouse.toml` over defaults that run.

mod arguments;
mod parse;

mod networks;
mod setting;
mod sources;

pub use crate::config::arguments::Overrides;
pub use networks::{Networks, NotANetwork};
pub use setting::{Setting, Source};

use crate::config::parse::{Database, Shown, database, origin_of, path, some_text};
use crate::listener::{default_max_connections, default_max_connections_per_address};
use domain::oauth1::Origin;
use domain::oauth2::oauth_apps::{SigningAlgorithm, UnknownAlgorithm};
use leptos::config::{Env, LeptosOptions};
use portal::http_client::{NotAHost, PrivateHosts};
use portal::{Keyring, Location, Secret};
use sources::{Environment, Given, Sources};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tracing_subscriber::EnvFilter;

/// What the operator has decided.
#[derive(Debug)]
pub struct Config {
    /// The address to listen on.
    pub addr: SocketAddr,
    /// The origin that people and programs use.
    pub public_url: Origin,
    /// Where the database file and the master key's file are.
    pub data_dir: PathBuf,
    /// The database.
    pub database: Location,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Networks,
    /// Whom to ask when something is not enabled.
    pub contact: String,
    /// Whether OAuth 1 PLAINTEXT is accepted although the public URL is not https.
    pub oauth1_plaintext_without_tls: bool,
    /// What signs the access tokens of new OAuth 2 apps.
    pub oauth2_signing_algorithm: SigningAlgorithm,
    /// How many API requests a credential may make in a second on the average; 0 for any number.
    pub api_rate: u32,
    /// How many connections may be open at a time.
    pub max_connections: u32,
    /// How many connections without a valid credential a client address may have open at a time; 0 for any number.
    pub max_connections_per_address: u32,
    /// Hosts that are not public and may be asked all the same.
    pub allowed_private_hosts: PrivateHosts,
    /// Where the files for the browser are.
    pub site_root: PathBuf,
    /// What is logged, as `tracing-subscriber` filters it.
    pub log: String,
    master_key: Option<Secret>,
    entries: Vec<Entry>,
}

/// A setting as `gatehouse config` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The setting.
    pub setting: Setting,
    /// What holds, with secrets redacted.
    pub value: String,
    /// Who said so.
    pub source: Source,
}

/// Why the settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConfig {
    /// The file cannot be read, or does not hold settings.
    #[error("{}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A value is not what the setting takes.
    #[error("the setting {} ({origin}): {message}", setting.name())]
    Value {
        /// The setting.
        setting: Setting,
        /// Who gave the value.
        origin: Source,
        /// What is wrong with it.
        message: String,
    },
}

impl Config {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// [`InvalidConfig`], a sentence that names the setting and where its value came from.
    pub fn load(overrides: &Overrides) -> Result<Self, InvalidConfig> {
        Self::read(overrides, &|name| {
            std::env::var(name).ok().filter(|value| !value.is_empty())
        })
    }

    fn read(overrides: &Overrides, environment: Environment<'_>) -> Result<Self, InvalidConfig> {
        let mut reader = Reader {
            sources: Sources::open(overrides, environment)?,
            entries: Vec::new(),
        };
        let addr = reader.value(
            Setting::Addr,
            || SocketAddr::from(([127, 0, 0, 1], 3000)),
            |text| {
                text.parse()
                    .map_err(|_| format!("\"{text}\" is not an IP address with a port, such as 127.0.0.1:3000"))
            },
        )?;
        let public_url = reader.value(
            Setting::PublicUrl,
            || origin_of(addr),
            |text| {
                text.parse::<Origin>()
                    .map_err(|error| format!("\"{text}\" will not do: {error}"))
            },
        )?;
        let data_dir = reader.value(Setting::DataDir, || PathBuf::from("./data"), path)?;
        let database = reader.value(
            Setting::DatabaseUrl,
            || Database(Location::File(data_dir.join("gatehouse.db"))),
            database,
        )?;
        let master_key = reader.master_key(&data_dir)?;
        let max_connections = reader.value(Setting::MaxConnections, default_max_connections, |text| {
            match text.parse() {
                Ok(number) if number > 0 => Ok(number),
                _ => Err(format!("\"{text}\" is not a whole number from 1 up")),
            }
        })?;
        Ok(Self {
            addr,
            public_url,
            database: database.0,
            trusted_proxies: reader.value(Setting::TrustedProxies, Networks::default, |text| {
                text.parse().map_err(|error: NotANetwork| error.to_string())
            })?,
            contact: reader.value(
                Setting::Contact,
                || "the person who runs this portal".to_owned(),
                some_text,
            )?,
            oauth1_plaintext_without_tls: reader.value(
                Setting::Oauth1PlaintextWithoutTls,
                || false,
                |text| {
                    text.parse()
                        .map_err(|_| format!("\"{text}\" is neither true nor false"))
                },
            )?,
            oauth2_signing_algorithm: reader.value(
                Setting::Oauth2SigningAlgorithm,
                SigningAlgorithm::default,
                |text| {
                    text.parse()
                        .map_err(|UnknownAlgorithm| format!("\"{text}\" is neither ES256 nor RS256"))
                },
            )?,
            api_rate: reader.value(
                Setting::ApiRate,
                || 100,
                |text| {
                    text.parse()
                        .map_err(|_| format!("\"{text}\" is not a whole number of requests per second"))
                },
            )?,
            max_connections,
            max_connections_per_address: reader.value(
                Setting::MaxConnectionsPerAddress,
                || default_max_connections_per_address(max_connections),
                |text| text.parse().map_err(|_| format!("\"{text}\" is not a whole number")),
            )?,
            allowed_private_hosts: reader.value(Setting::AllowedPrivateHosts, PrivateHosts::default, |text| {
                text.parse().map_err(|error: NotAHost| error.to_string())
            })?,
            site_root: reader.value(Setting::SiteRoot, || PathBuf::from("target/site"), path)?,
            log: reader.value(
                Setting::Log,
                || "info".to_owned(),
                |text| {
                    EnvFilter::try_new(text)
                        .map(|_| text.to_owned())
                        .map_err(|_| format!("\"{text}\" is not a filter such as info or info,portal=debug"))
                },
            )?,
            data_dir,
            master_key,
            entries: reader.entries,
        })
    }

    /// Every setting with what holds and who said so, secrets redacted.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The file of the master key, which is used unless the setting holds the key itself.
    #[must_use]
    pub fn master_key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }

    /// The master keys. Where there is no file it is made together with a new database.
    ///
    /// # Errors
    /// [`portal::Error::Unavailable`] when the file cannot be read.
    pub fn keyring(&self) -> portal::Result<Keyring> {
        match &self.master_key {
            Some(key) => {
                Keyring::parse(key.expose()).map_err(|error| portal::Error::field("master_key", error.to_string()))
            }
            None => Keyring::from_file(&self.master_key_file()),
        }
    }

    /// The settings once the server listens: where the system chose the port, the defaults that hold it follow.
    #[must_use]
    pub fn listening_on(mut self, addr: SocketAddr) -> Self {
        if self.addr.port() == 0 {
            let is_default = |entry: &Entry| entry.setting == Setting::PublicUrl && entry.source == Source::Default;
            if self.entries.iter().any(is_default) {
                self.public_url = origin_of(addr);
            }
            self.addr = addr;
        }
        self
    }

    /// Where the browser's files are and what they are called. The build leaves their hashes beside the program.
    #[must_use]
    pub fn leptos_options(&self) -> LeptosOptions {
        let hashes = std::env::current_exe()
            .ok()
            .map(|program| program.with_file_name("hash.txt"));
        let watched = std::env::var_os("LEPTOS_WATCH").is_some();
        LeptosOptions::builder()
            .output_name("gatehouse")
            .site_root(self.site_root.to_string_lossy())
            .site_pkg_dir("pkg")
            .site_addr(self.addr)
            .reload_port(3001)
            .env(if watched { Env::DEV } else { Env::PROD })
            .hash_files(hashes.is_some_and(|file| file.exists()))
            .build()
    }
}

struct Reader<'a> {
    sources: Sources<'a>,
    entries: Vec<Entry>,
}

impl Reader<'_> {
    /// One setting, read by `parse`, and a note of what holds.
    fn value<T: Shown>(
        &mut self,
        setting: Setting,
        default: impl FnOnce() -> T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, InvalidConfig> {
        let (value, source) = match self.sources.find(setting)? {
            None => (default(), Source::Default),
            Some(Given { text, source }) => match parse(text.trim()) {
                Ok(value) => (value, source),
                Err(message) => {
                    return Err(InvalidConfig::Value {
                        setting,
                        origin: source,
                        message,
                    });
                }
            },
        };
        self.entries.push(Entry {
            setting,
            value: value.shown(),
            source,
        });
        Ok(value)
    }

    fn master_key(&mut self, data_dir: &Path) -> Result<Option<Secret>, InvalidConfig> {
        let setting = Setting::MasterKey;
        let Some(Given { text, source }) = self.sources.find(setting)? else {
            let value = format!("in {}", data_dir.join("master.key").display());
            self.entries.push(Entry {
                setting,
                value,
                source: Source::Default,
            });
            return Ok(None);
        };
        let key = Secret::new(text);
        match Keyring::parse(key.expose()) {
            Ok(_) => {
                self.entries.push(Entry {
                    setting,
                    value: "[redacted]".to_owned(),
                    source,
                });
                Ok(Some(key))
            }
            Err(error) => Err(InvalidConfig::Value {
                setting,
                origin: source,
                message: error.to_string(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
