//! How values are read and shown.

use crate::config::networks::Networks;
use domain::oauth1::Origin;
use domain::oauth2::oauth_apps::SigningAlgorithm;
use portal::Location;
use portal::http_client::PrivateHosts;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// What can be printed of a value.
pub(crate) trait Shown {
    fn shown(&self) -> String;
}

macro_rules! shown_as_displayed {
    ($($type:ty),*) => {
        $(impl Shown for $type {
            fn shown(&self) -> String {
                self.to_string()
            }
        })*
    };
}

shown_as_displayed!(
    SocketAddr,
    Origin,
    Networks,
    PrivateHosts,
    SigningAlgorithm,
    String,
    bool,
    u32
);

impl Shown for PathBuf {
    fn shown(&self) -> String {
        self.display().to_string()
    }
}

/// A location whose URL, if it is one, has been read once.
pub(crate) struct Database(pub Location);

impl Shown for Database {
    /// Without password and parameters, which can hold one too.
    fn shown(&self) -> String {
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

pub(crate) fn database(text: &str) -> Result<Database, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return match url::Url::parse(text) {
            Ok(_) => Ok(Database(Location::Postgres(text.to_owned()))),
            Err(error) => Err(format!("this is not a PostgreSQL URL: {error}")),
        };
    }
    let file = text
        .strip_prefix("sqlite:")
        .map(|rest| rest.strip_prefix("//").unwrap_or(rest));
    match file {
        Some(file) if !file.is_empty() && file != ":memory:" => Ok(Database(Location::File(PathBuf::from(file)))),
        // Not repeated: what was meant as a URL may hold a password.
        _ => Err("it must be postgres://USER:PASSWORD@HOST/DATABASE or sqlite:PATH".to_owned()),
    }
}

pub(crate) fn path(text: &str) -> Result<PathBuf, String> {
    some_text(text).map(PathBuf::from)
}

pub(crate) fn some_text(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("it must not be empty".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// What a browser on this machine calls a listening address; nobody can call 0.0.0.0.
pub(crate) fn origin_of(addr: SocketAddr) -> Origin {
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
