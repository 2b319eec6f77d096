//! What connectors may do with the account's API key: read the settings, and send what they log.

use crate::api_keys::{self, Connected};
use crate::asked_fields;
use crate::error::Result;
use crate::implementations;
use crate::portal::Portal;
use crate::settings::{self, Listener, Published};
use domain::implementations::Connector;
use domain::selector::Resolved;
use std::sync::Arc;

/// A connector that has proved itself.
#[derive(Debug, Clone)]
pub struct Caller {
    connected: Arc<Connected>,
    /// What it says of itself, if anything.
    connector: Option<Connector>,
}

/// What holds for a field, and of which revision.
#[derive(Debug)]
pub struct ResolvedField {
    /// The revision.
    pub published: Arc<Published>,
    /// The field's name, as it is configured, or as it was asked for.
    pub field: String,
    /// Whether it has settings of its own.
    pub configured: bool,
    /// What holds.
    pub resolved: Resolved,
}

/// Lets a connector in whose key works; none where it does not.
///
/// # Errors
/// Those of the database.
pub async fn authenticate(portal: &Portal, key: &str, connector: Option<Connector>) -> Result<Option<Caller>> {
    let Some(connected) = api_keys::authenticate(portal, key).await? else {
        return Ok(None);
    };
    let caller = Caller { connected, connector };
    caller.connected.note_use(portal, &caller.title()).await?;
    caller.note(portal, None).await?;
    Ok(Some(caller))
}

impl Caller {
    /// What it calls itself; empty where it does not.
    #[must_use]
    pub fn title(&self) -> String {
        self.connector.as_ref().map(Connector::title).unwrap_or_default()
    }

    /// The key that it came in with.
    #[must_use]
    pub fn key(&self) -> &Connected {
        &self.connected
    }

    pub(crate) fn account(&self) -> domain::ids::AccountId {
        self.connected.account
    }

    async fn note(&self, portal: &Portal, taken: Option<i64>) -> Result<()> {
        match &self.connector {
            Some(connector) => implementations::note(portal, self.account(), connector, taken).await,
            None => Ok(()),
        }
    }
}

/// The account's settings, which the connector has now taken.
///
/// # Errors
/// Those of the database.
pub async fn settings(portal: &Portal, caller: &Caller) -> Result<Arc<Published>> {
    let published = settings::published(portal, caller.account()).await?;
    caller.note(portal, Some(published.revision)).await?;
    Ok(published)
}

/// What holds for one field. One that nobody has configured is offered on the page from now on.
///
/// # Errors
/// Those of the database.
pub async fn field(portal: &Portal, caller: &Caller, name: &str) -> Result<ResolvedField> {
    let published = settings::published(portal, caller.account()).await?;
    let own = published.settings.field(name);
    if own.is_none() {
        asked_fields::note(portal, caller.account(), name).await?;
    }
    Ok(ResolvedField {
        field: own.map_or(name, |own| &own.field).to_owned(),
        configured: own.is_some(),
        resolved: published.settings.resolve(name),
        published,
    })
}

/// Listens for new revisions.
///
/// # Errors
/// Those of the database.
pub async fn listen(portal: &Portal, caller: &Caller) -> Result<Listener> {
    settings::listen(portal, &caller.connected).await
}
