//! Configuration as command-line options.

use crate::config::setting::ConfigKey;
use clap::Args;
use std::path::PathBuf;

/// Holds the configuration from the command line, which overrides all other sources. There is no option for the master
/// key or the mail server, whose URL has a password: other users of the machine can read a process's command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Configuration (also in the environment, such as GATEHOUSE_ADDR, and in gatehouse.toml)")]
pub struct Overrides {
    /// Configuration file [default: gatehouse.toml, if it exists]
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, hide_short_help = true, value_name = "IP:PORT")]
    pub addr: Option<String>,
    /// Public origin of the portal, such as https://portal.example.com [default: http://ADDR]
    #[arg(long, global = true, hide_short_help = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// Folder for the database file and the master key file [default: ./data]
    #[arg(long, global = true, hide_short_help = true, value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// Database: postgres://USER:PASSWORD@HOST/DATABASE or sqlite:PATH [default: SQLite file gatehouse.db in the data
    /// folder]
    #[arg(long, global = true, hide_short_help = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// IP addresses and networks of proxies whose X-Forwarded-For header is trusted, separated by commas [default:
    /// none]
    #[arg(long, global = true, hide_short_help = true, value_name = "LIST")]
    pub trusted_proxies: Option<String>,
    /// Contact that users are told to ask when a feature is not enabled [default: your administrator]
    #[arg(long, global = true, hide_short_help = true, value_name = "TEXT")]
    pub contact: Option<String>,
    /// Encryption of the connection to the mail server: starttls, implicit or none [default: implicit for an smtps:// URL,
    /// starttls for an smtp:// URL]
    #[arg(long, global = true, hide_short_help = true, value_name = "MODE")]
    pub smtp_tls: Option<String>,
    /// Sender of emails [default: Gatehouse <gatehouse@HOST> with the host of the public URL]
    #[arg(long, global = true, hide_short_help = true, value_name = "SENDER")]
    pub email_from: Option<String>,
    /// Accept OAuth 1.0a PLAINTEXT signatures even if the public URL is not https [default: false]
    #[arg(long, global = true, hide_short_help = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub oauth1_plaintext_without_tls: Option<String>,
    /// Default signing algorithm for access tokens of new OAuth 2.0 apps, ES256 or RS256 [default: ES256]
    #[arg(long, global = true, hide_short_help = true, value_name = "ALGORITHM")]
    pub oauth2_signing_algorithm: Option<String>,
    /// Maximum API requests per second for each credential, 0 for no limit [default: 100]
    #[arg(long, global = true, hide_short_help = true, value_name = "NUMBER")]
    pub api_rate: Option<String>,
    /// Maximum open connections [default: what the open file limit allows, up to 10000]
    #[arg(long, global = true, hide_short_help = true, value_name = "NUMBER")]
    pub max_connections: Option<String>,
    /// Maximum open connections without a valid credential from one client address, 0 for no limit [default: a quarter
    /// of the maximum, up to 256]
    #[arg(long, global = true, hide_short_help = true, value_name = "NUMBER")]
    pub max_connections_per_address: Option<String>,
    /// DAM hosts in private networks that the portal can connect to, separated by commas: dam.internal, or
    /// http://127.0.0.1:3000 to connect without TLS [default: none]
    #[arg(long, global = true, hide_short_help = true, value_name = "LIST")]
    pub allowed_private_hosts: Option<String>,
    /// Folder of the static files for the browser [default: target/site]
    #[arg(long, global = true, hide_short_help = true, value_name = "FOLDER")]
    pub site_root: Option<String>,
    /// Log filter, such as info or info,portal=debug [default: info]
    #[arg(long, global = true, hide_short_help = true, value_name = "FILTER")]
    pub log: Option<String>,
}

impl Overrides {
    /// Returns the value that the command line sets for `key`.
    pub(crate) fn get(&self, key: ConfigKey) -> Option<String> {
        match key {
            ConfigKey::Addr => &self.addr,
            ConfigKey::PublicUrl => &self.public_url,
            ConfigKey::DataDir => &self.data_dir,
            ConfigKey::DatabaseUrl => &self.database_url,
            ConfigKey::MasterKey | ConfigKey::SmtpUrl => &None,
            ConfigKey::TrustedProxies => &self.trusted_proxies,
            ConfigKey::Contact => &self.contact,
            ConfigKey::SmtpTls => &self.smtp_tls,
            ConfigKey::EmailFrom => &self.email_from,
            ConfigKey::Oauth1PlaintextWithoutTls => &self.oauth1_plaintext_without_tls,
            ConfigKey::Oauth2SigningAlgorithm => &self.oauth2_signing_algorithm,
            ConfigKey::ApiRate => &self.api_rate,
            ConfigKey::MaxConnections => &self.max_connections,
            ConfigKey::MaxConnectionsPerAddress => &self.max_connections_per_address,
            ConfigKey::AllowedPrivateHosts => &self.allowed_private_hosts,
            ConfigKey::SiteRoot => &self.site_root,
            ConfigKey::Log => &self.log,
        }
        .clone()
    }
}
