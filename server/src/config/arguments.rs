//! The settings as options of the command.

use crate::config::setting::Setting;
use clap::Args;
use std::path::PathBuf;

/// What the command line says, over everything else. The master key is not among these: others on the machine can read
/// a program's command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Settings (each also in the environment, such as GATEHOUSE_ADDR, and in gatehouse.toml)")]
pub struct Overrides {
    /// File to read settings from [default: gatehouse.toml, if there is one]
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, hide_short_help = true, value_name = "IP:PORT")]
    pub addr: Option<String>,
    /// Origin that people and programs use, such as https://portal.example.com [default: http://ADDR]
    #[arg(long, global = true, hide_short_help = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// Folder of the database file and of the master key's file [default: ./data]
    #[arg(long, global = true, hide_short_help = true, value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// postgres://USER:PASSWORD@HOST/DATABASE or sqlite:PATH [default: the SQLite file gatehouse.db in the data folder]
    #[arg(long, global = true, hide_short_help = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Addresses and networks whose X-Forwarded-For is believed, separated by commas [default: none]
    #[arg(long, global = true, hide_short_help = true, value_name = "LIST")]
    pub trusted_proxies: Option<String>,
    /// Whom people are told to ask when something is not enabled [default: the person who runs this portal]
    #[arg(long, global = true, hide_short_help = true, value_name = "TEXT")]
    pub contact: Option<String>,
    /// Whether OAuth 1 PLAINTEXT is accepted although the public URL is not https [default: false]
    #[arg(long, global = true, hide_short_help = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub oauth1_plaintext_without_tls: Option<String>,
    /// What signs the access tokens of new OAuth 2 apps, ES256 or RS256; each app has a setting of its own [default: ES256]
    #[arg(long, global = true, hide_short_help = true, value_name = "ALGORITHM")]
    pub oauth2_signing_algorithm: Option<String>,
    /// API requests that a credential may make per second, 0 for any number [default: 100]
    #[arg(long, global = true, hide_short_help = true, value_name = "NUMBER")]
    pub api_rate: Option<String>,
    /// Connections that may be open at a time [default: as open files allow, up to 10000]
    #[arg(long, global = true, hide_short_help = true, value_name = "NUMBER")]
    pub max_connections: Option<String>,
    /// Connections without a valid credential that a client address may have open at a time, 0 for any number [default: a
    /// quarter of all, up to 256]
    #[arg(long, global = true, hide_short_help = true, value_name = "NUMBER")]
    pub max_connections_per_address: Option<String>,
    /// Hosts of private networks that may be asked for a DAM, separated by commas: dam.internal, or http://127.0.0.1:3000
    /// to go without TLS [default: none]
    #[arg(long, global = true, hide_short_help = true, value_name = "LIST")]
    pub allowed_private_hosts: Option<String>,
    /// Folder of the files for the browser [default: target/site]
    #[arg(long, global = true, hide_short_help = true, value_name = "FOLDER")]
    pub site_root: Option<String>,
    /// What is logged, such as info or info,portal=debug [default: info]
    #[arg(long, global = true, hide_short_help = true, value_name = "FILTER")]
    pub log: Option<String>,
}

impl Overrides {
    pub(crate) fn get(&self, setting: Setting) -> Option<String> {
        match setting {
            Setting::Addr => &self.addr,
            Setting::PublicUrl => &self.public_url,
            Setting::DataDir => &self.data_dir,
            Setting::DatabaseUrl => &self.database_url,
            Setting::MasterKey => &None,
            Setting::TrustedProxies => &self.trusted_proxies,
            Setting::Contact => &self.contact,
            Setting::Oauth1PlaintextWithoutTls => &self.oauth1_plaintext_without_tls,
            Setting::Oauth2SigningAlgorithm => &self.oauth2_signing_algorithm,
            Setting::ApiRate => &self.api_rate,
            Setting::MaxConnections => &self.max_connections,
            Setting::MaxConnectionsPerAddress => &self.max_connections_per_address,
            Setting::AllowedPrivateHosts => &self.allowed_private_hosts,
            Setting::SiteRoot => &self.site_root,
            Setting::Log => &self.log,
        }
        .clone()
    }
}
