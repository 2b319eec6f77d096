//! Fields that connectors have asked for and nobody has configured, to be offered.

use crate::auth::actor::Actor;
use crate::database::{Transaction, fetch_all, fetch_one, run};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::integration::settings;
use domain::fields::{name_key, tidy};
use domain::ids::AccountId;
use domain::integration::settings::{Difference, MAX_FIELD, Member};
use domain::unicode::{check_visible, remove_hidden};
use std::collections::HashSet;
use std::time::Duration;

/// The most that are kept for an account.
const MAX: i64 = 1_000;

/// How many are offered.
const OFFERED: i64 = 50;

/// After how long a field that nobody asks for any more is offered no more.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// The fields, those last asked for first.
///
/// # Errors
/// [`Error::Forbidden`](crate::Error::Forbidden) without Manage integration.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<String>> {
    let account = settings::account(actor)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (String,),
        "select field from asked_fields where account_id = $1 order by asked_at desc, name_key limit $2",
        account,
        OFFERED
    )?;
    Ok(rows.into_iter().map(|(field,)| field).collect())
}

/// Notes that a connector has asked for a field, as long as it is remembered that it has been noted.
pub(crate) async fn note(portal: &Portal, account: AccountId, field: &str) {
    if field.chars().any(char::is_control) {
        return;
    }
    // What nobody sees is left out of what is offered: the field is found without it.
    let name = tidy(&remove_hidden(field));
    if name.is_empty() || name.chars().count() > MAX_FIELD || check_visible(&name).is_err() {
        return;
    }
    let key = (account, name_key(&name));
    let caches = portal.caches();
    let generation = caches.generation();
    if caches.asked_fields.get(generation, &key).is_some() {
        return;
    }
    let note = write(portal.clone(), account, key.1.clone(), name);
    let written = Box::pin(portal.notes().write("a field that was asked for", note)).await;
    if written.is_some() {
        caches.asked_fields.put(generation, key, ());
    }
}

async fn write(portal: Portal, account: AccountId, key: String, field: String) -> Result<()> {
    let mut tx = portal.begin_lightly().await?;
    let touched = run!(
        &mut tx,
        "update asked_fields set asked_at = $3 where account_id = $1 and name_key = $2",
        account,
        &key,
        portal.now()
    )?;
    if touched == 0 {
        let (count,) = fetch_one!(
            &mut tx,
            (i64,),
            "select count(*) from asked_fields where account_id = $1",
            account
        )?;
        if count < MAX {
            run!(
                &mut tx,
                "insert into asked_fields (account_id, name_key, field, asked_at) values ($1, $2, $3, $4)
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

/// Takes back the offer of the fields that changes configure.
pub(crate) async fn forget(tx: &mut Transaction, account: AccountId, changes: &[Difference]) -> Result<()> {
    let configured: HashSet<String> = changes
        .iter()
        .filter(|change| change.place.member == Member::Field)
        .filter_map(|change| change.after.as_deref().map(name_key))
        .collect();
    if configured.is_empty() {
        return Ok(());
    }
    let offered = fetch_all!(
        tx,
        (String,),
        "select name_key from asked_fields where account_id = $1",
        account
    )?;
    for (key,) in offered.iter().filter(|(key,)| configured.contains(key)) {
        run!(
            tx,
            "delete from asked_fields where account_id = $1 and name_key = $2",
            account,
            key
        )?;
    }
    Ok(())
}

/// Deletes what nobody has asked for in a long while.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(tx, "delete from asked_fields where asked_at < $1", portal.ago(KEPT))?;
    Ok(())
}
