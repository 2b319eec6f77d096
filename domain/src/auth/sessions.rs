//! A user's browser sessions.

use crate::ids::SessionId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Describes a browser session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The id, which does not authenticate.
    pub id: SessionId,
    /// Whether this is the session of the request.
    pub current: bool,
    /// The browser's `User-Agent`.
    pub user_agent: String,
    /// The IP address at sign-in.
    pub address: String,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When the session was last used, accurate to a minute.
    pub last_seen_at: Timestamp,
}

impl Session {
    /// Returns a short name derived from the user agent: `Firefox on Linux`.
    #[must_use]
    pub fn browser(&self) -> String {
        browser_name(&self.user_agent)
    }
}

/// Returns a short name of the browser derived from its `User-Agent`: `Firefox on Linux`.
#[must_use]
pub fn browser_name(agent: &str) -> String {
    // Order matters: Edge and Opera include Chrome, and Chrome includes Safari.
    let browser = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]
    .iter()
    .find(|(token, _)| agent.contains(token))
    .map(|(_, name)| *name);
    let system = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]
    .iter()
    .find(|(token, _)| agent.contains(token))
    .map(|(_, name)| *name);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("Browser on {system}"),
        (None, None) => "Unknown browser".to_owned(),
    }
}
