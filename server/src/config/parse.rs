//! Parses configuration values and formats them without secrets.

use crate::config::networks::Networks;
use domain::oauth1::Origin;
use domain::oauth2::oauth_apps::SigningAlgorithm;
use portal::Location;
use portal::http_client::PrivateHosts;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Formats a configuration value with its secrets redacted.
pub(crate) trait DisplayRedacted {
    fn display_redacted(&self) -> String;
}

macro_rules! display_unredacted {
    ($($type:ty),*) => {
        $(impl DisplayRedacted for $type {
            fn display_redacted(&self) -> String {
                self.to_string()
            }
        })*
    };
}

display_unredacted!(
    SocketAddr,
    Origin,
    Networks,
    PrivateHosts,
    SigningAlgorithm,
    String,
    bool,
    u32
);

impl DisplayRedacted for PathBuf {
    fn display_redacted(&self) -> String {
        self.display().to_string()
    }
}

/// Holds a database location whose URL, if it is one, is known to parse.
pub(crate) struct DatabaseLocation(pub Location);

impl DisplayRedacted for DatabaseLocation {
    /// Leaves out the password and the query parameters, which can hold a password too.
    fn display_redacted(&self) -> String {
        match &self.0 {
            Location::File(path) => format!("sqlite:{}", path.display()),
            Location::Postgres(url) => match url::Url::parse(url) {
                Ok(url) => {
                    let user = if url.password().is_some() {
                        format!("{}:[redacted]@", url.username())
                    } else if url.username().is_empty() {
                        String::new()
                    } else {
                        format!("{}@", url.username())
                    };
                    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                    format!(
                        "postgres://{user}{}{port}{}",
                        url.host_str().unwrap_or_default(),
                        url.path()
                    )
                }
                Err(_) => "postgres://[redacted]".to_owned(),
            },
        }
    }
}

/// Parses a `postgres://` URL or a `sqlite:` path. The error never repeats the value, which may hold a password.
pub(crate) fn parse_database_url(text: &str) -> Result<DatabaseLocation, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return match url::Url::parse(text) {
            Ok(_) => Ok(DatabaseLocation(Location::Postgres(text.to_owned()))),
            Err(error) => Err(format!("not a valid PostgreSQL URL: {error}")),
        };
    }
    let file = text
        .strip_prefix("sqlite:")
        .map(|rest| rest.strip_prefix("//").unwrap_or(rest));
    match file {
        Some(file) if !file.is_empty() && file != ":memory:" => {
            Ok(DatabaseLocation(Location::File(PathBuf::from(file))))
        }
        _ => Err("must be postgres://USER:PASSWORD@HOST/DATABASE or sqlite:PATH".to_owned()),
    }
}

pub(crate) fn parse_path(text: &str) -> Result<PathBuf, String> {
    non_empty(text).map(PathBuf::from)
}

pub(crate) fn non_empty(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("must not be empty".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// Returns the origin under which a browser on this machine reaches a listening address. An unspecified address such as
/// 0.0.0.0 becomes `localhost`.
pub(crate) fn default_origin(addr: SocketAddr) -> Origin {
    let port = addr.port();
    let host = match addr.ip() {
        ip if ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    let port = if port == 0 { String::new() } else { format!(":{port}") };
    format!("http://{host}{port}")
        .parse()
        .expect("an IP address with a port is an origin")
}
