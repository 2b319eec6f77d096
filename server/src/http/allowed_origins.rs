//! The origins of the portal's own pages.

use crate::config::Config;
use domain::oauth1::Origin;

/// Holds the origins of the portal's own pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedOrigins(Vec<String>);

impl AllowedOrigins {
    /// Returns the origins of the public URL and of the listening address. A loopback or unspecified address also has
    /// the origins of `localhost`, `127.0.0.1` and `[::1]`.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let mut origins = vec![config.public_url.as_str().to_owned()];
        let addr = config.addr;
        if !addr.ip().is_unspecified() {
            origins.push(format!("http://{addr}"));
        }
        if addr.ip().is_loopback() || addr.ip().is_unspecified() {
            let port = addr.port();
            origins.extend(["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http://{host}:{port}")));
        }
        Self(origins)
    }

    /// Returns the origins in the form that OAuth 1.0a signature base strings use. Clients sign for the address that
    /// the portal's pages show.
    #[must_use]
    pub fn parsed(&self) -> Vec<Origin> {
        self.0.iter().filter_map(|origin| origin.parse().ok()).collect()
    }

    /// Returns whether `origin` is one of them.
    #[must_use]
    pub fn contains(&self, origin: &str) -> bool {
        self.0.iter().any(|allowed| allowed == origin)
    }

    /// Returns the part of `url` after the origin (a path or an empty string), or `None` when the origin is not
    /// allowed.
    #[must_use]
    pub fn strip<'a>(&self, url: &'a str) -> Option<&'a str> {
        self.0
            .iter()
            .filter_map(|allowed| url.strip_prefix(allowed.as_str()))
            .find(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    }
}

impl<'a> FromIterator<&'a str> for AllowedOrigins {
    fn from_iter<T: IntoIterator<Item = &'a str>>(origins: T) -> Self {
        Self(origins.into_iter().map(str::to_owned).collect())
    }
}
