//! The settings as connectors read them: made once for a revision, answered from memory.

use crate::crypto::secret;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::settings::document;
use bytes::Bytes;
use domain::fields::name_key;
use domain::ids::AccountId;
use domain::integration::selector::{Dam, Language, Options, Resolved};
use domain::integration::settings::{FieldSettings, Settings};
use serde::Serialize;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// A revision, ready to be sent.
#[derive(Debug)]
pub struct Published {
    /// Its number.
    pub revision: i64,
    /// The settings.
    pub settings: Settings,
    /// The JSON that connectors get.
    pub json: Bytes,
    /// Its entity tag (RFC 9110 §8.8.3), with its quotes: other bytes have another.
    pub etag: String,
    /// Where each field stands, by the key of its name.
    places: HashMap<String, usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    revision: i64,
    portal: Reached<'a>,
    language: Language,
    remote_logging: bool,
    global: &'a Options,
    fields: &'a [FieldSettings],
}

/// The DAM, as a connector needs to know it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reached<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    dam: Dam,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}

/// An account's settings, remembered.
///
/// # Errors
/// Those of the database.
pub async fn published(portal: &Portal, account: AccountId) -> Result<Arc<Published>> {
    let caches = portal.caches();
    let generation = caches.generation();
    if let Some(published) = caches.settings.get(generation, &account) {
        return Ok(published);
    }
    let mut db = portal.read().await?;
    let kept = Box::pin(document::read(&mut db, account)).await?;
    drop(db);
    let published = Published::new(kept.revision, kept.settings)?;
    Ok(caches.settings.put(generation, account, published))
}

impl Published {
    fn new(revision: i64, settings: Settings) -> Result<Self> {
        let connection = &settings.portal;
        let document = Document {
            revision,
            portal: Reached {
                url: connection.url.as_deref(),
                dam: connection.dam,
                client_id: connection
                    .client_id
                    .as_deref()
                    .filter(|_| connection.dam == Dam::Bynder),
            },
            language: settings.language,
            remote_logging: settings.remote_logging,
            global: &settings.global,
            fields: &settings.fields,
        };
        let json = serde_json::to_vec(&document).map_err(Error::internal)?;
        let mut etag = "\"".to_owned();
        for byte in secret::digest(&json).iter().take(16) {
            // Writing to a text does not fail.
            let _ = write!(etag, "{byte:02x}");
        }
        etag.push('"');
        let keys = settings.fields.iter().map(|field| name_key(&field.field));
        let places = keys.enumerate().map(|(place, key)| (key, place)).collect();
        Ok(Self {
            revision,
            settings,
            json: json.into(),
            etag,
            places,
        })
    }

    /// The settings of a field by its name, as [`name_key`] compares it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldSettings> {
        let place = self.places.get(&name_key(name))?;
        self.settings.fields.get(*place)
    }

    /// What holds for a field, whether it has settings of its own or not.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolved {
        let none = Options::default();
        let own = self.field(name).map_or(&none, |field| &field.options);
        own.within(&self.settings.global)
    }
}
