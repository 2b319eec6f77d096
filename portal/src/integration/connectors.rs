//! Implements what connectors can do with the account's API key: read the settings and send logs.

use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::api_keys::{self, AuthenticatedKey};
use crate::integration::implementations;
use crate::integration::requested_fields;
use crate::integration::settings::{self, Listener, Published};
use domain::fields::normalize_whitespace;
use domain::integration::implementations::Connector;
use domain::integration::selector::Resolved;
use std::sync::Arc;

/// Identifies an authenticated connector.
#[derive(Debug, Clone)]
pub struct ConnectorIdentity {
    key: Arc<AuthenticatedKey>,
    /// The connector's description of itself, if it sent one.
    connector: Option<Connector>,
}

/// Holds a field's effective settings and their revision.
#[derive(Debug)]
pub struct ResolvedField {
    /// The published revision.
    pub published: Arc<Published>,
    /// The field's name as configured, or else as requested.
    pub field: String,
    /// Whether the field has custom settings.
    pub configured: bool,
    /// The effective settings.
    pub resolved: Resolved,
}

/// Authenticates a connector by its API key. Returns `None` if the key isn't active.
///
/// # Errors
/// Returns the database's errors.
pub async fn authenticate(
    portal: &Portal,
    key: &str,
    connector: Option<Connector>,
) -> Result<Option<ConnectorIdentity>> {
    let Some(key) = api_keys::authenticate(portal, key).await? else {
        return Ok(None);
    };
    let caller = ConnectorIdentity { key, connector };
    record_heartbeat(portal, &caller).await;
    Ok(Some(caller))
}

impl ConnectorIdentity {
    /// Returns the connector's name for itself; empty if it sent none.
    #[must_use]
    pub fn title(&self) -> String {
        self.connector.as_ref().map(Connector::title).unwrap_or_default()
    }

    /// Returns the key that the connector authenticated with.
    #[must_use]
    pub fn key(&self) -> &AuthenticatedKey {
        &self.key
    }

    pub(crate) fn account(&self) -> domain::ids::AccountId {
        self.key.account
    }

    async fn record_seen(&self, portal: &Portal, revision: Option<i64>) {
        if let Some(connector) = &self.connector {
            implementations::record_seen(portal, self.account(), connector, revision).await;
        }
    }
}

/// Returns the account's settings and records that the connector has received this revision.
///
/// # Errors
/// Returns the database's errors.
pub async fn settings(portal: &Portal, caller: &ConnectorIdentity) -> Result<Arc<Published>> {
    let published = settings::published(portal, caller.account()).await?;
    caller.record_seen(portal, Some(published.revision)).await;
    Ok(published)
}

/// Returns a field's effective settings. A field without custom settings is suggested on the settings page from now on.
///
/// # Errors
/// [`Error::Invalid`] for an empty name, under `field`, and the database's errors.
pub async fn field(portal: &Portal, caller: &ConnectorIdentity, name: &str) -> Result<ResolvedField> {
    // Normalized like stored names.
    let name = normalize_whitespace(name);
    if name.is_empty() {
        return Err(Error::field("field", "Enter a field name."));
    }
    let published = settings::published(portal, caller.account()).await?;
    let own = published.field(&name);
    if own.is_none() {
        requested_fields::record(portal, caller.account(), &name).await;
    }
    Ok(ResolvedField {
        configured: own.is_some(),
        resolved: published.resolve(&name),
        field: own.map(|own| own.field.clone()).unwrap_or(name),
        published,
    })
}

/// Watches for new revisions.
///
/// # Errors
/// Returns the database's errors.
pub async fn listen(portal: &Portal, caller: &ConnectorIdentity) -> Result<Listener> {
    settings::listen(portal, &caller.key).await
}

/// Returns the latest revision, which a [`Listener`] may not have received yet.
///
/// # Errors
/// Returns the database's errors.
pub async fn latest_revision(portal: &Portal, caller: &ConnectorIdentity) -> Result<i64> {
    settings::latest_revision(portal, caller.account()).await
}

/// Records that a connector is still connected.
pub async fn record_heartbeat(portal: &Portal, caller: &ConnectorIdentity) {
    caller.key.record_use(portal, &caller.title()).await;
    caller.record_seen(portal, None).await;
}
