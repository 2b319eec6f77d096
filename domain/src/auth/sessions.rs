//! Signed-in browsers, as their owner lists them.

use crate::ids::SessionId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The id, which opens nothing.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The browser's own words for itself.
    pub user_agent: String,
    /// The address it signed in from.
    pub address: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last seen, to within a minute.
    pub last_seen_at: Timestamp,
}

impl Session {
    /// A short name for the browser, read from its user agent: `Firefox on Linux`.
    #[must_use]
    pub fn browser(&self) -> String {
        let agent = self.user_agent.as_str();
        // Order matters: Edge and Opera also say Chrome, and Chrome also says Safari.
        let browser = [
            ("Edg/", "Edge"),
            ("OPR/", "Opera"),
            ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
            ("curl/", "curl"),
        ]
        .iter()
        .find(|(mark, _)| agent.contains(mark))
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
        .find(|(mark, _)| agent.contains(mark))
        .map(|(_, name)| *name);
        match (browser, system) {
            (Some(browser), Some(system)) => format!("{browser} on {system}"),
            (Some(browser), None) => browser.to_owned(),
            (None, Some(system)) => format!("A browser on {system}"),
            (None, None) => "An unknown browser".to_owned(),
        }
    }
}
