//! Stores fields that connectors have requested and that have no custom settings, to suggest them.

use crate::database::{Transaction, execute, fetch_all, fetch_one};
use crate::infra::actor::Actor;
use crate::infra::cache::CacheDefinition;
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::integration::settings;
use domain::fields::{name_key, normalize_whitespace};
use domain::ids::AccountId;
use domain::integration::settings::{Difference, MAX_FIELD_NAME_CHARS, SettingKey};
use domain::unicode::{check_visible, remove_hidden};
use std::collections::HashSet;
use std::time::Duration;

/// The maximum number of fields stored for an account.
const MAX_REQUESTED_FIELDS: i64 = 1_000;

/// The maximum number of suggestions.
const MAX_SUGGESTIONS: i64 = 50;

/// How long a field is suggested after its last request.
const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

/// Lists the fields, most recently requested first.
///
/// # Errors
/// [`Error::Forbidden`](crate::Error::Forbidden) without Manage integration.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<String>> {
    let account = settings::authorize(actor)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (String,),
        "select field from requested_fields where account_id = $1 order by requested_at desc, name_key limit $2",
        account,
        MAX_SUGGESTIONS
    )?;
    Ok(rows.into_iter().map(|(field,)| field).collect())
}

/// Caches which fields are recorded, by account and the key of their name.
pub(crate) struct RequestedFieldCache;

impl CacheDefinition for RequestedFieldCache {
    type Key = (AccountId, String);
    type Value = ();
}

/// Records that a connector has requested a field, unless the cache shows that this is already recorded.
pub(crate) async fn record(portal: &Portal, account: AccountId, field: &str) {
    if field.chars().any(char::is_control) {
        return;
    }
    // Invisible characters are removed from the suggestion; the field is found without them.
    let name = normalize_whitespace(&remove_hidden(field));
    if name.is_empty() || name.chars().count() > MAX_FIELD_NAME_CHARS || check_visible(&name).is_err() {
        return;
    }
    let key = (account, name_key(&name));
    let cache = portal.cache::<RequestedFieldCache>();
    let began = cache.begin_read();
    if cache.get(&key).is_some() {
        return;
    }
    let record = upsert(portal.clone(), account, key.1.clone(), name);
    let written = Box::pin(portal.background_writer().write("requested field", record)).await;
    if written.is_some() {
        cache.insert(began, account, key, ());
    }
}

async fn upsert(portal: Portal, account: AccountId, key: String, field: String) -> Result<()> {
    let mut tx = portal.begin_relaxed().await?;
    let updated = execute!(
        &mut tx,
        "update requested_fields set requested_at = $3 where account_id = $1 and name_key = $2",
        account,
        &key,
        portal.now()
    )?;
    if updated == 0 {
        let (count,) = fetch_one!(
            &mut tx,
            (i64,),
            "select count(*) from requested_fields where account_id = $1",
            account
        )?;
        if count < MAX_REQUESTED_FIELDS {
            execute!(
                &mut tx,
                "insert into requested_fields (account_id, name_key, field, requested_at) values ($1, $2, $3, $4)
                 on conflict do nothing",
                account,
                &key,
                &field,
                portal.now()
            )?;
        }
    }
    tx.commit().await
}

/// Removes the suggestions of fields that the changes configure.
pub(crate) async fn remove_configured(tx: &mut Transaction, account: AccountId, changes: &[Difference]) -> Result<()> {
    let configured: HashSet<String> = changes
        .iter()
        .filter(|change| change.path.key == SettingKey::Field)
        .filter_map(|change| change.after.as_deref().map(name_key))
        .collect();
    if configured.is_empty() {
        return Ok(());
    }
    let requested = fetch_all!(
        tx,
        (String,),
        "select name_key from requested_fields where account_id = $1",
        account
    )?;
    for (key,) in requested.iter().filter(|(key,)| configured.contains(key)) {
        execute!(
            tx,
            "delete from requested_fields where account_id = $1 and name_key = $2",
            account,
            key
        )?;
    }
    Ok(())
}

/// Deletes fields past their retention.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(
        tx,
        "delete from requested_fields where requested_at < $1",
        portal.now_minus(RETENTION)
    )?;
    Ok(())
}
