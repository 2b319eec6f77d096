//! What connectors may do with the account's API key: read the settings, and send what they log.

use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::api_keys::{self, Connected};
use crate::integration::implementations;
use crate::integration::requested_fields;
use crate::integration::settings::{self, Listener, Published};
use domain::fields::tidy;
use domain::integration::implementations::Connector;
use domain::integration::selector::Resolved;
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
    still_there(portal, &caller).await;
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

    async fn note(&self, portal: &Portal, taken: Option<i64>) {
        if let Some(connector) = &self.connector {
            implementations::note(portal, self.account(), connector, taken).await;
        }
    }
}

/// The account's settings, which the connector has now taken.
///
/// # Errors
/// Those of the database.
pub async fn settings(portal: &Portal, caller: &Caller) -> Result<Arc<Published>> {
    let published = settings::published(portal, caller.account()).await?;
    caller.note(portal, Some(published.revision)).await;
    Ok(published)
}

/// What holds for one field. One that nobody has configured is offered on the page from now on.
///
/// # Errors
/// [`Error::Invalid`] for an empty name, under `field`, and those of the database.
pub async fn field(portal: &Portal, caller: &Caller, name: &str) -> Result<ResolvedField> {
    // As names are kept.
    let name = tidy(name);
    if name.is_empty() {
        return Err(Error::field("field", "Name a field."));
    }
    let published = settings::published(portal, caller.account()).await?;
    let own = published.field(&name);
    if own.is_none() {
        requested_fields::note(portal, caller.account(), &name).await;
    }
    Ok(ResolvedField {
        configured: own.is_some(),
        resolved: published.resolve(&name),
        field: own.map(|own| own.field.clone()).unwrap_or(name),
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

/// The newest revision, which a [`Listener`] may not have been told of yet.
///
/// # Errors
/// Those of the database.
pub async fn newest(portal: &Portal, caller: &Caller) -> Result<i64> {
    settings::newest(portal, caller.account()).await
}

/// Notes that a connector that listens is still there.
pub async fn still_there(portal: &Portal, caller: &Caller) {
    caller.connected.note_use(portal, &caller.title()).await;
    caller.note(portal, None).await;
}
