//! Serves the settings to connectors: serialized once per revision and cached.

use crate::crypto::secret;
use crate::infra::cache::CacheDefinition;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::settings::document;
use bytes::Bytes;
use domain::fields::name_key;
use domain::ids::AccountId;
use domain::integration::selector::{Options, Resolved};
use domain::integration::settings::{FieldSettings, Settings};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// Holds a revision ready to be sent.
#[derive(Debug)]
pub struct Published {
    /// The revision number.
    pub revision: i64,
    /// The settings.
    pub settings: Settings,
    /// The JSON that connectors receive.
    pub json: Bytes,
    /// The entity tag (RFC 9110 §8.8.3), with quotes. It is derived from the JSON.
    pub etag: String,
    /// The index of each field by the key of its name.
    index: HashMap<String, usize>,
}

/// Caches settings as they are published to connectors. Settings of a thousand fields take a few hundred kilobytes.
pub(crate) struct SettingsCache;

impl CacheDefinition for SettingsCache {
    type Key = AccountId;
    type Value = Published;
    const MAX_ENTRIES: usize = 200;
}

/// Returns an account's settings, from the cache if possible.
///
/// # Errors
/// Returns the database's errors.
pub async fn published(portal: &Portal, account: AccountId) -> Result<Arc<Published>> {
    let cache = portal.cache::<SettingsCache>();
    let began = cache.begin_read();
    if let Some(published) = cache.get(&account) {
        return Ok(published);
    }
    let mut db = portal.read().await?;
    let current = Box::pin(document::read(&mut db, account)).await?;
    drop(db);
    let published = Published::new(current.revision, current.settings)?;
    Ok(cache.insert(began, account, account, published))
}

impl Published {
    fn new(revision: i64, settings: Settings) -> Result<Self> {
        let json = serde_json::to_vec(&settings.for_connectors(revision)).map_err(Error::internal)?;
        let mut etag = "\"".to_owned();
        for byte in secret::digest(&json).iter().take(16) {
            // Writing to a `String` can't fail.
            let _ = write!(etag, "{byte:02x}");
        }
        etag.push('"');
        let keys = settings.fields.iter().map(|field| name_key(&field.field));
        let index = keys.enumerate().map(|(position, key)| (key, position)).collect();
        Ok(Self {
            revision,
            settings,
            json: json.into(),
            etag,
            index,
        })
    }

    /// Returns the settings of a field by its name, compared by [`name_key`].
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldSettings> {
        let position = self.index.get(&name_key(name))?;
        self.settings.fields.get(*position)
    }

    /// Returns the effective settings of a field, with or without custom settings.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolved {
        let none = Options::default();
        let own = self.field(name).map_or(&none, |field| &field.options);
        own.resolve(&self.settings.global)
    }
}
